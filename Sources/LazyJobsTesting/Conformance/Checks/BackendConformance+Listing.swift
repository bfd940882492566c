import LazyJobs

extension BackendConformance {
    static let listing: [Check] = [
        Check("an empty store lists nothing and counts nothing") { trial in
            try expect(try await trial.backend.list(JobQuery()), is: [], "records")
            try expect(try await trial.backend.stats(), is: JobStats(), "stats")
        },
        Check("the job that changed last is listed first") { trial in
            var ids: [JobID] = []
            for _ in 0..<4 {
                ids.append(try await trial.enqueue(.sample()).id)
                trial.clock.advance(by: .seconds(1))
            }
            try await trial.expectList(JobQuery(), ids.reversed())
            let claimed = try await trial.claimOne()
            try await trial.expectList(JobQuery(), [ids[0], ids[3], ids[2], ids[1]])
            trial.clock.advance(by: .seconds(1))
            try await trial.cancel(ids[2])
            trial.clock.advance(by: .seconds(1))
            try await trial.expectList(JobQuery(), [ids[2], ids[0], ids[3], ids[1]])
            try await trial.finish(claimed, .snooze(until: trial.time(60)))
            try await trial.expectList(JobQuery(), [ids[0], ids[2], ids[3], ids[1]])
            try await trial.closeAndReopen()
            try await trial.expectList(JobQuery(), [ids[0], ids[2], ids[3], ids[1]])
        },
        Check("of jobs enqueued at once the last is listed first") { trial in
            let ids = try await trial.enqueue((0..<5).map { _ in .sample() }).map(\.id)
            try await trial.expectList(JobQuery(), ids.reversed())
        },
        Check("a list ends at its limit, which is a hundred unless told otherwise") { trial in
            let ids = try await trial.enqueue((0..<120).map { _ in .sample() }).map(\.id)
            try await trial.expectList(JobQuery(), ids.reversed().prefix(100))
            try await trial.expectList(JobQuery(limit: 3), ids.reversed().prefix(3))
            try await trial.expectList(JobQuery(limit: 121), ids.reversed())
        },
        Check("a list shows what record(of:) shows") { trial in
            try await trial.enqueue([.complete(runAt: trial.time(0)), .sample(), .sample()])
            try await trial.finish(try await trial.claimOne(), .succeeded(output: [3]))
            _ = try await trial.claimOne()
            for listed in try await trial.backend.list(JobQuery()) {
                try await trial.expectRecord(listed)
            }
        },
        Check("lists are filtered by state") { trial in
            let ids = try await trial.fillWithEveryState()
            for (state, id) in ids {
                try await trial.expectList(JobQuery(states: [state]), [id])
            }
            try await trial.expectList(JobQuery(states: []), [])
            let final = Set(JobState.allCases.filter(\.isFinal))
            let listed = try await trial.backend.list(JobQuery(states: final))
            try expect(Set(listed.map(\.state)), is: final, "states")
        },
        Check("lists are filtered by kind, queue and tag, which all must fit") { trial in
            let records = try await trial.enqueue([
                .sample("a", queue: "x", tags: ["red", "blue"]),
                .sample("a", queue: "y", tags: ["blue"]),
                .sample("b", queue: "x", tags: ["red"]), .sample("b", queue: "y"),
            ])
            let queries: [(JobQuery, [Int])] = [
                (JobQuery(kind: "a"), [1, 0]), (JobQuery(queue: "x"), [2, 0]),
                (JobQuery(tag: "blue"), [1, 0]), (JobQuery(tag: "red"), [2, 0]),
                (JobQuery(kind: "b", queue: "y"), [3]), (JobQuery(kind: "b", tag: "blue"), []),
                (JobQuery(states: [.pending], kind: "a", queue: "x", tag: "red"), [0]),
                (JobQuery(states: [.running], kind: "a"), []), (JobQuery(kind: "c"), []),
                (JobQuery(queue: "z"), []), (JobQuery(tag: "re"), []),
            ]
            for (query, places) in queries {
                try await trial.expectList(query, places.map { records[$0].id })
            }
        },
        Check("a limit counts the jobs that fit, not those that were looked at") { trial in
            let ids = try await trial.enqueue(
                (0..<200).map { .sample($0 % 50 == 0 ? "rare" : "common") }
            ).map(\.id)
            try await trial.expectList(
                JobQuery(kind: "rare", limit: 3),
                [150, 100, 50].map { ids[$0] }
            )
        },
        Check("the stats count by state, kind, queue, and queue with state") { trial in
            try await trial.enqueue([
                .sample("a", queue: "x"), .sample("a", queue: "y"), .sample("b", queue: "x"),
            ])
            try await trial.finish(try await trial.claimOne(), .succeeded())
            let expected = JobStats(
                total: 3,
                byState: [.pending: 2, .succeeded: 1],
                byKind: ["a": 2, "b": 1],
                byQueue: ["x": 2, "y": 1],
                byQueueState: ["x": [.succeeded: 1, .pending: 1], "y": [.pending: 1]]
            )
            try expect(try await trial.backend.stats(), is: expected, "stats")
        },
        Check("the stats agree with the list in every state, and across reopening") { trial in
            _ = try await trial.fillWithEveryState()
            try await trial.expectStatsAgreeWithList()
            try await trial.closeAndReopen()
            try await trial.expectStatsAgreeWithList()
            _ = try await trial.claim()
            try await trial.crashAndReopen()
            try await trial.expectStatsAgreeWithList()
        },
    ]
}

extension Trial {
    fileprivate func expectList(
        _ query: JobQuery,
        _ ids: some Collection<JobID>,
        line: Int = #line
    ) async throws {
        let listed = try await backend.list(query).map(\.id)
        try expect(listed, is: Array(ids), "listed jobs", line: line)
    }

    /// Fails the check unless the counts are those of the records.
    func expectStatsAgreeWithList(line: Int = #line) async throws {
        var expected = JobStats()
        for record in try await backend.list(JobQuery(limit: JobLimits.listCountMax)) {
            expected.total += 1
            expected.byState[record.state, default: 0] += 1
            expected.byKind[record.kind, default: 0] += 1
            expected.byQueue[record.queue, default: 0] += 1
            expected.byQueueState[record.queue, default: [:]][record.state, default: 0] += 1
        }
        try expect(try await backend.stats(), is: expected, "stats", line: line)
    }

    /// Makes one job in each state; gives their ids.
    func fillWithEveryState() async throws -> [JobState: JobID] {
        var ids: [JobState: JobID] = [:]
        ids[.succeeded] = try await finish(try await run(), .succeeded()).id
        ids[.discarded] = try await finish(try await run(), .discard(error: "no")).id
        let retry = JobOutcome.retry(error: "no", runAt: time(60))
        ids[.retrying] = try await finish(try await run(), retry).id
        ids[.cancelled] = try await cancel(try await enqueue(.sample()).id).id
        ids[.running] = try await run(.sample("other", queue: "other")).record.id
        ids[.pending] = try await enqueue(.sample()).id
        return ids
    }
}
