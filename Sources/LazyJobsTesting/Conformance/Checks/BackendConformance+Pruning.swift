import LazyJobs

extension BackendConformance {
    static let pruning: [Check] = [
        Check("only final jobs are pruned, however they ended", needs: .pruning) { trial in
            let ids = try await trial.fillWithEveryState()
            trial.clock.advance(by: .seconds(10))
            let count = try await trial.backend.prune(finishedBefore: trial.time(10), limit: 100)
            try expect(count, is: 3, "pruned jobs")
            for state in JobState.allCases {
                let id = try unwrap(ids[state], "the \(state) job")
                let found = try await trial.backend.record(of: id)?.state
                try expect(found, is: state.isFinal ? nil : state, "state")
            }
            try await trial.expectStatsAgreeWithList()
            try expect(try await trial.backend.stats().total, is: 3, "jobs")
        },
        Check("a job is pruned if it ended before the time, not at it", needs: .pruning) { trial in
            trial.clock.advance(by: .seconds(5))
            let running = try await trial.run()
            trial.clock.advance(by: .seconds(5))
            try await trial.finish(running, .succeeded())
            trial.clock.advance(by: .seconds(5))
            for (seconds, expected) in [(7, 0), (10, 0), (10.000_001, 1)] as [(Double, Int)] {
                let date = trial.time(seconds)
                let count = try await trial.backend.prune(finishedBefore: date, limit: 9)
                try expect(count, is: expected, "pruned jobs before \(seconds) s")
            }
        },
        Check("the jobs that ended first are pruned first, up to the limit", needs: .pruning) {
            trial in
            try await trial.enqueue((0..<5).map { _ in .sample() })
            let running = try await trial.claim()
            let order = [3, 0, 4, 1, 2]
            for place in order {
                trial.clock.advance(by: .seconds(1))
                try await trial.finish(running[place], .succeeded())
            }
            trial.clock.advance(by: .seconds(1))
            for (limit, left) in [(1, [0, 1, 2, 4]), (2, [1, 2]), (9, [])] {
                let before = try await trial.backend.stats().total
                let count = try await trial.backend.prune(
                    finishedBefore: trial.time(6),
                    limit: limit
                )
                try expect(count, is: before - left.count, "pruned jobs")
                let listed = try await trial.backend.list(JobQuery()).map(\.id).sorted()
                try expect(listed, is: left.map { running[$0].record.id }, "jobs left")
            }
        },
        Check("a pruned job is gone, and stays gone", needs: .pruning) { trial in
            let claimed = try await trial.run()
            try await trial.finish(claimed, .succeeded())
            let kept = try await trial.enqueue(.sample())
            try await trial.pruneAll(expecting: 1)
            for round in 0..<3 {
                try await trial.expectGone(claimed)
                try expect(try await trial.backend.list(JobQuery()), is: [kept], "records")
                try expect(try await trial.backend.stats().total, is: 1, "jobs")
                if round == 0 { try await trial.closeAndReopen() }
                if round == 1 { try await trial.crashAndReopen() }
            }
        },
        Check("the id of a pruned job is never given to another", needs: .pruning) { trial in
            var ids: [JobID] = []
            for round in 0..<4 {
                let claimed = try await trial.run()
                try await trial.finish(claimed, .succeeded())
                try await trial.pruneAll(expecting: 1)
                ids.append(claimed.record.id)
                if round == 1 { try await trial.closeAndReopen() }
                if round == 2 { try await trial.crashAndReopen() }
            }
            try expect(ids, is: Array(Set(ids)).sorted(), "ids")
        },
        Check("the idempotency key of a pruned job is free", needs: .pruning) { trial in
            let job = NewJob.sample(idempotencyKey: "request 1")
            try await trial.finish(try await trial.run(job), .succeeded())
            try await trial.pruneAll(expecting: 1)
            try await trial.enqueue(job)
        },
        Check("pruning a store without final jobs does nothing", needs: .pruning) { trial in
            _ = try await trial.run()
            try await trial.enqueue(.sample())
            try await trial.expectUnchanged { try await trial.pruneAll(expecting: 0) }
        },
        Check("pruning takes 1 to 10,000 jobs", needs: .pruning) { trial in
            try await trial.finish(try await trial.run(), .succeeded())
            trial.clock.advance(by: .seconds(1))
            for limit in [0, -1, Int.min, JobLimits.batchCountMax + 1, Int.max] {
                try await trial.expectRefused(.invalidRequest) {
                    let date = trial.clock.now
                    _ = try await trial.backend.prune(finishedBefore: date, limit: limit)
                }
            }
            try await trial.pruneAll(expecting: 1)
        },
    ]
}

extension Trial {
    /// Prunes all that has ended until now.
    func pruneAll(expecting count: Int, line: Int = #line) async throws {
        clock.advance(by: .seconds(1))
        let limit = JobLimits.batchCountMax
        let pruned = try await backend.prune(finishedBefore: clock.now, limit: limit)
        try expect(pruned, is: count, "pruned jobs", line: line)
    }

    /// Fails the check unless a job cannot be found, finished or cancelled any more.
    fileprivate func expectGone(_ job: ClaimedJob, line: Int = #line) async throws {
        let id = job.record.id
        try expect(try await backend.record(of: id), is: nil, "record", line: line)
        try expect(try await backend.payload(of: id), is: nil, "payload", line: line)
        let results = try await backend.finish([FinishRequest(job, .succeeded())])
        try expectError(.notFound, results.first, line: line)
        let cancelled = try await backend.cancel([id], reason: "none", actor: nil)
        try expectError(.notFound, cancelled.first, line: line)
    }
}
