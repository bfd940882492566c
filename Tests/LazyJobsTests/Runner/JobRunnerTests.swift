import Foundation
import LazyJobs
import LazyJobsTesting
import Testing

@Suite("JobRunner: running jobs", .timeLimit(.minutes(15)))
struct JobRunnerTests {
    @Test("a job enqueued to a working runner is run at once and has succeeded durably")
    func runsJobs() async throws {
        let bench = try Bench()
        try bench.runner.register(Greet.self)
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let job = try await bench.runner.enqueue(Greet(name: "Ada"))
        #expect(job.state == .pending)
        await bench.recorder.wait(for: "finished")
        let record = try await bench.record(job.id)
        #expect(record.state == .succeeded)
        #expect(record.output == Array(#""Hello, Ada!""#.utf8))
        #expect(record.worker == "runner")
        #expect(try await bench.history(job.id) == [.enqueued, .claimed, .succeeded])
        #expect(bench.recorder.names.filter { $0 != "enqueued" } == ["started", "finished"])
        #expect(bench.recorder.names.contains("enqueued"))
        try await bench.runner.stop()
    }

    /// The task that calls the runner, as far as an observer can see it.
    @TaskLocal private static var caller: String?

    private struct CallerWatch: JobObserver {
        let inner: EventRecorder

        func observe(_ event: RunnerEvent) {
            #expect(JobRunnerTests.caller == nil)
            #expect(JobRunner.current == nil)
            inner.observe(event)
        }
    }

    @Test("observers are told by nobody who calls the runner, and by no job")
    func tellsObserversApart() async throws {
        let recorder = EventRecorder()
        let bench = try Bench(workers: 4) { $0.observers = [CallerWatch(inner: recorder)] }
        try bench.runner.register(Note.self) { _, _ in }
        try await Self.$caller.withValue("the test") {
            try bench.runner.start()
            for _ in 0..<100 { try await bench.runner.enqueue(Note(text: "")) }
            try await bench.runner.waitUntilIdle()
            try await bench.runner.stop()
        }
        for (name, count) in [("enqueued", 100), ("started", 100), ("finished", 100)] {
            #expect(recorder.names.count { $0 == name } == count)
        }
    }

    @Test("what a type says of queue, attempts, priority and timeout is stored with its jobs")
    func storesWhatTypesSay() async throws {
        let bench = try Bench()
        let record = try await bench.runner.enqueue(Greet(name: "Ada"))
        #expect(record.kind == "greet")
        #expect(record.queue == "polite")
        #expect(record.maxAttempts == 3)
        #expect(record.priority == .high)
        #expect(record.timeout == .seconds(90))
        let payload = try #require(try await bench.backend.payload(of: record.id))
        #expect(payload == JobPayload(bytes: Array(#"{"name":"Ada"}"#.utf8)))
        let plain = try await bench.runner.enqueue(Note(text: ""))
        #expect(plain.queue == "default")
        #expect(plain.maxAttempts == 25)
        #expect(plain.timeout == nil)
    }

    @Test("options take the place of what the type says")
    func prefersOptions() async throws {
        let bench = try Bench()
        let options = JobOptions(
            queue: "rude",
            delay: .seconds(10),
            priority: .low,
            maxAttempts: 7,
            timeout: .seconds(1),
            uniqueKey: "u",
            idempotencyKey: "i",
            tags: ["a", "b"],
            metadata: ["trace": "1"],
            actor: "someone"
        )
        let record = try await bench.runner.enqueue(Greet(name: "Ada"), options: options).record
        #expect(record.queue == "rude")
        #expect(record.runAt == bench.clock.now.addingTimeInterval(10))
        #expect(record.priority == .low)
        #expect(record.maxAttempts == 7)
        #expect(record.timeout == .seconds(1))
        #expect(record.uniqueKey == "u")
        #expect(record.idempotencyKey == "i")
        #expect(record.tags == ["a", "b"])
        #expect(record.metadata == ["trace": "1"])
        let first = try #require(try await bench.runner.history(of: record.id).first?.transition)
        guard case .enqueued(let job, _) = first.change else {
            Issue.record("The history does not begin with the enqueued event.")
            return
        }
        #expect(job.actor == "someone")
    }

    @Test("jobs that were enqueued before the start are run after it, in the store's order")
    func runsEarlierJobs() async throws {
        let bench = try Bench()
        let order = EventRecorder()
        try bench.runner.register(Note.self) { _, context in
            order.observe(.started(context.record))
        }
        let normal = try await bench.runner.enqueue(Note(text: "1"))
        let urgent = try await bench.runner.enqueue(
            Note(text: "2"),
            options: JobOptions(priority: .high)
        ).record
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let ids = order.events.map { event in
            if case .started(let record) = event { record.id } else { JobID(rawValue: 0) }
        }
        #expect(ids == [urgent.id, normal.id])
        try await bench.runner.stop()
    }

    @Test("a job for later is run when its time has come, woken by the clock and not by polling")
    func runsDelayedJobs() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        try bench.runner.start()
        let soon = try await bench.runner.enqueue(Note(text: "soon"), in: .seconds(60))
        let later = try await bench.runner.enqueue(
            Note(text: "later"),
            at: bench.clock.now.addingTimeInterval(90)
        )
        try await bench.advanceWhenIdle(by: .milliseconds(59_999))
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(soon.id).state == .pending)
        try await bench.advanceWhenIdle(by: .milliseconds(1))
        await bench.recorder.wait(for: "finished")
        #expect(try await bench.record(soon.id).state == .succeeded)
        #expect(try await bench.record(later.id).state == .pending)
        try await bench.advanceWhenIdle(by: .seconds(30))
        await bench.recorder.wait(for: "finished", count: 2)
        try await bench.runner.stop()
    }

    @Test("jobs run at the same time up to the number of workers, and no more")
    func usesAllWorkers() async throws {
        let bench = try Bench(workers: 3)
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        try await bench.runner.enqueue(
            contentsOf: (1...5).map { Note(text: String($0)) }
        )
        try bench.runner.start()
        await gate.waitForArrivals(3)
        #expect(bench.runner.activity == .init(running: 3, recording: 0, abandoned: 0))
        #expect(try await bench.runner.stats().byState == [.running: 3, .pending: 2])
        gate.open()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.runner.stats().byState == [.succeeded: 5])
        try await bench.runner.stop()
    }

    @Test("a queue limit holds although more workers are free")
    func keepsQueueLimits() async throws {
        let bench = try Bench(workers: 4) { $0.queueLimits = ["default": 2] }
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        try await bench.runner.enqueue(contentsOf: (1...5).map { Note(text: String($0)) })
        try bench.runner.start()
        await gate.waitForArrivals(2)
        let snapshot = try await bench.runner.snapshot()
        #expect(
            snapshot.queueLimits == [QueueLimitState(queue: "default", maxRunning: 2, running: 2)]
        )
        gate.open()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.runner.stats().byState == [.succeeded: 5])
        try await bench.runner.stop()
    }

    @Test("a runner works only the queues it is told to")
    func keepsToItsQueues() async throws {
        let bench = try Bench { $0.queues = ["polite"] }
        try bench.runner.register(Greet.self)
        try bench.runner.register(Note.self) { _, _ in }
        let note = try await bench.runner.enqueue(Note(text: ""))
        let greet = try await bench.runner.enqueue(Greet(name: "Ada"))
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(note.id).state == .pending)
        #expect(try await bench.record(greet.id).state == .succeeded)
        try await bench.runner.stop()
    }

    @Test("a paused queue rests until it is resumed, and resuming wakes the runner")
    func pausesQueues() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        try await bench.runner.pauseQueue("default", reason: "lunch", actor: "Ada")
        let note = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(note.id).state == .pending)
        try await bench.runner.resumeQueue("default", actor: "Ada")
        await bench.recorder.wait(for: "finished")
        #expect(try await bench.record(note.id).state == .succeeded)
        try await bench.runner.stop()
    }

    @Test("a job knows itself, its runner and its clock, and can enqueue a follow-up")
    func givesContext() async throws {
        let bench = try Bench()
        let runner = bench.runner
        try runner.register(Note.self) { note, context in
            guard note.text == "first" else { return }
            #expect(context.kind == "note")
            #expect(context.queue == "default")
            #expect(context.attempt == 1)
            #expect(context.maxAttempts == 25)
            #expect(context.tags == ["t"])
            #expect(context.metadata == ["trace": "1"])
            #expect(context.enqueuedAt == context.clock.now)
            #expect(context.runner === runner)
            #expect(JobRunner.current === runner)
            #expect(context.id == context.record.id)
            try await context.runner.enqueue(Note(text: "second"))
        }
        try await runner.enqueue(
            Note(text: "first"),
            options: JobOptions(tags: ["t"], metadata: ["trace": "1"])
        )
        try runner.start()
        try await runner.waitUntilIdle()
        #expect(try await runner.stats().byState == [.succeeded: 2])
        #expect(JobRunner.current == nil)
        try await runner.stop()
    }

    @TaskLocal private static var request = "none"

    @Test("a job does not inherit the task-locals of whoever started the runner or enqueued it")
    func isolatesTaskLocals() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, context in
            try context.setOutput(Array(Self.request.utf8))
        }
        let job = try await Self.$request.withValue("mine") {
            try bench.runner.start()
            return try await bench.runner.enqueue(Note(text: ""))
        }
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.record(job.id).output == Array("none".utf8))
        try await bench.runner.stop()
    }

    @Test("an output past the limit is refused inside the job, at the limit it is kept")
    func limitsOutput() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, context in
            let largest = [UInt8](repeating: 7, count: JobLimits.outputSizeMax)
            try context.setOutput(largest)
            let error = #expect(throws: JobRunnerError.self) {
                try context.setOutput(largest + [8])
            }
            #expect(error?.code == .outputTooLarge)
        }
        let job = try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let record = try await bench.record(job.id)
        #expect(record.state == .succeeded)
        #expect(record.output?.count == JobLimits.outputSizeMax)
        try await bench.runner.stop()
    }

    @Test("a snapshot shows runner, definitions, limits, statistics and the recent jobs")
    func makesSnapshots() async throws {
        let bench = try Bench { $0.queueLimits = ["polite": 3, "mail": 1] }
        try bench.runner.register(Note.self) { _, _ in }
        try bench.runner.register(Greet.self)
        try await bench.runner.schedule(Note(text: ""), every: .seconds(60))
        let job = try await bench.runner.enqueue(Greet(name: "Ada"))
        let before = try await bench.runner.snapshot()
        #expect(!before.running)
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let snapshot = try await bench.runner.snapshot()
        #expect(snapshot.running)
        #expect(snapshot.definitions.map(\.kind) == ["greet", "note"])
        #expect(snapshot.schedules.map(\.key) == ["note"])
        #expect(snapshot.queueLimits.map(\.queue) == ["mail", "polite"])
        #expect(snapshot.stats.byState == [.succeeded: 1])
        #expect(snapshot.recent.map(\.id) == [job.id])
        #expect(try await bench.runner.list(JobQuery(kind: "note")).isEmpty)
        try await bench.runner.stop()
        #expect(!bench.runner.isRunning)
    }

    @Test("events reach every stream, and the streams end with the runner")
    func streamsEvents() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        let streams = [bench.runner.events(), bench.runner.events()]
        try await bench.runner.enqueue(Note(text: ""))
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        try await bench.runner.stop()
        let all = ["enqueued", "started", "finished", "stopped"]
        for stream in streams {
            #expect(await stream.reduce(into: []) { $0.append($1.name) } == all)
        }
        #expect(await bench.runner.events().reduce(into: []) { $0.append($1.name) } == [])
        #expect(bench.recorder.names == all)
    }

    @Test("a thousand jobs on eight workers all succeed, each once")
    func runsManyJobs() async throws {
        let bench = try Bench(workers: 8)
        try bench.runner.register(Note.self) { _, _ in await Task.yield() }
        try bench.runner.start()
        for batch in 0..<10 {
            try await bench.runner.enqueue(
                contentsOf: (0..<100).map { Note(text: "\(batch)-\($0)") }
            )
        }
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.runner.stats().byState == [.succeeded: 1000])
        #expect(bench.recorder.names.count { $0 == "started" } == 1000)
        #expect(bench.recorder.names.count { $0 == "finished" } == 1000)
        try await bench.runner.stop()
    }
}
