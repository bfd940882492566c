import CLogJobs
package import JobLedger
package import LazyJobs

/// What a checkpoint gives an opening.
package struct Checkpoint: Sendable {
    package var sequence: SequenceNumber
    package var ledger: JobLedger
    /// Where the frames of segments begin that were sealed then.
    package var places: [SegmentID: [FramePlace]]

    /// Reads a checkpoint, verifying all of it.
    package init(
        _ entry: CheckpointEntry,
        of store: StoreID,
        in folder: StoreFolder
    ) throws(LogReadError) {
        var file = try CheckpointFile.open(entry, of: store, in: folder)
        do throws(LogReadError) {
            self = try file.read()
        } catch {
            file.close()
            throw error
        }
        file.close()
    }

    fileprivate init(
        _ sequence: SequenceNumber,
        _ ledger: JobLedger,
        _ places: [SegmentID: [FramePlace]]
    ) {
        self.sequence = sequence
        self.ledger = ledger
        self.places = places
    }
}

/// Reads a checkpoint from its first part to its last.
private struct CheckpointFile: ~Copyable {
    private let directory: CheckpointDirectory
    private var parts: CheckpointParts

    private init(_ directory: CheckpointDirectory, _ parts: consuming CheckpointParts) {
        self.directory = directory
        self.parts = parts
    }

    static func open(
        _ entry: CheckpointEntry,
        of store: StoreID,
        in folder: StoreFolder
    ) throws(LogReadError) -> CheckpointFile {
        let window: FileWindow
        do throws(LogStoreError) {
            window = try FileWindow(entry.fileName, in: folder)
        } catch {
            throw .unreadable(error, entry)
        }
        var parts = CheckpointParts(entry, window)
        do throws(LogReadError) {
            let directory = try parts.directory(of: store)
            return CheckpointFile(directory, parts)
        } catch {
            window.close()
            throw error
        }
    }

    func close() {
        parts.window.close()
    }

    mutating func read() throws(LogReadError) -> Checkpoint {
        let first = directory.parts[0]
        var (frame, prunedCounts) = try parts.decoded(first) {
            decoder,
            stored throws(FormatError) in
            try decoder.frame(first, stored: stored)
        }
        for part in directory.parts where part.kind == .names {
            frame = try parts.decoded(part) { decoder, stored throws(FormatError) in
                var longer = frame
                try decoder.names(part, stored: stored, to: &longer)
                return longer
            }
        }
        try readPruned(into: &frame.segments, prunedCounts)
        let ledger = try readJobs(frame)
        guard ledger.lastSequence == directory.sequence else {
            throw parts.damaged(first, "its state is of another event")
        }
        return Checkpoint(directory.sequence, ledger, try readPlaces())
    }

    private mutating func readJobs(_ frame: LedgerFrame) throws(LogReadError) -> JobLedger {
        let first = directory.parts[0]
        var restoration = try checked(first) { () throws(LedgerError) in
            try LedgerRestoration(frame)
        }
        var jobs = JobParts(directory.parts.filter { $0.kind == .jobs }, of: parts)
        defer { jobs.close() }
        while let (part, images) = try jobs.next() {
            try checked(part) { () throws(LedgerError) in
                for image in images { try restoration.add(image) }
            }
        }
        return try checked(first) { () throws(LedgerError) in try restoration.finish() }
    }

    private func checked<Value>(
        _ part: CheckpointDirectory.Part,
        _ body: () throws(LedgerError) -> Value
    ) throws(LogReadError) -> Value {
        do throws(LedgerError) {
            return try body()
        } catch {
            throw parts.damaged(part, "\(error)")
        }
    }

    private mutating func readPruned(
        into segments: inout [RecordAccounts.Segment],
        _ counts: [Int]
    ) throws(LogReadError) {
        for part in directory.parts where part.kind == .pruned {
            guard let index = segments.firstIndex(where: { $0.first.rawValue == part.key }) else {
                throw parts.damaged(part, "jobs were pruned in no segment")
            }
            segments[index].pruned = try parts.decoded(part) {
                decoder,
                stored throws(FormatError) in
                var pruned = segments[index].pruned
                try decoder.pruned(part, stored: stored, to: &pruned)
                return pruned
            }
        }
        guard segments.map(\.pruned.count) == counts else {
            throw parts.damaged(directory.parts[0], "it lacks pruned jobs")
        }
    }

    private mutating func readPlaces() throws(LogReadError) -> [SegmentID: [FramePlace]] {
        var places: [SegmentID: [FramePlace]] = [:]
        for part in directory.parts where part.kind == .places {
            places[SegmentID(rawValue: part.key), default: []] += try parts.decoded(part) {
                decoder,
                stored throws(FormatError) in
                try decoder.places(part, stored: stored)
            }
        }
        return places
    }
}

/// The parts of a checkpoint that have jobs, in order.
///
/// If there are many they are read and decoded on a thread of their own, while the caller makes a
/// ledger of those before.
private struct JobParts: ~Copyable {
    private typealias Piece = Result<[JobImage], LogReadError>

    /// Fewer are read before another thread is awake.
    private static let aheadMin = 8

    private var rest: ArraySlice<CheckpointDirectory.Part>
    private var reader: CheckpointParts
    private let ahead: ReadAhead<Piece>?

    init(_ parts: [CheckpointDirectory.Part], of file: borrowing CheckpointParts) {
        rest = parts[...]
        let (entry, window) = (file.entry, file.window)
        reader = CheckpointParts(entry, window)
        let pays = parts.count >= Self.aheadMin && clogjobs_processors() > 1
        ahead =
            !pays
            ? nil
            : ReadAhead("LogJobs.checkpoint") { put in
                var reader = CheckpointParts(entry, window)
                for part in parts {
                    let piece = reader.jobs(of: part)
                    guard put(piece), case .success = piece else { return }
                }
            }
    }

    /// The next part, and what is in it; `nil` behind the last.
    mutating func next() throws(LogReadError) -> (CheckpointDirectory.Part, [JobImage])? {
        guard let part = rest.popFirst() else { return nil }
        return (part, try (ahead?.next() ?? reader.jobs(of: part)).get())
    }

    func close() {
        ahead?.close()
    }
}

/// Reads and decodes parts of a checkpoint.
private struct CheckpointParts: ~Copyable {
    let entry: CheckpointEntry
    private(set) var window: FileWindow
    private var decoder = CheckpointDecoder()

    init(_ entry: CheckpointEntry, _ window: FileWindow) {
        self.entry = entry
        self.window = window
    }

    mutating func directory(of store: StoreID) throws(LogReadError) -> CheckpointDirectory {
        let number = entry.sequence.rawValue
        let header = NumberedHeader(.checkpoint, store: store, number: number)
        let start = try bytes(at: 0, count: NumberedHeader.size)
        let end = entry.fileSize - min(entry.fileSize, UInt64(FileTrailer.size))
        let last = try bytes(at: end, count: FileTrailer.size)
        do throws(FormatError) {
            guard window.size == entry.fileSize,
                try NumberedHeader(.checkpoint, decoding: start) == header
            else { throw .damaged("it is not the checkpoint that the manifest means") }
            let trailer = try FileTrailer(
                decoding: last,
                headerChecksum: header.checksum,
                fileSize: entry.fileSize
            )
            let directory = try decoder.directory(trailer, stored: try storedDirectory(trailer))
            guard directory.sequence == entry.sequence else {
                throw .damaged("it is of another event than the manifest says")
            }
            return directory
        } catch {
            throw .damaged(file: entry.fileName, offset: end, reason: "\(error)")
        }
    }

    private mutating func storedDirectory(_ trailer: FileTrailer) throws(FormatError) -> [UInt8] {
        do throws(LogStoreError) {
            return Array(
                try window.bytes(
                    at: trailer.directoryOffset,
                    count: trailer.directory.storedLength
                )
            )
        } catch {
            throw .damaged(error.message)
        }
    }

    private mutating func bytes(at offset: UInt64, count: Int) throws(LogReadError) -> [UInt8] {
        do throws(LogStoreError) {
            return Array(try window.bytes(at: offset, count: count))
        } catch {
            throw .unreadable(error, entry)
        }
    }

    mutating func jobs(of part: CheckpointDirectory.Part) -> Result<[JobImage], LogReadError> {
        Result { () throws(LogReadError) in
            try decoded(part) { decoder, stored throws(FormatError) in
                try decoder.jobs(part, stored: stored)
            }
        }
    }

    mutating func decoded<Value>(
        _ part: CheckpointDirectory.Part,
        _ body: (inout CheckpointDecoder, [UInt8]) throws(FormatError) -> Value
    ) throws(LogReadError) -> Value {
        let stored = try bytes(at: part.offset, count: part.bytes.storedLength)
        do throws(FormatError) {
            return try body(&decoder, stored)
        } catch {
            throw damaged(part, "\(error)")
        }
    }

    func damaged(_ part: CheckpointDirectory.Part, _ reason: String) -> LogReadError {
        .damaged(file: entry.fileName, offset: part.offset, reason: reason)
    }
}

extension LogReadError {
    /// For a checkpoint that could not be opened or read.
    fileprivate static func unreadable(
        _ error: LogStoreError,
        _ entry: CheckpointEntry
    ) -> LogReadError {
        if let call = error.cause as? SystemCallError { return .inputOutput(call) }
        return .damaged(file: entry.fileName, offset: error.offset ?? 0, reason: error.message)
    }
}
