import JobLedger
import LazyJobs

/// All that is kept of a store's history, from the oldest archive to the end of the log.
struct LogWalk {
    let manifest: Manifest
    /// The last event, which was found valid.
    let last: SequenceNumber
    private let folder: StoreFolder

    init(_ manifest: Manifest, through last: SequenceNumber, in folder: StoreFolder) {
        self.manifest = manifest
        self.last = last
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

    /// Goes through the events from one on.
    func cursor(
        from first: SequenceNumber = .zero,
        through end: SequenceNumber? = nil
    ) -> LogCursor {
        LogCursor(manifest, in: folder, from: first, through: min(end ?? last, last))
    }

    /// Shows everything, oldest first, until told to stop.
    func forEach(_ body: (Item) throws -> Bool) throws {
        var cursor = cursor()
        while let step = try cursor.step() {
            switch step {
            case .baseline(let baseline):
                guard try body(.baseline(baseline)) else { return }
            case .events(let events):
                for event in events {
                    guard try body(.event(event)) else { return }
                }
            }
        }
    }
}
