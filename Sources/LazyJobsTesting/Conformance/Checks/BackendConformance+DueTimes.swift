import LazyJobs

extension BackendConformance {
    static let dueTimes: [Check] = [
        Check("a job is claimable at its run-at time and not a microsecond before") { trial in
            let id = try await trial.enqueue(.sample(runAt: trial.time(10))).id
            trial.clock.advance(by: .microseconds(9_999_999))
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
            trial.clock.advance(by: .microseconds(1))
            try expect(try await trial.claimOne().record.id, is: id, "claimed job")
        },
        Check("a run-at time in the past means at once") { trial in
            let id = try await trial.enqueue(.sample(runAt: trial.time(-1e9))).id
            let claimed = try await trial.claimOne()
            try expect(claimed.record.id, is: id, "claimed job")
            try expect(claimed.record.runAt, is: trial.time(-1e9), "run-at time")
        },
        Check("a claim leaves the run-at time as it is") { trial in
            try await trial.enqueue(.sample(runAt: trial.time(5)))
            trial.clock.advance(by: .seconds(60))
            try expect(try await trial.claimOne().record.runAt, is: trial.time(5), "run-at time")
        },
        Check("a job that waits for its time does not hold up one that is due") { trial in
            try await trial.enqueue(.sample(priority: 100, runAt: trial.time(1)))
            let due = try await trial.enqueue(.sample(priority: -100))
            try expect(try await trial.claim().map(\.record.id), is: [due.id], "claimed jobs")
        },
        Check("a claim tells when the next job that waits for its time becomes due") { trial in
            try await trial.enqueue([
                .sample(runAt: trial.time(30)), .sample(runAt: trial.time(20)), .sample(),
            ])
            try await trial.expectNextDue(20, claimed: 1)
            trial.clock.advance(by: .seconds(20))
            try await trial.expectNextDue(30, claimed: 1)
            trial.clock.advance(by: .seconds(20))
            try await trial.expectNextDue(nil, claimed: 1)
        },
        Check("retried and snoozed jobs count for the next due time") { trial in
            let (first, second) = (try await trial.run(), try await trial.run())
            try await trial.finish(first, .retry(error: "no", runAt: trial.time(40)))
            try await trial.expectNextDue(40, claimed: 0)
            try await trial.finish(second, .snooze(until: trial.time(35)))
            try await trial.expectNextDue(35, claimed: 0)
            try await trial.cancel(second.record.id)
            try await trial.expectNextDue(40, claimed: 0)
        },
        Check("a claim from named queues knows the next due time of these at least") { trial in
            try await trial.enqueue([
                .sample(queue: "mail", runAt: trial.time(30)),
                .sample(queue: "other", runAt: trial.time(15)),
            ])
            let request = ClaimRequest(queues: ["mail"], worker: "worker")
            let next = try await trial.backend.claim(request).nextDue
            try expect(
                next == trial.time(15) || next == trial.time(30),
                "the next due time is \(String(describing: next))"
            )
        },
        Check("jobs that are due already do not count for the next due time") { trial in
            try await trial.enqueue([.sample(), .sample(), .sample()])
            try await trial.expectNextDue(nil, limit: 1, claimed: 1)
        },
        Check("the next due time outlives closing and crashing") { trial in
            try await trial.enqueue(.sample(runAt: trial.time(25)))
            try await trial.closeAndReopen()
            try await trial.expectNextDue(25, claimed: 0)
            try await trial.crashAndReopen()
            try await trial.expectNextDue(25, claimed: 0)
        },
    ]
}

extension Trial {
    /// Claims, and fails the check unless so many jobs come and the next is due at a time.
    fileprivate func expectNextDue(
        _ seconds: Double?,
        limit: Int = 100,
        claimed count: Int,
        line: Int = #line
    ) async throws {
        let request = ClaimRequest(limit: limit, worker: "worker")
        let result = try await backend.claim(request)
        try expect(result.jobs.count, is: count, "claimed jobs", line: line)
        try expect(result.nextDue, is: seconds.map(time), "next due time", line: line)
    }
}
