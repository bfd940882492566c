public import Foundation
public import LazyJobs
import Synchronization

/// A clock that stands still until a test moves it.
///
/// The test decides what time it is, and knows when the code under test has gone to sleep:
///
/// ```swift
/// let clock = ManualClock()
/// let backend = InMemoryBackend(clock: clock)
/// // … start what sleeps …
/// try await clock.waitForSleepers(atLeast: 1)
/// clock.advance(by: .seconds(30))
/// ```
public final class ManualClock: JobClock {
    /// Midnight of the first of January 2026, UTC: where the clock starts unless told otherwise.
    public static let defaultStart = Date(timeIntervalSince1970: 1_767_225_600)

    // Continuations are taken out of the state under its lock, and resumed outside of it.
    private let state: Mutex<State>

    /// Makes a clock that shows a time, rounded to the microsecond, and an uptime of zero.
    public init(now: Date = ManualClock.defaultStart) {
        state = Mutex(State(now: Timestamp(now)))
    }

    /// The wall clock's time, in whole microseconds.
    public var now: Date { state.withLock { $0.now.date } }

    /// The sum of all advances.
    public var uptime: Duration { state.withLock { $0.uptime } }

    /// How many tasks sleep at the moment.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves both times forward, then wakes the sleepers whose time has come, the earliest first.
    ///
    /// - Parameter duration: How far; not negative. Less than a microsecond moves ``uptime`` alone.
    public func advance(by duration: Duration) {
        precondition(duration >= .zero, "A clock cannot be advanced backwards: use set(now:).")
        let woken = state.withLock { $0.advance(by: duration) }
        for sleeper in woken {
            sleeper.continuation.resume()
        }
    }

    /// Lets the wall clock jump, forwards or backwards; ``uptime`` and the sleepers stay.
    public func set(now: Date) {
        state.withLock { $0.now = Timestamp(now) }
    }

    /// Returns when ``uptime`` has been advanced by a duration.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return }
        try await suspend { state, id, continuation in
            let deadline = state.uptime + duration
            state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
            return state.takeSatisfiedWatchers()
        }
    }

    /// Returns as soon as at least so many tasks sleep.
    ///
    /// With it a test knows that the code under test has gone to sleep, without sleeping itself.
    ///
    /// - Parameter count: How many tasks must sleep at the same moment.
    /// - Throws: `CancellationError` as soon as the calling task is cancelled.
    public func waitForSleepers(atLeast count: Int) async throws {
        try Task.checkCancellation()
        try await suspend { state, id, continuation in
            state.watchers[id] = Watcher(count: count, continuation: continuation)
            return state.takeSatisfiedWatchers()
        }
    }

    /// Suspends the task until its continuation is taken out of the state, or it is cancelled.
    ///
    /// The flag of a cancelled task is set before its handler runs. So either `register` sees the
    /// flag, under the lock, or the handler comes after it and finds what it registered.
    private func suspend(
        _ register: @Sendable (inout State, Int, Continuation) -> [Continuation]
    ) async throws {
        let id = state.withLock { $0.makeID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Continuation) in
                let isCancelled: Bool
                let ready: [Continuation]
                (isCancelled, ready) = state.withLock { state in
                    Task.isCancelled ? (true, []) : (false, register(&state, id, continuation))
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
                for watcher in ready { watcher.resume() }
            }
        } onCancel: {
            let cancelled = state.withLock { $0.take(id) }
            cancelled?.resume(throwing: CancellationError())
        }
    }
}

extension ManualClock {
    private typealias Continuation = CheckedContinuation<Void, any Error>

    /// A task that waits for the uptime to reach its deadline.
    private struct Sleeper {
        let deadline: Duration
        let continuation: Continuation
    }

    /// A task that waits for others to sleep.
    private struct Watcher {
        let count: Int
        let continuation: Continuation
    }

    /// Everything that changes.
    ///
    /// Invariant: no sleeper's deadline has been reached, and no watcher's count.
    private struct State {
        var now: Timestamp
        var uptime = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var watchers: [Int: Watcher] = [:]
        private var lastID = 0

        init(now: Timestamp) {
            self.now = now
        }

        mutating func makeID() -> Int {
            lastID += 1
            return lastID
        }

        mutating func advance(by duration: Duration) -> [Sleeper] {
            now = now.advanced(by: duration)
            uptime += duration
            let woken = sleepers.filter { $0.value.deadline <= uptime }
            for id in woken.keys {
                sleepers[id] = nil
            }
            return woken.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
                .map(\.value)
        }

        mutating func takeSatisfiedWatchers() -> [Continuation] {
            let satisfied = watchers.filter { $0.value.count <= sleepers.count }
            for id in satisfied.keys {
                watchers[id] = nil
            }
            return satisfied.values.map(\.continuation)
        }

        mutating func take(_ id: Int) -> Continuation? {
            sleepers.removeValue(forKey: id)?.continuation
                ?? watchers.removeValue(forKey: id)?.continuation
        }
    }
}
