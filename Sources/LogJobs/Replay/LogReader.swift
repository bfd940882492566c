import JobLedger
public import LazyJobs
import Synchronization

/// A store as it stands, read-only: the live store of another process, or a copied folder.
///
/// Takes no lock and changes nothing. What it shows is the moment of ``open(_:)``; open again for a
/// later one. It may show the newest commit of a live store before that is on the device. When the
/// writer of a live store retires segments meanwhile, what was in them is refused as `retired`;
/// what needs no file, as jobs and counts, still stands as it was.
///
/// All its calls block while they read; do not make them on Swift's own threads in a server.
public final class LogReader: Sendable {
    /// What was found in the log.
    public let report: RecoveryReport
    /// The files of the log, the oldest first.
    public let segments: [SegmentSummary]

    /// The name that the store has for ever, whatever its folder is called.
    package let storeID: StoreID
    let ledger: JobLedger
    let walk: LogWalk
    let folder: StoreFolder
    private let reader: Mutex<EventReader>

    private init(_ log: RecoveredLog, in folder: StoreFolder) {
        report = log.report
        segments = log.summaries
        storeID = log.manifest.store
        ledger = log.ledger
        self.folder = folder
        walk = LogWalk(log.manifest, through: log.ledger.lastSequence, in: folder)
        let catalog = SegmentCatalog(log.segments, log.manifest)
        reader = Mutex(EventReader(catalog, in: folder))
    }

    /// Reads and verifies the whole log of a store.
    ///
    /// - Parameter folder: The store's folder.
    /// - Returns: The store as it stands.
    /// - Throws: `notFound`, `notOurs`, `tooNew`, `corruption`, `missingSegment`,
    ///   `manifestMissing`, `inputOutput`.
    /// - Complexity: O(n) in the bytes of the log.
    public static func open(_ folder: String) throws(LogStoreError) -> LogReader {
        try open(folder, progress: nil)
    }

    /// As the other; the closure is told how far it is.
    package static func open(
        _ folder: String,
        progress: LogRecovery.Progress?
    ) throws(LogStoreError) -> LogReader {
        try open(folder, of: PosixFileSystem(), clock: SystemClock(), progress: progress)
    }

    /// Reads a store on any file system.
    package static func open(
        _ path: String,
        of fileSystem: any FileSystem,
        clock: any JobClock,
        depth: LogRecovery.Depth = .state,
        progress: LogRecovery.Progress? = nil
    ) throws(LogStoreError) -> LogReader {
        let start = clock.uptime
        let folder = StoreFolder(path, of: fileSystem)
        switch try FolderInspection(folder) {
        case .store: break
        case .missing, .empty:
            throw LogStoreError(
                .notFound,
                "Could not read \(path): there is no store. Name the folder of one."
            )
        }
        var log = try recover(folder, depth, progress)
        try LogRecovery.expectNewest(log.manifest, in: folder)
        log.report.duration = clock.uptime - start
        return LogReader(log, in: folder)
    }

    /// Reads the log; anew, when its writer has retired segments meanwhile.
    private static func recover(
        _ folder: StoreFolder,
        _ depth: LogRecovery.Depth,
        _ progress: LogRecovery.Progress?
    ) throws(LogStoreError) -> RecoveredLog {
        var manifest = try LogRecovery.manifest(in: folder)
        while true {
            do throws(LogStoreError) {
                return try LogRecovery.run(
                    manifest,
                    in: folder,
                    for: .reading,
                    depth: depth,
                    progress: progress
                )
            } catch {
                guard error.code == .missingSegment else { throw error }
                let now = try LogRecovery.manifest(in: folder)
                guard now.generation != manifest.generation else { throw error }
                manifest = now
            }
        }
    }

    /// Reads everything and checks everything: each checksum in segments and archives, the order of
    /// frames and segments, that every event is legal, and the chain of digests.
    ///
    /// The chain's links are in the report: who keeps one of them elsewhere can tell later whether
    /// anything before it was changed.
    ///
    /// - Throws: As ``open(_:)``; `corruption` at the first damage, with the file and the byte.
    public static func verify(_ folder: String) throws(LogStoreError) -> RecoveryReport {
        try verify(folder, progress: nil)
    }

    /// As the other; the closure is told how far it is.
    package static func verify(
        _ folder: String,
        progress: LogRecovery.Progress?
    ) throws(LogStoreError) -> RecoveryReport {
        try open(
            folder,
            of: PosixFileSystem(),
            clock: SystemClock(),
            depth: .everything,
            progress: progress
        ).report
    }

    /// The state of one job; `nil` when the store has no such job, or not any more.
    public func record(of id: JobID) -> JobRecord? {
        ledger.record(of: id)
    }

    /// Lists jobs, the one that changed last first.
    ///
    /// - Throws: `invalidRequest` for a limit out of bounds.
    public func list(_ query: JobQuery) throws(BackendError) -> [JobRecord] {
        try ledger.list(query)
    }

    /// Shows every job, the one that changed first at first.
    public func forEachRecord<Failure: Error>(
        _ body: (JobRecord) throws(Failure) -> Void
    ) throws(Failure) {
        try ledger.forEachImage { image throws(Failure) in
            if let record = ledger.record(of: image.id) { try body(record) }
        }
    }

    /// Whether a job with this number, of which nothing is known, may have been pruned together
    /// with its history.
    ///
    /// Not all numbers below the next have had jobs: a store that was not closed goes on behind
    /// those that it had set apart.
    package func mayHavePruned(_ id: JobID) -> Bool {
        oldestEvent.rawValue > 1 && id.rawValue > 0 && id < ledger.nextJobID
    }

    /// The event with which a job changed last.
    package func lastTransition(of id: JobID) -> SequenceNumber? {
        ledger.lastTransition(of: id)
    }

    /// Counts the jobs.
    public func stats() -> JobStats {
        ledger.stats()
    }

    /// The schedules, sorted by key.
    public func schedules() -> [JobSchedule] {
        ledger.schedules()
    }

    /// The paused queues, sorted.
    public func pausedQueues() -> [String] {
        ledger.pausedQueues()
    }

    /// Reads the arguments of one job.
    ///
    /// - Returns: The payload; `nil` when the store has no such job.
    /// - Throws: `inputOutput`, `corruption`, `retired`.
    public func payload(of id: JobID) throws(LogStoreError) -> JobPayload? {
        guard let place = ledger.payloadSequence(of: id) else { return nil }
        let payload = try read { reader throws(LogReadError) in try reader.payload(at: place) }
        guard let payload else {
            throw LogStoreError(.corruption, BackendError.payloadLost(id).message)
        }
        return payload
    }

    /// Reads one event; `nil` when there is none with this number, or not any more.
    package func event(at sequence: SequenceNumber) throws(LogStoreError) -> JobEvent? {
        try read { reader throws(LogReadError) in try reader.event(at: sequence) }
    }

    /// Reads the history of one job, oldest first.
    ///
    /// - Returns: Its events, as far as they are kept; empty when the store has never had such a
    ///   job, or has dropped its events.
    /// - Throws: `inputOutput`, `corruption`, `retired`.
    public func history(of id: JobID) throws(LogStoreError) -> [JobEvent] {
        let known = ledger.lastTransition(of: id) ?? ledger.lastEvent(ofPruned: id)
        return try read { reader throws(LogReadError) in
            try reader.history(of: id, newest: known)
        }
    }

    /// Calls a closure with every event that is kept, oldest first: those in archives, and those of
    /// pruned jobs too.
    ///
    /// Carried events are among them, in archives without their payloads; where something was lost
    /// to damage, numbers are missing. When the writer retires segments meanwhile, the walk goes on
    /// in the archive.
    ///
    /// - Parameter body: What is done with an event; what it throws ends the walk.
    /// - Throws: `inputOutput`, `corruption`, `retired` when events were dropped that were not read
    ///   yet, and what the closure throws.
    /// - Complexity: O(n) in the events; memory for one frame.
    public func forEachEvent(_ body: (JobEvent) throws -> Void) throws {
        var cursor = walk.cursor()
        while let events = try cursor.events() { try events.forEach(body) }
    }

    /// Why a segment is not there: its writer may have retired it since it was opened.
    func explained(_ error: LogStoreError) -> LogStoreError {
        guard error.code == .missingSegment, let file = error.file else { return error }
        do throws(LogStoreError) {
            let now = try LogRecovery.manifest(in: folder)
            guard now.generation != walk.manifest.generation else { return error }
        } catch {
            return error
        }
        return LogStoreError(
            .retired,
            "Could not read \(file): the store's writer has retired it since this reader was "
                + "opened. Open the store again.",
            file: file
        )
    }

    private func read<Answer: Sendable>(
        _ body: @Sendable (inout EventReader) throws(LogReadError) -> Answer
    ) throws(LogStoreError) -> Answer {
        let result = reader.withLock { reader -> Result<Answer, LogReadError> in
            do throws(LogReadError) {
                return .success(try body(&reader))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let answer): return answer
        case .failure(let error): throw explained(.history(error))
        }
    }
}
