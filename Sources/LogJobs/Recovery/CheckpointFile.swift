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
