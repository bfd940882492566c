import Foundation
import InMemoryJobs
import LazyJobs
import LazyJobsTesting
import Testing

@Suite("JobRunner: start, stop and run", .timeLimit(.minutes(15)))
struct JobRunnerStopTests {
    @Test("stop lets a running job end, claims nothing more, and closes the store")
    func stopsGracefully() async throws {
        let bench = try Bench { $0.closesBackend = true }
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        try await bench.runner.enqueue(contentsOf: [Note(text: "1"), Note(text: "2")])
        try bench.runner.start()
        await gate.waitForArrivals(1)
        let stopped = Task { try await bench.runner.stop() }
        try await bench.clock.waitForSleepers(atLeast: 1)
        gate.open()
        try await stopped.value
        #expect(
            bench.recorder.names.filter { $0 != "enqueued" } == ["started", "finished", "stopped"]
        )
        #expect(bench.backend.script.closeCount == 1)
        #expect(!bench.runner.isRunning)
    }

    @Test("a job cut off by stop is offered again at once, its attempt and errors untouched")
    func interruptsJobs() async throws {
        let bench = try Bench { $0.closesBackend = false }
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        try await bench.runner.stop(gracePeriod: .zero)
        let record = try await bench.record(job.id)
        #expect(record.state == .pending)
        #expect(record.attempt == 0)
        #expect(record.lastError == nil)
        #expect(record.runAt <= bench.clock.now)
        #expect(try await bench.history(job.id) == [.enqueued, .claimed, .interrupted])
        #expect(bench.backend.script.closeCount == 0)
    }

    @Test(
        "periods that mean for ever are as good as that",
        arguments: [Duration.seconds(Int64.max), Duration(attoseconds: .max)]
    )
    func takesPeriodsForEver(period: Duration) async throws {
        let bench = try Bench(
            clock: ManualClock(),
            backend: FaultyBackend(InMemoryBackend(clock: SystemClock()))
        ) {
            $0.pollInterval = period
            $0.gracePeriod = period
            $0.cancellationGracePeriod = period
        }
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        let stopping = Task { try await bench.runner.stop(gracePeriod: period) }
        while bench.runner.canBeStarted { await Task.yield() }
        try await bench.runner.stop(gracePeriod: .zero)
        try await stopping.value
    }

    @Test("the grace period is kept, to the millisecond")
    func keepsGracePeriod() async throws {
        let bench = try Bench { $0.closesBackend = false }
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        let stopping = Task { try await bench.runner.stop(gracePeriod: .seconds(30)) }
        while bench.runner.canBeStarted { await Task.yield() }
        try await bench.advance(by: .milliseconds(29_999))
        #expect(try await bench.record(job.id).state == .running)
        try await bench.advance(by: .milliseconds(1))
        try await stopping.value
        #expect(try await bench.record(job.id).state == .pending)
    }

    @Test("stop returns although a job ignores its cancellation, which is recorded all the same")
    func stopsDespiteDeafJobs() async throws {
        let bench = try Bench {
            $0.closesBackend = false
            $0.cancellationGracePeriod = .zero
        }
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in await gate.waitDeaf() }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        try await bench.runner.stop(gracePeriod: .zero)
        let record = try await bench.record(job.id)
        #expect(record.state == .pending)
        #expect(record.attempt == 0)
        #expect(bench.recorder.names.contains("abandoned"))
        #expect(bench.runner.activity.abandoned == 1)
        gate.open()
    }

    @Test("many may stop at the same time: all return after the end, and the store closes once")
    func stopsConcurrently() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    try await bench.runner.stop()
                    #expect(!bench.runner.isRunning)
                    #expect(bench.backend.script.closeCount == 1)
                }
            }
            try await group.waitForAll()
        }
        try await bench.runner.stop()
        #expect(bench.backend.script.closeCount == 1)
    }

    @Test("a runner that was never started stops at once; none is started after a stop")
    func startsOnlyOnce() async throws {
        let bench = try Bench()
        try await bench.runner.stop()
        #expect(bench.backend.script.closeCount == 1)
        let start = #expect(throws: JobRunnerError.self) { try bench.runner.start() }
        #expect(start?.code == .stopped)
        let run = await #expect(throws: JobRunnerError.self) { try await bench.runner.run() }
        #expect(run?.code == .stopped)
    }

    @Test("starting twice is starting once")
    func startsTwice() async throws {
        let bench = try Bench()
        try bench.runner.start()
        try bench.runner.start()
        #expect(bench.runner.isRunning)
        try await bench.runner.stop()
        #expect(bench.backend.script.closeCount == 1)
    }

    @Test("run works until its task is cancelled, then stops gracefully and returns")
    func runsUntilCancelled() async throws {
        let bench = try Bench()
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        try await bench.runner.enqueue(Note(text: ""))
        let running = Task { try await bench.runner.run() }
        await gate.waitForArrivals(1)
        running.cancel()
        gate.open()
        try await running.value
        #expect(bench.recorder.names.suffix(2) == ["finished", "stopped"])
        #expect(bench.backend.script.closeCount == 1)
    }

    @Test("run returns when someone stops the runner, and joins one that works already")
    func runsUntilStopped() async throws {
        let bench = try Bench()
        try bench.runner.start()
        let running = Task { try await bench.runner.run() }
        try await bench.runner.waitUntilIdle()
        try await bench.runner.stop()
        do {
            try await running.value
        } catch let error as JobRunnerError {
            // The stop may have come before the task of `run` began.
            #expect(error.code == .stopped)
        }
    }

    @Test("what closing the store throws is thrown by stop, every time")
    func throwsCloseErrors() async throws {
        let bench = try Bench()
        bench.backend.change { $0.closeFault = .outcomeUnknown }
        try bench.runner.start()
        for _ in 0..<2 {
            let error = await #expect(throws: BackendError.self) { try await bench.runner.stop() }
            #expect(error?.code == .outcomeUnknown)
        }
    }

    @Test("waiting until idle is refused before the start and after the end")
    func refusesToWait() async throws {
        let bench = try Bench()
        let before = await #expect(throws: JobRunnerError.self) {
            try await bench.runner.waitUntilIdle()
        }
        #expect(before?.code == .notRunning)
        try bench.runner.start()
        try await bench.runner.stop()
        let after = await #expect(throws: JobRunnerError.self) {
            try await bench.runner.waitUntilIdle()
        }
        #expect(after?.code == .stopped)
    }

    @Test("waiting until idle ends when its task is cancelled or the runner ends")
    func endsWaits() async throws {
        let bench = try Bench()
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        let cancelled = Task { try await bench.runner.waitUntilIdle() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let ended = Task { try await bench.runner.waitUntilIdle() }
        try await bench.runner.stop(gracePeriod: .zero)
        let error = await #expect(throws: JobRunnerError.self) { try await ended.value }
        #expect(error?.code == .stopped)
    }
}
