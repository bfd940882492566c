import LazyJobs

extension BackendConformance {
    static let concurrency: [Check] = [
        Check("no job is ever given to two claimers") { trial in
            let ids = try await trial.enqueue((0..<200).map { _ in .sample() }).map(\.id)
            let backend = trial.backend
            let claims = try await inParallel(16) { worker in
                var claimed: [ClaimedJob] = []
                let request = ClaimRequest(limit: worker % 4 + 1, worker: "worker \(worker)")
                while true {
                    let jobs = try await backend.claim(request).jobs
                    if jobs.isEmpty { return claimed }
                    claimed += jobs
                }
            }
            let claimed = claims.flatMap(\.self)
            try expect(claimed.map(\.record.id).sorted(), is: ids, "claimed jobs")
            try expect(Set(claimed.map(\.lease)).count, is: 200, "distinct leases")
            try expect(Set(claimed.map(\.record.attempt)), is: [1], "attempts")
        },
        Check("claimers, finishers and enqueuers at once lose and double nothing") { trial in
            let backend = trial.backend
            let counts = try await inParallel(12) { index -> Int in
                guard index % 3 != 0 else {
                    for _ in 0..<25 { _ = try await backend.enqueue([.sample()]) }
                    return 0
                }
                return try await work(on: backend, rounds: 50)
            }
            let rest = try await work(on: backend, rounds: 100)
            try expect(counts.reduce(rest, +), is: 100, "finished jobs")
            try expect(try await backend.stats().byState, is: [.succeeded: 100], "stats")
        },
        Check("a queue limit holds however many claim at once") { trial in
            try await trial.enqueue((0..<60).map { _ in .sample() })
            let backend = trial.backend
            let request = ClaimRequest(
                limit: 2,
                queueLimits: [JobDefaults.queue: 3],
                worker: "worker"
            )
            let claims = try await inParallel(32) { _ in
                try await backend.claim(request).jobs.count
            }
            try expect(claims.reduce(0, +), is: 3, "claimed jobs")
            try expect(try await backend.stats().byState[.running], is: 3, "running jobs")
        },
        Check("of many who enqueue with one unique key, one succeeds") { trial in
            let backend = trial.backend
            let results = try await inParallel(32) { _ in
                try await backend.enqueue([.sample(uniqueKey: "once")])
            }
            try expectOneOf(results.flatMap(\.self))
        },
        Check("of many who enqueue with one idempotency key, one succeeds") { trial in
            let backend = trial.backend
            let results = try await inParallel(32) { _ in
                try await backend.enqueue([.sample(idempotencyKey: "request 1")])
            }
            try expectOneOf(results.flatMap(\.self))
        },
        Check("of many who finish with one lease, one succeeds") { trial in
            let claimed = try await trial.run()
            let backend = trial.backend
            let results = try await inParallel(32) { index in
                let outcome = JobOutcome.succeeded(output: [UInt8(index)])
                return try await backend.finish([FinishRequest(claimed, outcome)])
            }.flatMap(\.self)
            let winners = results.compactMap { try? $0.get() }
            try expect(winners.count, is: 1, "successes")
            try await trial.expectRecord(winners[0])
            for result in results where (try? result.get()) == nil {
                try expectError(.staleLease, result)
            }
        },
        Check("when a job is finished and cancelled at once, one of the two happens") { trial in
            for _ in 0..<20 {
                let claimed = try await trial.run()
                let backend = trial.backend
                let results = try await inParallel(2) { index in
                    index == 0
                        ? try await backend.finish([FinishRequest(claimed, .succeeded())])
                        : try await backend.cancel([claimed.record.id], reason: "x", actor: nil)
                }.flatMap(\.self)
                let state = try await trial.record(of: claimed.record.id).state
                if state == .succeeded {
                    try expectError(.invalidState, results[1])
                } else {
                    try expectError(.staleLease, results[0])
                }
                try expect(results.contains { (try? $0.get().state) == state }, "none happened")
            }
        },
    ]

    private static func work(on backend: any Backend, rounds: Int) async throws -> Int {
        var count = 0
        for _ in 0..<rounds {
            let jobs = try await backend.claim(ClaimRequest(limit: 3, worker: "worker")).jobs
            let requests = jobs.map { FinishRequest($0, .succeeded()) }
            for result in try await backend.finish(requests) {
                _ = try result.get()
                count += 1
            }
        }
        return count
    }

    private static func expectOneOf(_ results: [EnqueueResult], line: Int = #line) throws {
        let enqueued = results.filter { if case .enqueued = $0 { true } else { false } }
        try expect(enqueued.count, is: 1, "enqueued jobs", line: line)
        try expect(Set(results.map(\.record.id)).count, is: 1, "distinct ids", line: line)
    }
}

/// Runs a closure in so many tasks at once; gives the results in the order of the tasks' numbers.
func inParallel<Result: Sendable>(
    _ count: Int,
    _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        for index in 0..<count {
            group.addTask { (index, try await body(index)) }
        }
        var results: [(Int, Result)] = []
        for try await result in group { results.append(result) }
        return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
