import LazyJobs

extension BackendConformance {
    static let leases: [Check] = [
        Check("no lease is ever issued twice, not even across closing and crashing") { trial in
            try await trial.enqueue((0..<10).map { _ in .sample(maxAttempts: 99) })
            var leases: [Lease] = []
            for round in 0..<6 {
                let claimed = try await trial.claim()
                try expect(claimed.count, is: 10, "claimed jobs in round \(round)")
                leases += claimed.map(\.lease)
                switch round % 3 {
                case 0: try await trial.crashAndReopen()
                case 1:
                    let outcome = JobOutcome.interrupted(reason: "stop")
                    for job in claimed { try await trial.finish(job, outcome) }
                default: try await trial.closeAndReopen()
                }
            }
            try expect(Set(leases).count, is: 60, "distinct leases")
        },
        Check("a lease ends with the finish it allows, whatever the outcome") { trial in
            let outcomes: [JobOutcome] = [
                .succeeded(), .discard(error: "no"), .cancel(reason: "not needed"),
                .retry(error: "no", runAt: trial.time(60)), .snooze(until: trial.time(60)),
            ]
            for outcome in outcomes {
                let claimed = try await trial.run()
                try await trial.finish(claimed, outcome)
                try await trial.expectStale(claimed)
            }
        },
        Check("a lease is stale once its job was cancelled from outside") { trial in
            let claimed = try await trial.run()
            try await trial.cancel(claimed.record.id)
            try await trial.expectStale(claimed)
        },
        Check("a lease is stale when its job was interrupted and claimed again") { trial in
            let first = try await trial.run()
            try await trial.finish(first, .interrupted(reason: "stop"))
            try await trial.expectStale(first)
            let second = try await trial.claimOne()
            try expect(second.record.attempt, is: first.record.attempt, "attempt")
            try await trial.expectStale(first)
            try await trial.finish(second, .succeeded())
        },
        Check("a lease is stale when its job was snoozed and claimed again") { trial in
            let first = try await trial.run()
            try await trial.finish(first, .snooze(until: trial.time(0)))
            let second = try await trial.claimOne()
            try expect(second.record.attempt, is: first.record.attempt, "attempt")
            try await trial.expectStale(first)
            try await trial.finish(second, .succeeded())
        },
        Check("a lease is stale after a crash, before and after the job is claimed again") {
            trial in
            let first = try await trial.run()
            try await trial.crashAndReopen()
            try await trial.expectStale(first)
            let second = try await trial.claimOne()
            try expect(second.record.id, is: first.record.id, "claimed job")
            try await trial.expectStale(first)
            try await trial.finish(second, .succeeded())
        },
        Check("a lease is good for its own job alone") { trial in
            let (first, second) = (try await trial.run(), try await trial.run())
            var swapped = first
            swapped.lease = second.lease
            try await trial.expectStale(swapped)
            try await trial.finish(first, .succeeded())
            try await trial.finish(second, .succeeded())
        },
        Check("a lease that was never issued is stale") { trial in
            let claimed = try await trial.run()
            let waiting = try await trial.enqueue(.sample())
            let (high, low) = (claimed.lease.high, claimed.lease.low)
            let forged = [
                Lease(high: 0, low: 0), Lease(high: high, low: low &+ 1),
                Lease(high: high &+ 1, low: low), Lease(high: .max, low: .max),
            ]
            for lease in forged {
                for record in [claimed.record, waiting] {
                    let forged = ClaimedJob(record: record, payload: nil, lease: lease)
                    try await trial.expectStale(forged)
                }
            }
            try await trial.finish(claimed, .succeeded())
        },
        Check("each finish of a batch stands for itself") { trial in
            let (good, gone) = (try await trial.run(), try await trial.run())
            try await trial.cancel(gone.record.id)
            let other = try await trial.run()
            var unknown = good
            unknown.record.id = JobID(rawValue: other.record.id.rawValue + 1)
            let results = try await trial.backend.finish([
                FinishRequest(unknown, .succeeded()), FinishRequest(good, .succeeded()),
                FinishRequest(gone, .succeeded()), FinishRequest(good, .discard(error: "twice")),
                FinishRequest(other, .discard(error: "no")),
            ])
            try expect(results.count, is: 5, "number of results")
            try expectError(.notFound, results[0])
            try expect(try results[1].get().state, is: .succeeded, "state")
            try expectError(.staleLease, results[2])
            try expectError(.staleLease, results[3])
            try expect(try results[4].get().state, is: .discarded, "state")
            try await trial.expectRecord(try results[1].get())
            try await trial.expectRecord(try results[4].get())
        },
    ]
}

extension Trial {
    /// Fails the check unless a lease is refused as stale for every outcome, and nothing changes.
    func expectStale(_ job: ClaimedJob, line: Int = #line) async throws {
        let outcomes: [JobOutcome] = [
            .succeeded(output: [1]), .retry(error: "late", runAt: time(0)),
            .discard(error: "late"), .cancel(reason: "late"), .snooze(until: time(0)),
            .interrupted(reason: "late"),
        ]
        try await expectUnchanged(line: line) {
            for outcome in outcomes {
                let results = try await backend.finish([FinishRequest(job, outcome)])
                try expect(results.count, is: 1, "number of results", line: line)
                try expectError(.staleLease, results.first, line: line)
            }
        }
    }
}
