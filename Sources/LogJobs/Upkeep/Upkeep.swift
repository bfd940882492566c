import JobLedger
import LazyJobs
import Synchronization

/// Keeps an open store small and quick to open: prunes what is too old, compacts, drops archives,
/// takes checkpoints, all in the background.
///
/// It looks after each few megabytes, and once a minute.
final class Upkeep: Sendable {
    private static let interval = Duration.seconds(60)

    private let keeper: StoreKeeper
    private let turnstile: Turnstile
    private let running = Mutex<Task<Void, Never>?>(nil)
    private let time = Mutex<RetentionTime?>(nil)

    init(_ keeper: StoreKeeper, _ turnstile: Turnstile) {
        self.keeper = keeper
        self.turnstile = turnstile
    }

    /// One that is not started, and believes the clock.
    convenience init(_ keeper: StoreKeeper, _ turnstile: Turnstile, trusting clock: any JobClock) {
        self.init(keeper, turnstile)
        let now = Timestamp(clock.now)
        let time = RetentionTime(lastChange: nil, now: now, uptime: clock.uptime)
        self.time.withLock { $0 = time }
    }

    func start(lastChange: Timestamp?) {
        let clock = keeper.clock
        let now = RetentionTime(
            lastChange: lastChange,
            now: Timestamp(clock.now),
            uptime: clock.uptime
        )
        // Before anything else asks to look: without a time nothing is too old.
        time.withLock { $0 = $0 ?? now }
        running.withLock { running in
            running = running ?? Task { [self] in await run() }
        }
    }

    /// Ends it, and returns when nothing is under way any more.
    func stop() async {
        let task = running.withLock { $0.take() }
        task?.cancel()
        await task?.value
    }

    /// Goes on after it was stopped, trusting the clock as far as before.
    func goOn() { start(lastChange: nil) }

    private func run() async {
        let clock = keeper.clock
        let occasions = keeper.engine.occasions
        let timer = Task {
            while true {
                try await clock.sleep(for: Self.interval)
                occasions.send()
            }
        }
        defer { timer.cancel() }
        let stream = occasions.makeStream()
        occasions.send()
        for await _ in stream { await look() }
    }

    /// Does all there is to do now.
    func look() async {
        await turnstile.enter()
        defer { turnstile.leave() }
        await lookAtAll()
    }

    /// The time by which jobs are too old; `nil` while the clock cannot be trusted.
    private func now() -> Timestamp? {
        let (now, uptime) = (Timestamp(keeper.clock.now), keeper.clock.uptime)
        return time.withLock { $0?.time(now: now, uptime: uptime) }
    }

    /// Takes a checkpoint before the store is closed, if that spares the next opening much.
    func finish() async throws(BackendError) {
        _ = try await keeper.checkpointer.takeIfDue(isClosing: true)
    }

    private func lookAtAll() async {
        var failure: BackendError?
        var pruning = Pruning()
        // What fails keeps nothing else from being done: the next step may make room for it.
        await attempt(&failure) { () throws(BackendError) in
            try await keeper.prune(&pruning, at: now())
        }
        await attempt(&failure) { () throws(BackendError) in
            try await keeper.compact(&pruning, at: now)
        }
        await attempt(&failure) { () throws(BackendError) in
            try await keeper.dropArchives(at: now())
        }
        await attempt(&failure) { () throws(BackendError) in try await keeper.checkpoint() }
        keeper.report.change { $0.failure = failure }
    }

    private func attempt(
        _ failure: inout BackendError?,
        _ step: () async throws(BackendError) -> Void
    ) async {
        do throws(BackendError) {
            try await step()
        } catch {
            failure = failure ?? error
        }
    }
}
