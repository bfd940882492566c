import Foundation
import LazyJobs
import LazyJobsTesting
import Testing

@Suite("JobRunner: schedules", .timeLimit(.minutes(15)))
struct JobRunnerScheduleTests {
    @Test("a schedule enqueues its job at each interval, woken by the clock")
    func runsAtIntervals() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        try bench.runner.start()
        let schedule = try await bench.runner.schedule(
            Note(text: "tick"),
            every: .seconds(60),
            options: JobOptions(queue: "ticks", actor: "Ada")
        )
        #expect(schedule.key == "note")
        #expect(schedule.nextRunAt == bench.clock.now.addingTimeInterval(60))
        for count in 1...3 {
            try await bench.advanceWhenIdle(by: .milliseconds(59_999))
            try await bench.runner.waitUntilIdle()
            #expect(try await bench.runner.stats().total == count - 1)
            try await bench.advanceWhenIdle(by: .milliseconds(1))
            await bench.recorder.wait(for: "finished", count: count)
        }
        let records = try await bench.runner.list()
        #expect(records.allSatisfy { $0.scheduleKey == "note" && $0.queue == "ticks" })
        #expect(bench.recorder.names.count { $0 == "scheduled" } == 3)
        try await bench.runner.stop()
    }

    @Test("a schedule never overlaps with itself")
    func neverOverlaps() async throws {
        let bench = try Bench(workers: 2)
        let gate = Gate()
        try bench.runner.register(Note.self) { _, _ in try await gate.wait() }
        try bench.runner.start()
        try await bench.runner.schedule(
            Note(text: "slow"),
            every: .seconds(60),
            startingAt: bench.clock.now
        )
        await gate.waitForArrivals(1)
        for _ in 0..<3 { try await bench.advance(by: .seconds(60)) }
        #expect(try await bench.runner.stats().total == 1)
        gate.open()
        try await bench.advanceWhenIdle(by: .seconds(60))
        await bench.recorder.wait(for: "finished", count: 2)
        #expect(try await bench.runner.stats().total == 2)
        try await bench.runner.stop()
    }

    @Test("a schedule survives the runner, and is kept in step when it is set again")
    func survivesRestarts() async throws {
        let bench = try Bench { $0.closesBackend = false }
        try bench.runner.register(Note.self) { _, _ in }
        try await bench.runner.schedule(Note(text: "1"), every: .seconds(60))
        let due = bench.clock.now.addingTimeInterval(60)
        try bench.runner.start()
        try await bench.runner.stop()
        bench.clock.advance(by: .seconds(40))

        let next = try Bench(clock: bench.clock, backend: bench.backend)
        try next.runner.register(Note.self) { _, _ in }
        try next.runner.start()
        let again = try await next.runner.schedule(Note(text: "2"), every: .seconds(60))
        #expect(again.nextRunAt == due)
        try await next.advanceWhenIdle(by: .seconds(20))
        await next.recorder.wait(for: "finished")
        #expect(try await next.runner.stats().total == 1)
        try await next.runner.stop()
    }

    @Test("a removed schedule enqueues nothing more; an unknown one cannot be removed")
    func unschedules() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        try bench.runner.start()
        try await bench.runner.schedule(Note(text: ""), every: .seconds(60), key: "k")
        try await bench.runner.unschedule(key: "k", actor: "Ada")
        try await bench.advanceWhenIdle(by: .seconds(600))
        try await bench.runner.waitUntilIdle()
        #expect(try await bench.runner.stats().total == 0)
        let error = await #expect(throws: BackendError.self) {
            try await bench.runner.unschedule(key: "k")
        }
        #expect(error?.code == .notFound)
        try await bench.runner.stop()
    }

    @Test("options that would hold for one run only are refused")
    func refusesOptions() async throws {
        let bench = try Bench()
        for options in [
            JobOptions(runAt: .sample), JobOptions(delay: .seconds(1)),
            JobOptions(idempotencyKey: "i"),
        ] {
            let error = await #expect(throws: JobRunnerError.self) {
                try await bench.runner.schedule(
                    Note(text: ""),
                    every: .seconds(60),
                    options: options
                )
            }
            #expect(error?.code == .invalidOptions)
        }
        #expect(try await bench.backend.schedules().isEmpty)
    }
}
