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
    private let entry: CheckpointEntry
    private let directory: CheckpointDirectory
    private var window: FileWindow
    private var decoder = CheckpointDecoder()

    private init(
        _ entry: CheckpointEntry,
        _ directory: CheckpointDirectory,
        _ window: FileWindow
    ) {
        self.entry = entry
        self.directory = directory
        self.window = window
    }

    static func open(
        _ entry: CheckpointEntry,
        of store: StoreID,
        in folder: StoreFolder
    ) throws(LogReadError) -> CheckpointFile {
        var window: FileWindow
        do throws(LogStoreError) {
            window = try FileWindow(entry.fileName, in: folder)
        } catch {
            throw unreadable(error, entry)
        }
        var decoder = CheckpointDecoder()
        do throws(LogReadError) {
            let directory = try directory(&window, &decoder, entry, store)
            return CheckpointFile(entry, directory, window)
        } catch {
            window.close()
            throw error
        }
    }

    func close() {
        window.close()
    }

    private static func directory(
        _ window: inout FileWindow,
        _ decoder: inout CheckpointDecoder,
        _ entry: CheckpointEntry,
        _ store: StoreID
    ) throws(LogReadError) -> CheckpointDirectory {
        let number = entry.sequence.rawValue
        let header = NumberedHeader(.checkpoint, store: store, number: number)
        let start = try bytes(&window, at: 0, count: NumberedHeader.size, entry)
        let end = entry.fileSize - min(entry.fileSize, UInt64(FileTrailer.size))
        let last = try bytes(&window, at: end, count: FileTrailer.size, entry)
        do throws(FormatError) {
            guard window.size == entry.fileSize,
                try NumberedHeader(.checkpoint, decoding: start) == header
            else { throw .damaged("it is not the checkpoint that the manifest means") }
            let trailer = try FileTrailer(
                decoding: last,
                headerChecksum: header.checksum,
                fileSize: entry.fileSize
            )
            let stored = try formatBytes(&window, trailer)
            let directory = try decoder.directory(trailer, stored: stored)
            guard directory.sequence == entry.sequence else {
                throw .damaged("it is of another event than the manifest says")
            }
            return directory
        } catch {
            throw .damaged(file: entry.fileName, offset: end, reason: "\(error)")
        }
    }

    private static func formatBytes(
        _ window: inout FileWindow,
        _ trailer: FileTrailer
    ) throws(FormatError) -> [UInt8] {
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

    private static func bytes(
        _ window: inout FileWindow,
        at offset: UInt64,
        count: Int,
        _ entry: CheckpointEntry
    ) throws(LogReadError) -> [UInt8] {
        do throws(LogStoreError) {
            return Array(try window.bytes(at: offset, count: count))
        } catch {
            throw unreadable(error, entry)
        }
    }

    private static func unreadable(
        _ error: LogStoreError,
        _ entry: CheckpointEntry
    ) -> LogReadError {
        if let call = error.cause as? SystemCallError { return .inputOutput(call) }
        return .damaged(file: entry.fileName, offset: error.offset ?? 0, reason: error.message)
    }

    mutating func read() throws(LogReadError) -> Checkpoint {
        let first = directory.parts[0]
        var (frame, prunedCounts) = try decoded(first) { decoder, stored throws(FormatError) in
            try decoder.frame(first, stored: stored)
        }
        for part in directory.parts where part.kind == .names {
            frame = try decoded(part) { decoder, stored throws(FormatError) in
                var longer = frame
                try decoder.names(part, stored: stored, to: &longer)
                return longer
            }
        }
        try readPruned(into: &frame.segments, prunedCounts)
        let ledger = try readJobs(frame)
        guard ledger.lastSequence == directory.sequence else {
            throw damaged(first, "its state is of another event")
        }
        return Checkpoint(directory.sequence, ledger, try readPlaces())
    }

    private mutating func readJobs(_ frame: LedgerFrame) throws(LogReadError) -> JobLedger {
        let first = directory.parts[0]
        var restoration = try checked(first) { () throws(LedgerError) in
            try LedgerRestoration(frame)
        }
        for part in directory.parts where part.kind == .jobs {
            let images = try decoded(part) { decoder, stored throws(FormatError) in
                try decoder.jobs(part, stored: stored)
            }
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
            throw damaged(part, "\(error)")
        }
    }

    private mutating func readPruned(
        into segments: inout [RecordAccounts.Segment],
        _ counts: [Int]
    ) throws(LogReadError) {
        for part in directory.parts where part.kind == .pruned {
            guard let index = segments.firstIndex(where: { $0.first.rawValue == part.key }) else {
                throw damaged(part, "jobs were pruned in no segment")
            }
            segments[index].pruned = try decoded(part) { decoder, stored throws(FormatError) in
                var pruned = segments[index].pruned
                try decoder.pruned(part, stored: stored, to: &pruned)
                return pruned
            }
        }
        guard segments.map(\.pruned.count) == counts else {
            throw damaged(directory.parts[0], "it lacks pruned jobs")
        }
    }

    private mutating func readPlaces() throws(LogReadError) -> [SegmentID: [FramePlace]] {
        var places: [SegmentID: [FramePlace]] = [:]
        for part in directory.parts where part.kind == .places {
            places[SegmentID(rawValue: part.key), default: []] += try decoded(part) {
                decoder,
                stored throws(FormatError) in
                try decoder.places(part, stored: stored)
            }
        }
        return places
    }

    private mutating func decoded<Value>(
        _ part: CheckpointDirectory.Part,
        _ body: (inout CheckpointDecoder, [UInt8]) throws(FormatError) -> Value
    ) throws(LogReadError) -> Value {
        let stored = try Self.bytes(
            &window,
            at: part.offset,
            count: part.bytes.storedLength,
            entry
        )
        do throws(FormatError) {
            return try body(&decoder, stored)
        } catch {
            throw damaged(part, "\(error)")
        }
    }

    private func damaged(_ part: CheckpointDirectory.Part, _ reason: String) -> LogReadError {
        .damaged(file: entry.fileName, offset: part.offset, reason: reason)
    }
}
