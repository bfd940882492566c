import JobLedger
package import LazyJobs

/// Reads a store's log from its first frame to its end, verifies all of it, and folds it into a
/// state.
///
/// Every event must be legal in the ledger, every frame must follow the one before it, and every
/// segment must go on where the one before it ended. What had been made durable and does not verify
/// is an error, never an end; the table of verdicts is in LogFormat, *Recovery*.
package struct LogRecovery: ~Copyable {
    /// Who asks.
    package enum Purpose: Sendable, Hashable {
        /// The one that will write: it has the lock, so nothing changes meanwhile.
        case writing
        /// A reader, perhaps beside a writer: the end of the log may move while it looks.
        case reading
    }

    /// How much is read.
    package enum Depth: Sendable, Hashable {
        /// What it takes to know the state: the log behind the newest checkpoint that can be used.
        case state
        /// All: the whole log, every archive, and the chain of digests over both.
        case everything
    }

    /// Is told now and then which event was read, and about how many there are.
    package typealias Progress = (_ event: SequenceNumber, _ last: SequenceNumber) -> Void

    let folder: StoreFolder
    let purpose: Purpose
    let progress: Progress?
    let manifest: Manifest
    var ledger = JobLedger()
    var segments: [SegmentCatalog.Segment] = []
    var summaries: [SegmentSummary] = []
    var report = RecoveryReport()
    var previous: SegmentHeader.Predecessor?
    /// Where the frames of segments begin, as far as the checkpoint says so.
    var places: [SegmentID: [FramePlace]] = [:]
    /// The digests, if they are to be checked.
    var chain: HistoryChain?

    private init(
        _ manifest: Manifest,
        in folder: StoreFolder,
        for purpose: Purpose,
        _ progress: Progress?
    ) {
        self.progress = progress
        self.manifest = manifest
        self.folder = folder
        self.purpose = purpose
        report.epoch = manifest.epoch
        report.wasClosed = manifest.isClosed
    }

    /// Reads the manifest.
    package static func manifest(in folder: StoreFolder) throws(LogStoreError) -> Manifest {
        let bytes = try LogStoreError.from({ .reading($0, file: Manifest.fileName) }) {
            () throws(SystemCallError) in try ManifestFile(in: folder).read()
        }
        guard let bytes else {
            throw LogStoreError(
                .notFound,
                "Could not open \(folder.path): there is no store in it. Name the folder of one."
            )
        }
        do throws(FormatError) {
            return try Manifest(decoding: bytes)
        } catch {
            if error == .notOurs {
                let isOfAStore = try hasSegments(folder)
                if isOfAStore { throw .replacedManifest(in: folder) }
            }
            throw .header(error, file: Manifest.fileName)
        }
    }

    /// Refuses a manifest that does not know all of the log: one that was put back, or was copied
    /// before the segments of a live store.
    ///
    /// Beside a writer it may be old because that has gone on: then it stands for a moment that has
    /// been.
    static func expectNewest(
        _ manifest: Manifest,
        in folder: StoreFolder
    ) throws(LogStoreError) {
        let names = try LogStoreError.from({ .inspecting(folder.path, $0) }) {
            () throws(SystemCallError) in try folder.fileSystem.names(inFolder: folder.path)
        }
        let unnamed = names.compactMap { SegmentID(fileName: $0) }.filter { id in
            id >= manifest.nextSegment && !manifest.segments.contains { $0.id == id }
        }
        for id in unnamed.sorted() {
            guard try isCurrent(manifest, in: folder) else { return }
            var evidence: LogStoreError?
            do throws(LogStoreError) {
                evidence = try LeftoverSegment(id, in: folder).oldManifest(in: folder)
            } catch {
                // A writer may have removed it.
                guard error.code == .missingSegment else { throw error }
            }
            // It may have become active since the manifest was looked at.
            guard let evidence, try isCurrent(manifest, in: folder) else { continue }
            throw evidence
        }
    }

    private static func isCurrent(
        _ manifest: Manifest,
        in folder: StoreFolder
    ) throws(LogStoreError) -> Bool {
        try self.manifest(in: folder).generation == manifest.generation
    }

    private static func hasSegments(_ folder: StoreFolder) throws(LogStoreError) -> Bool {
        let names = try LogStoreError.from({ .inspecting(folder.path, $0) }) {
            () throws(SystemCallError) in try folder.fileSystem.names(inFolder: folder.path)
        }
        return names.contains { SegmentID(fileName: $0) != nil }
    }

    /// Reads the log that a manifest names.
    ///
    /// - Complexity: O(n) in the jobs of the checkpoint and the bytes of the log behind it.
    package static func run(
        _ manifest: Manifest,
        in folder: StoreFolder,
        for purpose: Purpose,
        depth: Depth = .state,
        progress: Progress? = nil
    ) throws(LogStoreError) -> RecoveredLog {
        var recovery = LogRecovery(manifest, in: folder, for: purpose, progress)
        guard let last = manifest.segments.last else { return recovery.emptyLog() }
        switch depth {
        case .state: recovery.loadCheckpoint()
        case .everything:
            try recovery.checkHistory()
            recovery.checkCheckpoints()
        }
        for entry in manifest.segments.dropLast() {
            if entry.lastSequence <= recovery.report.checkpoint ?? .zero {
                try recovery.adopt(entry)
            } else {
                try recovery.foldSealed(entry)
            }
        }
        return try recovery.foldLast(last)
    }

    private consuming func emptyLog() -> RecoveredLog {
        ledger.beginSegment()
        return RecoveredLog(
            manifest: manifest,
            ledger: ledger,
            provenBaseline: ledger.baseline(),
            provenEnd: 0,
            unproven: [],
            segments: [],
            summaries: [],
            report: report
        )
    }
}
