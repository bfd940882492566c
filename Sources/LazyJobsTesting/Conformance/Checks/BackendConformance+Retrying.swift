import LazyJobs

extension BackendConformance {
    static let retrying: [Check] = [
        Check("a discarded or cancelled job runs again, on its old count", needs: .retrying) {
            trial in
            for end in [JobOutcome.discard(error: "no"), .cancel(reason: "not needed")] {
                let ended = try await trial.finish(try await trial.run(), end)
                trial.clock.advance(by: .seconds(2))
                let expected = ended.with {
                    $0.state = .retrying
                    $0.runAt = trial.clock.now
                    $0.updatedAt = trial.clock.now
                }
                try expect(try await trial.retry(ended.id), is: expected)
                try await trial.expectRecord(expected)
                let claimed = try await trial.claimOne()
                try expect(claimed.record.id, is: ended.id, "claimed job")
                try expect(claimed.record.attempt, is: 2, "attempt")
                try await trial.finish(claimed, .succeeded())
            }
        },
        Check("a job cancelled before its first attempt is pending again", needs: .retrying) {
            trial in
            let job = try await trial.enqueue(.sample(runAt: trial.time(60)))
            try await trial.cancel(job.id)
            let expected = job.with { $0.runAt = trial.time(0) }
            try expect(try await trial.retry(job.id), is: expected)
            try expect(try await trial.claimOne().record.id, is: job.id, "claimed job")
        },
        Check("a job that waits for its time waits no longer", needs: .retrying) { trial in
            let pending = try await trial.enqueue(.sample(runAt: trial.time(60)))
            let outcome = JobOutcome.retry(error: "no", runAt: trial.time(60))
            let retrying = try await trial.finish(try await trial.run(), outcome)
            for job in [pending, retrying] {
                let expected = job.with { $0.runAt = trial.time(0) }
                try expect(try await trial.retry(job.id), is: expected)
            }
            try expect(try await trial.claim().count, is: 2, "claimed jobs")
        },
        Check("a job that is due keeps its place in the claim order", needs: .retrying) { trial in
            let first = try await trial.enqueue(.sample())
            trial.clock.advance(by: .seconds(1))
            try await trial.enqueue(.sample())
            let expected = first.with { $0.updatedAt = trial.time(1) }
            try expect(try await trial.retry(first.id), is: expected)
            try expect(try await trial.claimOne().record.id, is: first.id, "claimed job")
        },
        Check("a job that was out of attempts gets one more", needs: .retrying) { trial in
            let claimed = try await trial.run(.sample(maxAttempts: 1))
            try await trial.finish(claimed, .discard(error: "no"))
            try expect(try await trial.retry(claimed.record.id).maxAttempts, is: 2, "attempts")
            try await trial.closeAndReopen()
            try expect(try await trial.claimOne().record.maxAttempts, is: 2, "attempts")
            try await trial.crashAndReopen()
            let record = try await trial.record(of: claimed.record.id)
            try expect(record.state, is: .discarded, "state")
            try expect(record.attempt, is: 2, "attempt")
        },
        Check("a running or succeeded job is not retried; each stands for itself", needs: .retrying)
        { trial in
            let done = try await trial.finish(try await trial.run(), .succeeded())
            let cancelled = try await trial.cancel(try await trial.enqueue(.sample()).id)
            let running = try await trial.run()
            let unknown = JobID(rawValue: running.record.id.rawValue + 1)
            try await trial.expectUnchanged {
                let ids = [done.id, running.record.id, unknown]
                let results = try await trial.backend.retry(ids, reason: "x", actor: "ada")
                try expect(results.count, is: 3, "number of results")
                try expectError(.invalidState, results[0])
                try expectError(.invalidState, results[1])
                try expectError(.notFound, results[2])
            }
            let ids = [unknown, cancelled.id, done.id]
            let results = try await trial.backend.retry(ids, reason: nil, actor: nil)
            try expectError(.notFound, results[0])
            try expect(try results[1].get(), is: cancelled.with { $0.state = .pending })
            try expectError(.invalidState, results[2])
            try await trial.finish(running, .succeeded())
        },
        Check("a retried job takes its unique key again, unless it is taken", needs: .retrying) {
            trial in
            let job = NewJob.sample(uniqueKey: "once", idempotencyKey: "request 1")
            let first = try await trial.enqueue(job)
            try await trial.cancel(first.id)
            let second = try await trial.enqueue(.sample(uniqueKey: "once"))
            try await trial.expectUnchanged {
                let results = try await trial.backend.retry([first.id], reason: nil, actor: nil)
                try expectError(.invalidState, results.first)
            }
            try await trial.cancel(second.id)
            let again = try await trial.retry(first.id)
            try expect(try await trial.enqueueDuplicate(.sample(uniqueKey: "once")), is: again)
            try await trial.closeAndReopen()
            try expect(try await trial.enqueueDuplicate(.sample(uniqueKey: "once")), is: again)
            let results = try await trial.backend.retry([second.id], reason: nil, actor: nil)
            try expectError(.invalidState, results.first)
            try expect(try await trial.enqueueDuplicate(job).id, is: first.id, "by its other key")
        },
        Check("a retried job outlives crashing, and is not pruned", needs: [.retrying, .pruning]) {
            trial in
            let ended = try await trial.finish(try await trial.run(), .discard(error: "no"))
            trial.clock.advance(by: .seconds(1))
            let retried = try await trial.retry(ended.id)
            try await trial.crashAndReopen()
            try await trial.expectRecord(retried)
            trial.clock.advance(by: .seconds(60))
            let count = try await trial.backend.prune(finishedBefore: trial.clock.now, limit: 9)
            try expect(count, is: 0, "pruned jobs")
            try await trial.expectStatsAgreeWithList()
            try expect(try await trial.claimOne().record.id, is: ended.id, "claimed job")
        },
        Check("a retried job keeps its schedule from overlapping", needs: [.retrying, .schedules]) {
            trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 0), actor: nil)
            let job = try unwrap(
                try await trial.backend.runDueSchedules().enqueued.first,
                "the job of the schedule"
            )
            try await trial.cancel(job.id)
            try await trial.retry(job.id)
            trial.clock.advance(by: .seconds(3600))
            let due = try await trial.backend.runDueSchedules()
            try expect(due.enqueued, is: [], "jobs")
        },
        Check("the history tells who retried a job and why", needs: [.retrying, .history]) {
            trial in
            let ended = try await trial.finish(try await trial.run(), .discard(error: "no"))
            trial.clock.advance(by: .seconds(1))
            let long = text(JobLimits.errorSizeMax + 1)
            try await trial.retry(ended.id, reason: long, actor: "ada")
            let events = try await trial.backend.history(of: ended.id)
            let last = try unwrap(events.last?.transition, "the last event")
            try expect(last.version, is: 3, "version")
            try expect(last.attempt, is: 1, "attempt")
            try expect(
                last.change,
                is: .requeued(
                    runAt: trial.time(1),
                    maxAttempts: ended.maxAttempts,
                    reason: JobLimits.cut(long),
                    actor: "ada"
                )
            )
        },
        Check("a signal follows when a job is retried", needs: .retrying) { trial in
            let job = try await trial.cancel(try await trial.enqueue(.sample()).id)
            try await trial.expectSignal { try await trial.retry(job.id) }
        },
    ]
}
