import Foundation
import LazyJobs
import LazyJobsTesting
import Testing

@Suite("JobRunner: faults of the store", .timeLimit(.minutes(15)))
struct JobRunnerFaultTests {
    @Test("an outcome that meets passing faults is recorded in the end, and told only then")
    func retriesFinishing() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        bench.backend.change { $0.finishFaults = [.unavailable, .storageFull, nil] }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await bench.recorder.wait(for: "delayed")
        try await bench.advance(by: .milliseconds(50))
        await bench.recorder.wait(for: "delayed", count: 2)
        #expect(!bench.recorder.names.contains("finished"))
        try await bench.advance(by: .milliseconds(100))
        await bench.recorder.wait(for: "finished")
        #expect(try await bench.record(job.id).state == .succeeded)
        try await bench.runner.stop()
    }

    @Test(
        "a fault that does not pass ends the runner: run throws it, and so does stop",
        arguments: [BackendError.Code.poisoned, .outcomeUnknown, .closed, .corruption]
    )
    func endsOnFinishFaults(code: BackendError.Code) async throws {
        let bench = try Bench(workers: 2)
        let gate = Gate()
        try bench.runner.register(Note.self) { note, _ in
            if note.text == "long" { try await gate.wait() }
        }
        bench.backend.change { $0.finishFaults = [code] }
        try await bench.runner.enqueue(Note(text: "long"))
        let running = Task { try await bench.runner.run() }
        await gate.waitForArrivals(1)
        try await bench.runner.enqueue(Note(text: "short"))
        let error = await #expect(throws: BackendError.self) { try await running.value }
        #expect(error?.code == code)
        #expect(!bench.runner.isRunning)
        #expect(bench.recorder.names.contains("dropped \(code.rawValue)"))
        #expect(bench.recorder.names.last == "stopped \(code.rawValue)")
        #expect(!bench.recorder.names.contains("finished"))
        #expect(bench.backend.script.closeCount == 1)
        let again = await #expect(throws: BackendError.self) { try await bench.runner.stop() }
        #expect(again?.code == code)
    }

    @Test("a claim or a schedule that meets a passing fault is tried again")
    func retriesClaims() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        bench.backend.change {
            $0.claimFaults = [.unavailable]
            $0.scheduleFaults = [.unavailable]
        }
        try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await bench.recorder.wait(for: "delayed", count: 2)
        try await bench.advance(by: .milliseconds(50))
        await bench.recorder.wait(for: "finished")
        try await bench.runner.stop()
    }

    @Test("a claim or a schedule that meets a fault that does not pass ends the runner")
    func endsOnClaimFaults() async throws {
        let claiming = try Bench()
        claiming.backend.change { $0.claimFaults = [.poisoned] }
        let claimError = await #expect(throws: BackendError.self) {
            try await claiming.runner.run()
        }
        #expect(claimError?.code == .poisoned)

        let scheduling = try Bench()
        scheduling.backend.change { $0.scheduleFaults = [.outcomeUnknown] }
        let scheduleError = await #expect(throws: BackendError.self) {
            try await scheduling.runner.run()
        }
        #expect(scheduleError?.code == .outcomeUnknown)
    }

    @Test("a slow sync idles no worker: while one outcome is recorded the next jobs run")
    func worksDuringSlowSync() async throws {
        let bench = try Bench()
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in }
        bench.backend.change { $0.finishGate = gate }
        try await bench.runner.enqueue(contentsOf: (0..<10).map { Note(text: String($0)) })
        try bench.runner.start()
        await bench.recorder.wait(for: "started", count: 10)
        #expect(!bench.recorder.names.contains("finished"))
        gate.open()
        await bench.recorder.wait(for: "finished", count: 10)
        #expect(bench.backend.script.finishCounts.reduce(0, +) == 10)
        #expect(bench.backend.script.finishCounts.count <= 10)
        try await bench.runner.stop()
    }

    @Test("jobs granted to a runner while it is stopped are given back, not lost")
    func givesBackLateGrants() async throws {
        let bench = try Bench { $0.closesBackend = false }
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in Issue.record("It was run.") }
        bench.backend.change { $0.claimGate = gate }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        let stopping = Task { try await bench.runner.stop() }
        while bench.runner.canBeStarted { await Task.yield() }
        gate.open()
        try await stopping.value
        #expect(try await bench.history(job.id) == [.enqueued, .claimed, .interrupted])
        #expect(try await bench.record(job.id).attempt == 0)
    }

    @Test("a job cancelled while its claim is under way is not run")
    func skipsJobsCancelledWhileClaimed() async throws {
        let bench = try Bench()
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in Issue.record("It was run.") }
        bench.backend.change { $0.claimGate = gate }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        try await bench.runner.cancel(job.id, reason: "changed mind")
        gate.open()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(job.id).state == .cancelled)
        try await bench.runner.stop()
    }

    @Test("a job cancelled and put back while a claim is on its way to the store is run")
    func runsJobsPutBackWhileClaiming() async throws {
        let bench = try Bench()
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in }
        bench.backend.change { $0.claimStartGate = gate }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        try await bench.runner.cancel(job.id, reason: "changed mind")
        try await bench.runner.retry(job.id)
        gate.open()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(job.id).state == .succeeded)
        try await bench.runner.stop()
    }

    @Test("the safety net finds what no signal told of")
    func polls() async throws {
        let bench = try Bench { $0.pollInterval = .milliseconds(500) }
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let count = bench.backend.script.claimCount
        try await bench.advance(by: .milliseconds(500))
        try await bench.clock.waitForSleepers(atLeast: 1)
        try await bench.runner.waitUntilIdle()
        #expect(bench.backend.script.claimCount > count)
        try await bench.runner.stop()
    }
}

extension JobRunner {
    /// Whether the runner has not been told to stop; asking does nothing else while it works.
    var canBeStarted: Bool {
        do {
            try start()
            return true
        } catch {
            return false
        }
    }
}
