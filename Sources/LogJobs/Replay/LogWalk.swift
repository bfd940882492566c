import JobLedger
import LazyJobs

/// All that is kept of a store's history, from the oldest archive to the end of the log.
struct LogWalk {
    private let manifest: Manifest
    private let segments: [SegmentSummary]
    private let folder: StoreFolder

    init(_ manifest: Manifest, _ segments: [SegmentSummary], in folder: StoreFolder) {
        self.manifest = manifest
        self.segments = segments
        self.folder = folder
    }

    /// What the walk shows.
    enum Item {
        /// The state before the first event of a file, without jobs; before the file's events.
        case baseline(LedgerBaseline)
        case event(JobEvent)
    }

    /// Through this event something is missing before which a state could begin; zero when the
    /// history is whole.
    var lackThrough: SequenceNumber {
        get throws(LogReadError) {
            var decoder = ArchiveDecoder()
            for entry in manifest.history.archives.reversed() {
                let file = try ArchiveFile(entry, of: manifest.store, in: folder, &decoder)
                if file.directory.lostCount > 0 { return entry.carriedThrough }
            }
            if let dropped = manifest.history.dropped { return dropped.carriedThrough }
            return manifest.history.archives.isEmpty ? manifest.carriedThrough : .zero
        }
    }

    /// Shows everything, oldest first, until told to stop.
    ///
    /// Returns whether it was not told to.
    @discardableResult
    func forEach(_ body: (Item) throws -> Bool) throws -> Bool {
        var decoder = ArchiveDecoder()
        for entry in manifest.history.archives {
            guard try forEach(in: entry, &decoder, body) else { return false }
        }
        for segment in segments {
            guard try forEach(in: segment, body) else { return false }
        }
        return true
    }

    private func forEach(
        in entry: ArchiveEntry,
        _ decoder: inout ArchiveDecoder,
        _ body: (Item) throws -> Bool
    ) throws -> Bool {
        let file = try ArchiveFile(entry, of: manifest.store, in: folder, &decoder)
        guard try body(.baseline(file.directory.baseline)) else { return false }
        for block in file.directory.blocks {
            for event in try file.events(of: block, &decoder) {
                guard try body(.event(event)) else { return false }
            }
        }
        return true
    }

    private func forEach(
        in segment: SegmentSummary,
        _ body: (Item) throws -> Bool
    ) throws -> Bool {
        guard let id = SegmentID(fileName: segment.fileName) else { return true }
        var scanner = try SegmentScanner(id, in: folder)
        defer { scanner.close() }
        while scanner.offset < segment.validEnd {
            guard case .frame(let frame) = try scanner.scan() else {
                throw scanner.damaged("it has changed since it was opened")
            }
            switch frame.header.kind {
            case .baseline:
                guard try body(.baseline(try scanner.baseline(of: frame))) else { return false }
            case .batch:
                for event in try scanner.events(of: frame) {
                    guard try body(.event(event)) else { return false }
                }
            case .watermark, .seal: break
            }
        }
        return true
    }
}
