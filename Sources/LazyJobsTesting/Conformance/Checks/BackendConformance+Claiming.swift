import LazyJobs

extension BackendConformance {
    static let claiming: [Check] = [
        Check("a claimed job runs: its attempt counts, its worker is named") { trial in
            let enqueued = try await trial.enqueue(.sample(payload: [4, 2]))
            trial.clock.advance(by: .seconds(3))
            let claimed = try await trial.claimOne(worker: "worker 7")
            let expected = enqueued.with {
                $0.state = .running
                $0.attempt = 1
                $0.worker = "worker 7"
                $0.updatedAt = trial.time(3)
            }
            try expect(claimed.record, is: expected)
            try expect(claimed.payload, is: JobPayload(bytes: [4, 2]), "payload")
            try await trial.expectRecord(expected)
        },
        Check("an empty store has nothing to claim and nothing that becomes due") { trial in
            let result = try await trial.backend.claim(ClaimRequest(worker: "worker"))
            try expect(result, is: ClaimResult(jobs: [], nextDue: nil), "result")
        },
        Check("jobs are claimed by priority, then run-at time, then id") { trial in
            let jobs: [(priority: Int8, runAt: Double)] = [
                (0, 9), (0, 3), (5, 9), (0, 3), (-1, 0), (127, 9), (-128, 1), (5, 8), (0, 9),
            ]
            let records = try await trial.enqueue(
                jobs.map { .sample(priority: $0.priority, runAt: trial.time($0.runAt)) }
            )
            trial.clock.advance(by: .seconds(10))
            let expected = [5, 7, 2, 1, 3, 0, 8, 4, 6].map { records[$0].id }
            try await trial.expectUnclaimed(expected)
            try expect(try await trial.claim(4).map(\.record.id), is: Array(expected[..<4]))
            for id in expected[4...] {
                try expect(try await trial.claimOne().record.id, is: id, "claimed job")
            }
        },
        Check("jobs that came due at different moments are claimed in the same order") { trial in
            let late = try await trial.enqueue(.sample(priority: 1, runAt: trial.time(20)))
            let soon = try await trial.enqueue(.sample(priority: 1, runAt: trial.time(10)))
            let plain = try await trial.enqueue(.sample())
            trial.clock.advance(by: .seconds(10))
            try expect(try await trial.backend.stats().total, is: 3, "jobs")
            trial.clock.advance(by: .seconds(10))
            let claimed = try await trial.claim()
            try expect(claimed.map(\.record.id), is: [soon, late, plain].map(\.id), "order")
        },
        Check("the claim order goes across queues") { trial in
            let records = try await trial.enqueue([
                .sample(queue: "b"), .sample(queue: "a", priority: 1), .sample(queue: "c"),
                .sample(queue: "b", priority: 2), .sample(queue: "a"),
            ])
            let order = [3, 1, 0, 2, 4].map { records[$0].id }
            try expect(try await trial.claim().map(\.record.id), is: order, "order")
        },
        Check("a job to be retried takes its place by its run-at time") { trial in
            let failed = try await trial.run()
            try await trial.finish(failed, .retry(error: "no", runAt: trial.time(5)))
            let later = try await trial.enqueue(.sample(runAt: trial.time(6)))
            let sooner = try await trial.enqueue(.sample(runAt: trial.time(4)))
            let urgent = try await trial.enqueue(.sample(priority: 1, runAt: trial.time(7)))
            trial.clock.advance(by: .seconds(7))
            let order = [urgent.id, sooner.id, failed.record.id, later.id]
            try expect(try await trial.claim().map(\.record.id), is: order, "order")
        },
        Check("a claim gives as many jobs as it asks for, or all there are") { trial in
            let ids = try await trial.enqueue((0..<5).map { _ in .sample() }).map(\.id)
            try expect(try await trial.claim(2).map(\.record.id), is: Array(ids[..<2]))
            try expect(try await trial.claim(9).map(\.record.id), is: Array(ids[2...]))
            try expect(try await trial.claim(1).count, is: 0, "claimed jobs")
        },
        Check("a claim takes from the named queues alone, and from all when it names none") {
            trial in
            let records = try await trial.enqueue(
                ["a", "b", "c", "d", "a"].map { .sample(queue: $0) }
            )
            let ids = records.map(\.id)
            try expect(try await trial.claim(from: ["none"]).count, is: 0, "claimed jobs")
            let named = try await trial.claim(from: ["c", "none", "a", "c"])
            try expect(named.map(\.record.id), is: [ids[0], ids[2], ids[4]], "claimed jobs")
            let rest = try await trial.claim()
            try expect(rest.map(\.record.id), is: [ids[1], ids[3]], "claimed jobs")
        },
        Check("the named queues share one order, whatever order they are named in") { trial in
            let records = try await trial.enqueue([
                .sample(queue: "a"), .sample(queue: "b", priority: 1), .sample(queue: "a"),
            ])
            let order = [1, 0, 2].map { records[$0].id }
            try expect(try await trial.claim(from: ["a", "b"]).map(\.record.id), is: order)
        },
        Check("what runs or has ended is not claimed") { trial in
            let ends: [JobOutcome] = [
                .succeeded(), .discard(error: "no"), .cancel(reason: "not needed"),
            ]
            for end in ends {
                try await trial.finish(try await trial.run(), end)
            }
            _ = try await trial.run()
            try await trial.cancel(try await trial.enqueue(.sample()).id)
            trial.clock.advance(by: .seconds(1_000_000))
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
        },
    ]
}

extension Trial {
    /// Fails the check unless these jobs wait, in whatever order they are listed.
    fileprivate func expectUnclaimed(_ ids: [JobID], line: Int = #line) async throws {
        let waiting = try await backend.list(JobQuery(states: [.pending, .retrying]))
        try expect(Set(waiting.map(\.id)), is: Set(ids), "waiting jobs", line: line)
    }
}
