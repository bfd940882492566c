import Dispatch
import Foundation
import InMemoryJobs
import LazyJobs
import LazyJobsTesting
import Synchronization
import Testing

@Suite("JobRunner: what jobs do when they are cancelled", .timeLimit(.minutes(15)))
struct JobRunnerCancellationTests {
    @Test("it may ask the runner")
    func callsCancelledJobs() async throws {
        let bench = try Bench()
        let gate = Gate()
        try bench.runner.register(Note.self) { _, context in
            try await withTaskCancellationHandler {
                try await gate.wait()
            } onCancel: {
                // It takes the runner's lock.
                _ = context.runner.isRunning
            }
        }
        try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        try await bench.runner.stop(gracePeriod: .zero)
        #expect(bench.recorder.names.last == "stopped")
    }

    @Test(
        "it may wait for others that are cancelled, and holds up none",
        .serialized,
        arguments: [Duration.zero, .seconds(5)]
    )
    func cancelsAllAtOnce(period: Duration) async throws {
        // More than Swift's pool has threads, but on large machines, whose Dispatch has 255.
        let count = min(ProcessInfo.processInfo.activeProcessorCount + 1, 64)
        let bench = try Bench(workers: count) { $0.cancellationGracePeriod = period }
        let gate = Gate()
        let meeting = Meeting(of: count)
        try bench.runner.register(Note.self) { _, _ in
            try await withTaskCancellationHandler {
                try await gate.wait()
            } onCancel: {
                meeting.attend()
            }
        }
        try await bench.runner.enqueue(contentsOf: (0..<count).map { Note(text: "\($0)") })
        try bench.runner.start()
        await gate.waitForArrivals(count)
        try await bench.runner.stop(gracePeriod: .zero)
        try await meeting.end()
    }

    // Each in a process of its own: while a job keeps one of Swift's threads, Dispatch makes at
    // most two for each processor, and other tests block them until others go on.
    @Test("jobs are cancelled although they keep all threads of Swift's pool until then")
    func cancelsJobsThatFillThePool() async {
        await #expect(processExitsWith: .success) {
            let count = ProcessInfo.processInfo.activeProcessorCount
            let bench = try Bench(workers: count) { $0.gracePeriod = .zero }
            let limit = ContinuousClock.now + .seconds(600)
            let begun = DispatchSemaphore(value: 0)
            try bench.runner.register(Note.self) { _, _ in
                begun.signal()
                while !Task.isCancelled, .now < limit {}
            }
            let notes = (0..<count).map { Note(text: "\($0)") }
            try await bench.runner.enqueue(contentsOf: notes)
            let running = Task { try await bench.runner.run() }
            Thread.detachNewThread {
                for _ in 0..<count { begun.wait() }
                running.cancel()
            }
            try await running.value
            #expect(ContinuousClock.now < limit)
            #expect(bench.recorder.names.count { $0 == "finished" } == count)
        }
    }

    @Test("their time is up although they keep all threads of Swift's pool until then")
    func timesOutJobsThatFillThePool() async {
        await #expect(processExitsWith: .success) {
            let count = ProcessInfo.processInfo.activeProcessorCount
            let runner = try JobRunner(
                backend: InMemoryBackend(),
                configuration: .init(workers: count)
            )
            let limit = ContinuousClock.now + .seconds(600)
            try runner.register(Note.self) { _, _ in
                while !Task.isCancelled, .now < limit {}
            }
            try await runner.enqueue(
                contentsOf: (0..<count).map { Note(text: "\($0)") },
                // Jobs take less to begin; else this shows nothing.
                options: JobOptions(maxAttempts: 1, timeout: .milliseconds(200))
            )
            try runner.start()
            try await runner.waitUntilIdle()
            #expect(ContinuousClock.now < limit)
            #expect(try await runner.stats().byState == [.discarded: count])
            try await runner.stop()
        }
    }

    @Test("it holds up neither the stop nor whoever cancels the job")
    func waitsForNoHandler() async throws {
        let bench = try Bench(workers: 2) { $0.cancellationGracePeriod = .zero }
        let gate = Gate()
        let hasStopped = DispatchSemaphore(value: 0)
        try bench.runner.register(Note.self) { _, _ in
            await withTaskCancellationHandler {
                await gate.waitDeaf()
            } onCancel: {
                hasStopped.wait()
            }
        }
        let jobs = try await bench.runner.enqueue(contentsOf: [Note(text: "1"), Note(text: "2")])
        try bench.runner.start()
        await gate.waitForArrivals(2)
        try await bench.runner.cancel(jobs[0].record.id, reason: "test")
        try await bench.runner.stop(gracePeriod: .zero)
        for _ in jobs { hasStopped.signal() }
        gate.open()
    }
}

/// Threads that go on when all have come.
private final class Meeting: Sendable {
    private let missing: Mutex<Int>
    private let isComplete = DispatchSemaphore(value: 0)
    private let over = Gate()
    private let count: Int

    init(of count: Int) {
        self.count = count
        missing = Mutex(count)
    }

    /// Blocks until all attend.
    func attend() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast {
            for _ in 1..<count { isComplete.signal() }
            over.open()
        } else {
            isComplete.wait()
        }
    }

    /// Returns when all have come.
    func end() async throws {
        try await over.wait()
    }
}
