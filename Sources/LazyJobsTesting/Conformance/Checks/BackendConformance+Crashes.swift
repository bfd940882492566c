import LazyJobs

extension BackendConformance {
    static let crashes: [Check] = [
        Check("a job whose process died is offered again at once, with its attempt counted") {
            trial in
            let claimed = try await trial.run()
            trial.clock.advance(by: .seconds(3))
            try await trial.crashAndReopen()
            let record = try await trial.record(of: claimed.record.id)
            let expected = claimed.record.with {
                $0.state = .retrying
                $0.updatedAt = trial.time(3)
                $0.lastError = record.lastError
                $0.runAt = record.runAt
            }
            try expect(record, is: expected)
            try expect(record.lastError?.isEmpty == false, "the record has no error")
            try expect(record.runAt <= trial.clock.now, "the job must be due at once")
            let again = try await trial.claimOne()
            try expect(again.record.id, is: record.id, "claimed job")
            try expect(again.record.attempt, is: 2, "attempt")
        },
        Check("a job whose process died in its last attempt is discarded with the reason") {
            trial in
            let claimed = try await trial.run(.sample(maxAttempts: 1))
            trial.clock.advance(by: .seconds(3))
            try await trial.crashAndReopen()
            let record = try await trial.record(of: claimed.record.id)
            let expected = claimed.record.with {
                $0.state = .discarded
                $0.updatedAt = trial.time(3)
                $0.lastError = record.lastError
            }
            try expect(record, is: expected)
            try expect(record.lastError?.isEmpty == false, "the record has no error")
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
        },
        Check("a job that kills its process each time runs out of attempts") { trial in
            let id = try await trial.enqueue(.sample(maxAttempts: 3)).id
            for attempt in 1...3 {
                try expect(try await trial.claimOne().record.attempt, is: attempt, "attempt")
                try await trial.crashAndReopen()
            }
            try expect(try await trial.record(of: id).state, is: .discarded, "state")
        },
        Check("nothing runs after a crash") { trial in
            try await trial.enqueue((0..<50).map { .sample(maxAttempts: $0 % 2 + 1) })
            try expect(try await trial.claim().count, is: 50, "claimed jobs")
            try await trial.crashAndReopen()
            let states = try await trial.backend.stats().byState
            try expect(states, is: [.retrying: 25, .discarded: 25], "stats")
            try await trial.expectStatsAgreeWithList()
        },
        Check("a crash leaves what does not run as it was") { trial in
            let ids = try await trial.fillWithEveryState()
            try await trial.enqueue(.complete(runAt: trial.time(50)))
            let before = try await trial.backend.list(JobQuery())
            try await trial.crashAndReopen()
            for record in before where record.id != ids[.running] {
                try await trial.expectRecord(record)
            }
            try expect(try await trial.backend.stats().total, is: before.count, "jobs")
        },
        Check("every answered call is still true after a crash") { trial in
            let claimed = try await trial.run()
            let ended = try await trial.finish(claimed, .succeeded(output: [7]))
            try await trial.crashAndReopen()
            try await trial.expectRecord(ended)
            let waiting = try await trial.enqueue(.sample())
            try await trial.crashAndReopen()
            try await trial.expectRecord(waiting)
            let cancelled = try await trial.cancel(waiting.id)
            try await trial.crashAndReopen()
            try await trial.expectRecord(cancelled)
        },
        Check("a claim survives the death of the process that made it") { trial in
            let id = try await trial.enqueue(.sample(maxAttempts: 2)).id
            _ = try await trial.claimOne()
            try await trial.crashAndReopen()
            try expect(try await trial.record(of: id).attempt, is: 1, "attempt")
        },
        Check("crashing again and again changes nothing") { trial in
            _ = try await trial.run()
            try await trial.enqueue(.sample(runAt: trial.time(50)))
            try await trial.crashAndReopen()
            let view = try await trial.view()
            for _ in 0..<3 {
                try await trial.crashAndReopen()
                try expect(try await trial.view(), is: view, "the store")
            }
        },
        Check("an empty store may crash") { trial in
            try await trial.crashAndReopen()
            try expect(try await trial.backend.stats(), is: JobStats(), "stats")
            try await trial.enqueue(.sample())
        },
        Check("ids go on growing after a crash") { trial in
            var ids: [JobID] = []
            for _ in 0..<4 {
                ids += try await trial.enqueue([.sample(), .sample()]).map(\.id)
                try await trial.crashAndReopen()
            }
            try expect(ids, is: Array(Set(ids)).sorted(), "ids")
        },
        Check("rescued jobs are claimed in the claim order") { trial in
            let records = try await trial.enqueue([
                .sample(), .sample(priority: 1), .sample(priority: 2, runAt: trial.time(60)),
            ])
            _ = try await trial.claim()
            let late = try await trial.enqueue(.sample(priority: 5))
            try await trial.crashAndReopen()
            let order = [late.id, records[1].id, records[0].id]
            try expect(try await trial.claim().map(\.record.id), is: order, "order")
        },
    ]
}
