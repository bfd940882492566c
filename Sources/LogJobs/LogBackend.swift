import Dispatch
import JobLedger
public import LazyJobs

/// Jobs in a folder of append-only, checksummed log files: durable, with their whole history,
/// without a server.
///
/// ```swift
/// let backend = try await LogBackend.open("/var/lib/shop/jobs")
/// let runner = try JobRunner(backend: backend)
/// ```
///
/// One process at a time may have a store open for writing; any number may read it, see
/// ``LogReader``. What each call has made durable when it returns is told in <doc:Guarantees>; in
/// short, under ``Durability/synced`` everything but a claim survives power loss.
///
/// After a failed write or sync the store is *poisoned*: the calls that waited throw
/// `outcomeUnknown`, all later ones `poisoned`, until it is opened again.
///
/// Close it with ``close()``. One that is let go without is left as a crash would leave it: nothing
/// answered is lost, and its running jobs are offered again when it is opened the next time.
public final class LogBackend: Backend {
    /// The time by which jobs are due.
    public let clock: any JobClock
    /// What the open found in the log.
    public let recoveryReport: RecoveryReport

    package let engine: LogEngine
    let configuration: Configuration
    let payloads = PayloadCache()
    /// Compaction and its like, one at a time.
    let turnstile = Turnstile()
    /// What is done in the background, unless the store is simulated.
    let upkeep: Upkeep?
    let keeper: StoreKeeper

    private init(
        _ engine: LogEngine,
        _ report: RecoveryReport,
        _ configuration: Configuration,
        clock: any JobClock
    ) {
        self.engine = engine
        self.configuration = configuration
        self.clock = clock
        recoveryReport = report
        keeper = StoreKeeper(
            engine: engine,
            configuration: configuration,
            clock: clock,
            checkpointer: Checkpointer(engine, readByteCount: report.byteCount)
        )
        upkeep = configuration.runsUpkeep ? Upkeep(keeper, turnstile) : nil
        upkeep?.start(lastChange: report.lastChange)
    }

    /// The stores that were let go and still have their lock.
    private static let endings = DispatchGroup()

    deinit {
        Self.endings.enter()
        let (engine, upkeep) = (engine, upkeep)
        guard let upkeep else { return engine.abandon { Self.endings.leave() } }
        Task {
            await upkeep.stop()
            engine.abandon { Self.endings.leave() }
        }
    }

    /// All of them.
    public var abilities: BackendAbilities {
        [.history, .schedules, .queueControl, .pruning, .retrying]
    }

    /// Opens a store for writing, or makes one.
    ///
    /// Reads the newest checkpoint and what came behind it, or the whole log without one, and
    /// verifies what it reads; leaves aside what a crash has left unfinished, and offers the jobs
    /// that ran then again. When it returns, all of that is durable.
    ///
    /// - Parameters:
    ///   - folder: The store's folder. Its parent must be there.
    ///   - configuration: How the store works.
    ///   - clock: The time by which jobs are due.
    /// - Returns: The open store.
    /// - Throws: `locked` with the process that has it, `notOurs`, `tooNew`, `corruption`,
    ///   `missingSegment`, `manifestMissing`, `notFound`, `inputOutput`, `storageFull`; then
    ///   nothing of what was there has changed.
    /// - Complexity: O(n) in the jobs of the index and the bytes behind the checkpoint.
    public static func open(
        _ folder: String,
        configuration: Configuration = Configuration(),
        clock: any JobClock = SystemClock()
    ) async throws(LogStoreError) -> LogBackend {
        let environment = StoreOpening.Environment(
            fileSystem: PosixFileSystem(),
            clock: clock,
            process: .current,
            random: { UInt64.random(in: .min ... .max) }
        )
        return try await open(folder, configuration, environment, mode: .ownThread)
    }

    /// Opens a store on any file system.
    package static func open(
        _ folder: String,
        _ configuration: Configuration,
        _ environment: StoreOpening.Environment,
        mode: LogEngine.Mode
    ) async throws(LogStoreError) -> LogBackend {
        let opening = StoreOpening(
            folder,
            environment,
            settings: configuration.settings,
            sizes: configuration.allSizes
        )
        let start = try await start(opening, configuration, mode)
        let owner = StoreOwner(
            processID: environment.process.pid,
            bootID: environment.process.bootID,
            host: environment.process.host
        )
        do throws(BackendError) {
            let (firstJobID, epoch) = (start.firstJobID, start.report.epoch)
            let rescued = try await start.engine.call(
                .ending,
                needs: { EventBounds.givingBack($0.runningCount) }
            ) {
                ledger,
                now,
                events in
                let begin = events.count
                ledger.open(owner, firstJobID: firstJobID, epoch: epoch, at: now, into: &events)
                return events[begin...].compactMap(\.transition?.kind)
            }
            var report = start.report
            report.rescuedCount = rescued.count { $0 == .rescued }
            report.discardedCount = rescued.count { $0 == .discarded }
            var configuration = configuration
            if mode.isSimulated { configuration.runsUpkeep = false }
            return LogBackend(start.engine, report, configuration, clock: environment.clock)
        } catch {
            // Whoever is told that it failed may try again at once.
            await withCheckedContinuation { continuation in
                start.engine.abandon { continuation.resume() }
            }
            let code: LogStoreError.Code =
                error.code == .storageFull ? .storageFull : .inputOutput
            throw LogStoreError(
                code,
                error.cause.map {
                    "Could not begin to write to \(folder): \($0). Mend what refuses it, then open "
                        + "it again."
                } ?? "Could not begin to write to \(folder): \(error.message)",
                cause: error.cause ?? error
            )
        }
    }

    private struct Start: Sendable {
        var engine: LogEngine
        var report: RecoveryReport
        var firstJobID: JobID
    }

    /// Recovers the log, which blocks, away from Swift's own threads.
    private static func start(
        _ opening: StoreOpening,
        _ configuration: Configuration,
        _ mode: LogEngine.Mode
    ) async throws(LogStoreError) -> Start {
        let createsFolder = configuration.createsFolder
        let open: @Sendable () -> Result<Start, LogStoreError> = {
            do throws(LogStoreError) {
                let opened = try openWhenLetGo(opening, createsFolder: createsFolder)
                let (report, firstJobID) = (opened.report, opened.firstJobID)
                let engine = LogEngine(opened.takeWriter(), mode: mode)
                try engine.start()
                return .success(Start(engine: engine, report: report, firstJobID: firstJobID))
            } catch {
                return .failure(error)
            }
        }
        guard !mode.isSimulated else { return try open().get() }
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: open()) }
        }
        return try result.get()
    }

    /// Waits for a store that was let go without a close, which frees its lock from its own thread:
    /// who opens it again at once must not be told that this process has it.
    ///
    /// A runner lets its store go a moment after it has stopped, though, and jobs that it has
    /// abandoned hold both: who opens again what a runner has had closes it first.
    private static func openWhenLetGo(
        _ opening: StoreOpening,
        createsFolder: Bool
    ) throws(LogStoreError) -> StoreOpening.Opened {
        do throws(LogStoreError) {
            return try opening.open(createsFolder: createsFolder)
        } catch  where error.code == .locked {
            endings.wait()
            return try opening.open(createsFolder: createsFolder)
        }
    }

    /// The name that the store has for ever, whatever its folder is called.
    package var storeID: StoreID? { engine.catalog.headers.first?.store }

    /// Tells when a claim may find more; ends when the store is closed.
    public func signals() -> AsyncStream<Void> {
        engine.signals.makeStream()
    }

    /// What the store has done by itself since it was opened: pruned, compacted, archived.
    public var upkeepReport: UpkeepReport { keeper.report.current }

    /// Takes a checkpoint, unless nothing has happened since the last.
    package func takeCheckpoint() async throws(BackendError) {
        await turnstile.enter()
        defer { turnstile.leave() }
        _ = try await Checkpointer(engine, readByteCount: 0).take()
    }

    /// Does now what the store would do by itself soon, and returns when that is done.
    ///
    /// - Returns: What was done since the store was opened.
    @discardableResult
    package func keepNow() async -> UpkeepReport {
        let upkeep = upkeep ?? Upkeep(keeper, turnstile, trusting: clock)
        await upkeep.look()
        return upkeepReport
    }

    /// Closes the store in order: answers what was handed over, gives back the jobs that run,
    /// writes the seal that makes every later flip of a bit visible, and releases the lock.
    ///
    /// - Throws: `poisoned` when a write had failed before, `outcomeUnknown` when one fails now;
    ///   the lock is released all the same. `storageFull` when even what is kept for a full disk
    ///   does not suffice; the store stays open then.
    public func close() async throws(BackendError) {
        try await closeOnce()
        // Another that could not close it may have let it go on.
        await upkeep?.stop()
    }

    private func closeOnce() async throws(BackendError) {
        await upkeep?.stop()
        turnstile.beginClosing()
        await turnstile.enter()
        defer { turnstile.leave() }
        do throws(BackendError) {
            try await upkeep?.finish()
        } catch {
            // The next opening takes longer; what is wrong with the store, the closing says.
        }
        guard let failure = await engine.close() else { return }
        // It stays open, and somebody must make room.
        if failure.code == .storageFull {
            turnstile.endClosing()
            upkeep?.goOn()
        }
        throw failure
    }
}

// MARK: - Configuration

extension LogBackend {
    /// How a store works; the defaults suit most.
    public struct Configuration: Sendable {
        /// What an answer survives; ``Durability/synced`` unless told otherwise.
        public var durability: Durability
        /// Whether a store is made where there is none.
        public var createsFolder: Bool

        /// What becomes of history when its segments are retired; it is kept unless told otherwise.
        public var archive: ArchivePolicy
        /// How long final jobs stay in the index.
        public var retention: JobRetention
        /// Whether overwriting a part of a sector never harms the rest of it when the power fails.
        ///
        /// All disks of today promise that. Without it no commit shares a block of 4,096 bytes with
        /// another: each takes at least so many. Holds for the segments that are begun from then
        /// on, so it may differ from one opening to the next.
        public var assumesPowerSafeOverwrites = true

        package var sizes = LogWriter.Sizes()
        package var jobIDBlock: UInt64 = 1 << 16
        package var runsUpkeep = true
        package var compaction = CompactionPolicy()

        /// Says how a store works.
        public init(
            durability: Durability = .synced,
            createsFolder: Bool = true,
            archive: ArchivePolicy = .keep(),
            retention: JobRetention = JobRetention()
        ) {
            self.durability = durability
            self.createsFolder = createsFolder
            self.archive = archive
            self.retention = retention
        }

        var allSizes: LogWriter.Sizes {
            var sizes = sizes.archived(by: archive)
            if !assumesPowerSafeOverwrites { sizes.commitAlignment = FormatLimits.alignmentMax }
            return sizes
        }

        var settings: CommitMachine.Settings {
            CommitMachine.Settings(durability: durability, jobIDBlock: jobIDBlock)
        }
    }

    /// Ends as a killed process does, and returns when the lock is free.
    package func abandonAndWait() async {
        await upkeep?.stop()
        await withCheckedContinuation { continuation in
            engine.abandon { continuation.resume() }
        }
    }
}
