import Foundation
import InMemoryJobs
import LazyJobs
import LazyJobsTesting
import Testing

/// A runner on a store in memory, with a clock that the test moves and faults that it wants.
struct Bench {
    let clock: ManualClock
    let backend: FaultyBackend
    let recorder: EventRecorder
    let runner: JobRunner

    /// Makes a runner that polls never within a test, so that only wake-ups can move it.
    init(
        workers: Int = 1,
        _ change: (inout JobRunner.Configuration) -> Void = { _ in }
    ) throws {
        let clock = ManualClock()
        try self.init(
            clock: clock,
            backend: FaultyBackend(InMemoryBackend(clock: clock)),
            workers: workers,
            change
        )
    }

    /// Makes another runner on the store of an earlier one.
    init(
        clock: ManualClock,
        backend: FaultyBackend,
        workers: Int = 1,
        _ change: (inout JobRunner.Configuration) -> Void = { _ in }
    ) throws {
        self.clock = clock
        self.backend = backend
        recorder = EventRecorder()
        var configuration = JobRunner.Configuration(
            workers: workers,
            pollInterval: .seconds(1_000_000),
            observers: [recorder]
        )
        change(&configuration)
        runner = try JobRunner(backend: backend, configuration: configuration)
    }

    /// Waits until the runner is idle and its timer is set, then moves the clock.
    func advanceWhenIdle(by duration: Duration) async throws {
        try await runner.waitUntilIdle()
        try await advance(by: duration)
    }

    /// Waits until the runner's timer is set, beside so many sleeping jobs, then moves the clock.
    func advance(by duration: Duration, sleepingJobs: Int = 0) async throws {
        try await clock.waitForSleepers(atLeast: 1 + sleepingJobs)
        clock.advance(by: duration)
    }

    /// The job as it stands in the store.
    func record(_ id: JobID) async throws -> JobRecord {
        try #require(try await runner.record(of: id))
    }

    /// The kinds of transition in a job's history.
    func history(_ id: JobID) async throws -> [JobTransition.Kind] {
        try await runner.history(of: id).compactMap(\.transition?.kind)
    }
}
