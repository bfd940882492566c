import LazyJobs

extension BackendConformance {
    static let scheduleTimes: [Check] = [
        Check("a schedule enqueues its job at its time and not before", needs: .schedules) {
            trial in
            let schedule = trial.schedule("a", first: 60) { $0 = .scheduled }
            _ = try await trial.backend.setSchedule(schedule, actor: nil)
            trial.clock.advance(by: .microseconds(59_999_999))
            try await trial.expectUnchanged {
                let result = try await trial.backend.runDueSchedules()
                try expect(result, is: ScheduleResult(enqueued: [], nextDue: trial.time(60)))
            }
            trial.clock.advance(by: .microseconds(1))
            let result = try await trial.backend.runDueSchedules()
            let id = try unwrap(result.enqueued.first?.id, "the enqueued job")
            let expected = JobRecord(enqueued: .scheduled, id: id, at: trial.time(60)).with {
                $0.scheduleKey = "a"
            }
            try expect(
                result,
                is: ScheduleResult(enqueued: [expected], nextDue: trial.time(120)),
                "result"
            )
            try await trial.expectRecord(expected)
            try await trial.expectNextRun(120)
            let claimed = try await trial.claimOne()
            try expect(claimed.payload, is: NewJob.scheduled.payload, "payload")
        },
        Check("a schedule runs once for one time, however often it is asked", needs: .schedules) {
            trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 0), actor: nil)
            try await trial.runDueSchedules(expecting: 1)
            try await trial.finish(try await trial.claimOne(), .succeeded())
            try await trial.runDueSchedules(expecting: 0)
            try await trial.crashAndReopen()
            try await trial.runDueSchedules(expecting: 0)
        },
        Check("missed times are made up for by one run, the next is on the grid", needs: .schedules)
        {
            trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 30), actor: nil)
            trial.clock.advance(by: .seconds(30 + 5 * 60 + 17))
            let record = try await trial.runDueSchedules(expecting: 1)[0]
            try expect(record.runAt <= trial.clock.now, "the job must be due at once")
            try await trial.expectNextRun(30 + 6 * 60)
            try await trial.finish(try await trial.claimOne(), .succeeded())
            trial.clock.advance(by: .seconds(43))
            try await trial.runDueSchedules(expecting: 1)
            try await trial.expectNextRun(30 + 7 * 60)
        },
        Check("the next time is after now, also when now is on the grid", needs: .schedules) {
            trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 0), actor: nil)
            trial.clock.advance(by: .seconds(120))
            try await trial.runDueSchedules(expecting: 1)
            try await trial.expectNextRun(180)
        },
        Check("a grid of milliseconds is found at once after years", needs: .schedules) { trial in
            let schedule = trial.schedule("a", every: .milliseconds(7), first: 0)
            _ = try await trial.backend.setSchedule(schedule, actor: nil)
            trial.clock.advance(by: .seconds(700_000_000) + .milliseconds(3))
            try await trial.runDueSchedules(expecting: 1)
            try await trial.expectNextRun(700_000_000.007)
        },
        Check("a schedule never overlaps with itself", needs: .schedules) { trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 0), actor: nil)
            try await trial.runDueSchedules(expecting: 1)
            try await trial.expectNoOverlap(next: 120)
            let claimed = try await trial.claimOne()
            try await trial.expectNoOverlap(next: 180)
            let retry = JobOutcome.retry(error: "no", runAt: trial.clock.now)
            try await trial.finish(claimed, retry)
            try await trial.expectNoOverlap(next: 240)
            try await trial.crashAndReopen()
            try await trial.expectNoOverlap(next: 300)
            try await trial.finish(try await trial.claimOne(), .discard(error: "no"))
            try await trial.runDueSchedules(expecting: 0)
            trial.clock.advance(by: .seconds(60))
            try await trial.runDueSchedules(expecting: 1)
            try await trial.expectNextRun(360)
        },
        Check("a schedule that was replaced does not overlap either", needs: .schedules) { trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 0), actor: nil)
            try await trial.runDueSchedules(expecting: 1)
            let new = trial.schedule("a", every: .seconds(30), first: 30)
            _ = try await trial.backend.setSchedule(new, actor: nil)
            trial.clock.advance(by: .seconds(30))
            try await trial.runDueSchedules(expecting: 0)
            try await trial.expectNextRun(60)
        },
        Check("schedules do not hinder each other", needs: .schedules) { trial in
            for (key, first) in [("a", 10), ("b", 20), ("c", 500)] as [(String, Double)] {
                let schedule = trial.schedule(key, first: first)
                _ = try await trial.backend.setSchedule(schedule, actor: nil)
            }
            trial.clock.advance(by: .seconds(20))
            let result = try await trial.backend.runDueSchedules()
            try expect(Set(result.enqueued.map(\.scheduleKey)), is: ["a", "b"], "schedule keys")
            try expect(result.nextDue, is: trial.time(70), "next due time")
        },
        Check("without schedules none is due", needs: .schedules) { trial in
            let result = try await trial.backend.runDueSchedules()
            try expect(result, is: ScheduleResult(enqueued: [], nextDue: nil), "result")
        },
        Check("many who run the due schedules enqueue one job", needs: .schedules) { trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 0), actor: nil)
            let backend = trial.backend
            let enqueued = try await inParallel(16) { _ in
                try await backend.runDueSchedules().enqueued
            }
            try expect(enqueued.joined().count, is: 1, "enqueued jobs")
            try expect(try await backend.stats().total, is: 1, "jobs")
        },
    ]
}

extension NewJob {
    /// The job of a schedule, with all that a schedule's job may carry.
    fileprivate static let scheduled = NewJob(
        kind: "report",
        queue: "nightly",
        payload: JobPayload(bytes: [9, 8], encoding: "cbor", version: 3),
        priority: .high,
        maxAttempts: 3,
        timeout: .seconds(30),
        tags: ["ledger"],
        metadata: ["key": "value"],
        actor: "ada"
    )
}

extension Trial {
    /// Lets a minute pass, and fails the check unless the schedule moves on without a job.
    fileprivate func expectNoOverlap(next seconds: Double, line: Int = #line) async throws {
        clock.advance(by: .seconds(60))
        try await runDueSchedules(expecting: 0, line: line)
        try await expectNextRun(seconds, line: line)
        try expect(try await backend.stats().total, is: 1, "jobs", line: line)
    }
}
