import Foundation
import LazyJobs
import LazyJobsTesting
import Testing

@Suite("JobRunner: outcomes", .timeLimit(.minutes(15)))
struct JobRunnerOutcomeTests {
    @Test("a failed job is run again after its backoff, and each failure is in its history")
    func retries() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, context in
            if context.attempt < 3 { throw TestError(description: "broken \(context.attempt)") }
        }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let failed = try await bench.record(job.id)
        #expect(failed.state == .retrying)
        #expect(failed.attempt == 1)
        #expect(failed.lastError == "broken 1")
        #expect(failed.runAt == bench.clock.now.addingTimeInterval(1))
        try await bench.advance(by: .seconds(1))
        await bench.recorder.wait(for: "finished", count: 2)
        #expect(try await bench.record(job.id).lastError == "broken 2")
        try await bench.advanceWhenIdle(by: .seconds(2))
        await bench.recorder.wait(for: "finished", count: 3)
        #expect(try await bench.record(job.id).state == .succeeded)
        let errors = try await bench.runner.history(of: job.id).compactMap { event in
            if case .retried(let error, _, _)? = event.transition?.change { error } else { nil }
        }
        #expect(errors == ["broken 1", "broken 2"])
        try await bench.runner.stop()
    }

    @Test("a job that fails in its last attempt is discarded")
    func discards() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in throw TestError() }
        let job = try await bench.runner.enqueue(
            Note(text: ""),
            options: JobOptions(maxAttempts: 1)
        ).record
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let record = try await bench.record(job.id)
        #expect(record.state == .discarded)
        #expect(record.lastError == "it broke")
        try await bench.runner.stop()
    }

    @Test("a snoozed job runs again when it wants to, and the attempt does not count")
    func snoozes() async throws {
        let bench = try Bench()
        let wakeUp = bench.clock.now.addingTimeInterval(30)
        try bench.runner.register(Note.self) { _, context in
            #expect(context.attempt == 1)
            if context.clock.now < wakeUp { throw JobControl.snooze(until: wakeUp) }
        }
        let job = try await bench.runner.enqueue(
            Note(text: ""),
            options: JobOptions(maxAttempts: 1)
        ).record
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let snoozed = try await bench.record(job.id)
        #expect(snoozed.state == .pending)
        #expect(snoozed.attempt == 0)
        #expect(snoozed.lastError == nil)
        try await bench.advance(by: .seconds(30))
        await bench.recorder.wait(for: "finished", count: 2)
        #expect(try await bench.record(job.id).state == .succeeded)
        try await bench.runner.stop()
    }

    @Test("a job may cancel or discard itself")
    func endsItself() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { note, _ in
            throw note.text == "cancel" ? JobControl.cancel("not wanted") : .discard("hopeless")
        }
        let cancelled = try await bench.runner.enqueue(Note(text: "cancel"))
        let discarded = try await bench.runner.enqueue(Note(text: "discard"))
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(cancelled.id).state == .cancelled)
        let record = try await bench.record(discarded.id)
        #expect(record.state == .discarded)
        #expect(record.lastError == "hopeless")
        try await bench.runner.stop()
    }

    @Test("a job that takes too long is cancelled and fails as timed out, after its own delay")
    func timesOut() async throws {
        let bench = try Bench()
        let gate = Gate()
        try bench.runner.register(Patient.self) { _, _ in try await gate.wait() }
        let job = try await bench.runner.enqueue(
            Patient(),
            options: JobOptions(timeout: .seconds(5))
        ).record
        try bench.runner.start()
        await gate.waitForArrivals(1)
        try await bench.advance(by: .seconds(5))
        await bench.recorder.wait(for: "finished")
        let record = try await bench.record(job.id)
        #expect(record.state == .retrying)
        #expect(record.lastError == "timed out after 5s")
        #expect(record.runAt == bench.clock.now.addingTimeInterval(1000))
        try await bench.runner.stop()
    }

    @Test("a job that ignores its time-out is recorded without it, visible, and blocks no worker")
    func abandonsDeafJobs() async throws {
        let bench = try Bench { $0.closesBackend = false }
        let gate = Gate()
        try bench.runner.register(Note.self) { note, context in
            if note.text == "deaf" {
                await gate.waitDeaf()
                try context.setOutput([1])
            }
        }
        let options = JobOptions(maxAttempts: 1, timeout: .seconds(5))
        let deaf = try await bench.runner.enqueue(Note(text: "deaf"), options: options).record
        let other = try await bench.runner.enqueue(Note(text: "other"))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        try await bench.advance(by: .seconds(5))
        try await bench.advance(by: .seconds(5))
        await bench.recorder.wait(for: "finished", count: 2)
        #expect(bench.recorder.names.contains("abandoned"))
        #expect(bench.runner.activity.abandoned == 1)
        #expect(try await bench.record(deaf.id).lastError == "timed out after 5s")
        #expect(try await bench.record(other.id).state == .succeeded)
        gate.open()
        try await bench.runner.stop()
        let record = try await bench.record(deaf.id)
        #expect(record.state == .discarded)
        #expect(record.output == nil)
    }

    @Test("cancelling a running job cancels its task, and what it throws is of no account")
    func cancelsRunningJobs() async throws {
        let bench = try Bench()
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        let cancelled = try await bench.runner.cancel(job.id, reason: "changed mind", actor: "Ada")
        #expect(cancelled.state == .cancelled)
        try await bench.runner.waitUntilIdle()
        #expect(bench.runner.activity == .init(running: 0, recording: 0, abandoned: 0))
        #expect(try await bench.history(job.id) == [.enqueued, .claimed, .cancelled])
        #expect(bench.recorder.names.filter { $0 != "enqueued" } == ["started", "finished"])
        try await bench.runner.stop()
    }

    @Test("a job that was discarded runs again when it is retried by hand")
    func retriesByHand() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, context in
            if context.record.attempt == 1 { throw JobControl.discard("hopeless") }
        }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(job.id).state == .discarded)
        let retried = try await bench.runner.retry(job.id, reason: "mended", actor: "Ada")
        #expect(retried.state == .retrying)
        await bench.recorder.wait(for: "finished", count: 2)
        #expect(try await bench.record(job.id).state == .succeeded)
        let kinds: [JobTransition.Kind] = [
            .enqueued, .claimed, .discarded, .requeued, .claimed, .succeeded,
        ]
        #expect(try await bench.history(job.id) == kinds)
        try await bench.runner.stop()
    }

    @Test("cancelling a waiting job keeps it from running; a final one cannot be cancelled")
    func cancelsWaitingJobs() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try await bench.runner.cancel(job.id, reason: "changed mind")
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.history(job.id) == [.enqueued, .cancelled])
        let again = await #expect(throws: BackendError.self) {
            try await bench.runner.cancel(job.id, reason: "again")
        }
        #expect(again?.code == .invalidState)
        let unknown = await #expect(throws: BackendError.self) {
            try await bench.runner.cancel(JobID(rawValue: 99), reason: "unknown")
        }
        #expect(unknown?.code == .notFound)
        try await bench.runner.stop()
    }

    @Test("an outcome whose lease ended elsewhere is dropped, and observers are told")
    func dropsStaleOutcomes() async throws {
        let bench = try Bench()
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        await gate.waitForArrivals(1)
        _ = try await bench.backend.cancel([job.id], reason: "elsewhere", actor: nil)
        gate.open()
        await bench.recorder.wait(for: "dropped staleLease")
        #expect(try await bench.record(job.id).state == .cancelled)
        #expect(bench.runner.isRunning)
        try await bench.runner.stop()
    }

    @Test("a job of an unknown kind backs off with the reason until a program knows the kind")
    func keepsUnknownKinds() async throws {
        let bench = try Bench { $0.closesBackend = false }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let failed = try await bench.record(job.id)
        #expect(failed.state == .retrying)
        #expect(failed.attempt == 1)
        #expect(failed.lastError == "unknown kind \"note\": no such job type is registered")
        #expect(failed.runAt == bench.clock.now.addingTimeInterval(1))
        #expect(!bench.recorder.names.contains("started"))
        try await bench.runner.stop()

        let next = try Bench(clock: bench.clock, backend: bench.backend)
        try next.runner.register(Note.self) { _, _ in }
        bench.clock.advance(by: .seconds(1))
        try next.runner.start()
        try await next.runner.waitUntilIdle()
        #expect(try await next.record(job.id).state == .succeeded)
        try await next.runner.stop()
    }

    @Test("a job that cannot be read is discarded when it is out of attempts, never run")
    func discardsUnreadableJobs() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in Issue.record("It was run.") }
        let payload = JobPayload(bytes: Array(#"{"text":5}"#.utf8))
        let newJob = NewJob(kind: "note", payload: payload, maxAttempts: 2)
        let id = try #require(try await bench.backend.enqueue([newJob]).first).record.id
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(id).state == .retrying)
        try await bench.advance(by: .seconds(1))
        await bench.recorder.wait(for: "finished", count: 2)
        let record = try await bench.record(id)
        #expect(record.state == .discarded)
        #expect(record.lastError == "undecodable payload: not a value of type String at text")
        try await bench.runner.stop()
    }

    @Test("jobs stored under a former kind and version are worked by the type of today")
    func worksOldJobs() async throws {
        let bench = try Bench()
        try bench.runner.register(Mail.self) { mail, context in
            try context.setOutput(encoding: mail.text + " as " + context.kind)
        }
        let payload = JobPayload(bytes: Array(#"{"body":"hi"}"#.utf8), version: 1)
        let newJob = NewJob(kind: "letter", payload: payload)
        let id = try #require(try await bench.backend.enqueue([newJob]).first).record.id
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(id).output == Array(#""hi as letter""#.utf8))
        try await bench.runner.stop()
    }

    @Test("a coder of one's own names its encoding, and old payloads are still read")
    func changesCoders() async throws {
        let bench = try Bench { $0.coder = ReversedCoder() }
        try bench.runner.register(Note.self) { note, context in
            try context.setOutput(Array(note.text.utf8))
        }
        let new = try await bench.runner.enqueue(Note(text: "new"))
        let payload = JobPayload(bytes: Array(#"{"text":"old"}"#.utf8))
        let newJob = NewJob(kind: "note", payload: payload)
        let old = try #require(try await bench.backend.enqueue([newJob]).first).record
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.backend.payload(of: new.id)?.encoding == "nosj")
        #expect(try await bench.record(new.id).output == Array("new".utf8))
        #expect(try await bench.record(old.id).output == Array("old".utf8))
        try await bench.runner.stop()
    }
}
