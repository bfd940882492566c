import InMemoryJobs
import LazyJobs
import LogJobs

/// Workers that take jobs which do nothing, one after the other, until none is left.
struct WorkComparison {
    static let workerCounts = [1, 4, 16, 64]
    private static let batch = 1000
    private static let rateMin = 60_000.0
    private static let sqliteMin = 5.0

    let setting: Setting

    func reports() async throws -> [MeasurementReport] {
        var reports: [MeasurementReport] = []
        for workers in Self.workerCounts { reports.append(try await report(workers)) }
        return reports
    }

    private func report(_ workers: Int) async throws -> MeasurementReport {
        let who = workers == 1 ? "1 worker" : "\(workers) workers"
        setting.progress("work, \(who)")
        var comparison = setting.comparison
        comparison.add(
            try lane(
                LaneName.log,
                .synced,
                of: try await setting.logStore("work \(workers)"),
                workers
            )
        )
        let written = try await setting.logStore(
            "work written \(workers)",
            .written(syncEvery: .seconds(1))
        )
        comparison.add(try lane(LaneName.written, .written, of: written, workers))
        let pooled = try await setting.logStore("work pooled \(workers)")
        comparison.add(pool(of: pooled, workers))
        #if SQLite
            for (name, style) in SQLiteQueue.Style.all {
                comparison.add(try lane(name, style, workers))
            }
            for (name, style) in SQLiteQueue.Style.pooled {
                comparison.add(try pool(name, style, workers))
            }
        #endif
        comparison.add(try lane(LaneName.memory, .none, of: InMemoryBackend(), workers))
        let measured = try await comparison.run(setting.progress)
        var report = MeasurementReport(
            name: "claim and complete, \(who)",
            notes: [
                "jobs that do nothing, from the first claim until the last end is recorded",
                "LogJobs and InMemoryJobs through JobRunner, which decodes each job's arguments, "
                    + "and claims and ends many at once",
                "SQLite by a claim and an end for each job; pooled: all that have ended are ended "
                    + "together, and as many claimed",
            ]
        )
        report.add(measured, workers == 64 ? claims(measured) : [])
        return report
    }

    private func claims(_ measured: Comparison.Measured) -> [Claim] {
        var claims: [Claim] = []
        if let row = measured.row(LaneName.log) {
            claims.append(
                Claim("work, 64 workers", row.summary.rate, "jobs/s", .atLeast, Self.rateMin)
            )
        }
        if let row = measured.row(LaneName.log),
            let ratio = measured.ratio(of: LaneName.written, to: LaneName.memory)
        {
            claims += [
                Claim("work, 64 workers: syncs over jobs", row.summary.syncs, "times", .atMost),
                Claim(
                    "work, 64 workers: .written beside InMemoryJobs",
                    ratio,
                    "times",
                    .atLeast
                ),
            ]
        }
        if let ratio = measured.ratio(of: LaneName.logPooled, to: LaneName.pooled) {
            let name = "work, 64 workers: pooled, beside SQLite FULL, pooled"
            claims.append(Claim(name, ratio, "times", .atLeast))
        }
        if let ratio = measured.ratio(of: LaneName.log, toBestOf: LaneName.sqlite) {
            let name = "work, 64 workers: beside SQLite's best"
            var claim = Claim(name, ratio, "times", .atLeast, Self.sqliteMin)
            claim.reach = Claim.Reach(
                of: LaneName.memory,
                measured.ratio(of: LaneName.memory, toBestOf: LaneName.sqlite)
            )
            claims.append(claim)
        }
        return claims
    }

    /// Adds the jobs that are to be worked.
    private func fill(
        _ count: Int,
        _ enqueue: ([NewJob]) async throws -> Void
    ) async throws {
        for start in stride(from: 0, to: count, by: Self.batch) {
            let size = min(Self.batch, count - start)
            try await enqueue(setting.jobs.batch(start / Self.batch, size))
        }
    }

    /// Jobs that stand in a store, worked by a runner.
    private func lane(
        _ name: String,
        _ durability: Lane.Durability,
        of backend: some Backend,
        _ workers: Int
    ) throws -> Lane {
        Lane(
            name: name,
            durability: durability,
            callers: workers,
            run: { count in
                try await fill(count) { _ = try await backend.enqueue($0) }
                let runner = try JobRunner(
                    backend: backend,
                    configuration: .init(workers: workers, closesBackend: false)
                )
                try SampleJobs.register(with: runner)
                let meter = Meter.read()
                try runner.start()
                try await runner.waitUntilIdle()
                let expense = meter.spent()
                try await runner.stop()
                return Round(count: count, latencies: [], expense: expense)
            },
            close: { try await backend.close() }
        )
    }

    /// Jobs that stand in a store, claimed for all workers at once, and ended together.
    private func pool(of backend: some Backend, _ workers: Int) -> Lane {
        pool(
            LaneName.logPooled,
            .synced,
            workers,
            enqueue: { _ = try await backend.enqueue($0) },
            exchange: { (ended: [ClaimedJob]) in
                let request = ClaimRequest(limit: workers, worker: "pool")
                guard !ended.isEmpty else { return try await backend.claim(request).jobs }
                let claimed = Task { try await backend.claim(request).jobs }
                let ends = ended.map { job in
                    FinishRequest(
                        jobID: job.record.id,
                        lease: job.lease,
                        outcome: .succeeded()
                    )
                }
                for result in try await backend.finish(ends) { _ = try result.get() }
                return try await claimed.value
            },
            close: { try await backend.close() }
        )
    }

    /// Jobs that are worked all at once, as many as there are workers, each by a task of its own.
    private func pool<Held: Sendable>(
        _ name: String,
        _ durability: Lane.Durability,
        _ workers: Int,
        enqueue: @escaping ([NewJob]) async throws -> Void,
        exchange: @escaping (_ ended: [Held]) async throws -> [Held],
        close: @escaping () async throws -> Void
    ) -> Lane {
        Lane(
            name: name,
            durability: durability,
            callers: workers,
            run: { count in
                try await fill(count, enqueue)
                let meter = Meter.read()
                var held = try await exchange([])
                while !held.isEmpty {
                    await withTaskGroup { group in
                        for _ in held { group.addTask {} }
                    }
                    held = try await exchange(held)
                }
                return Round(count: count, latencies: [], expense: meter.spent())
            },
            close: close
        )
    }

    #if SQLite
        private func pool(
            _ name: String,
            _ style: SQLiteQueue.Style,
            _ workers: Int
        ) throws -> Lane {
            let queue = try SQLiteQueue(setting.path("work \(name) \(workers)"), style)
            return pool(
                name,
                style.durability,
                workers,
                enqueue: { try await queue.enqueue($0) },
                exchange: { try await queue.exchange($0.map(\.id), for: workers) },
                close: { queue.close() }
            )
        }

        private func lane(
            _ name: String,
            _ style: SQLiteQueue.Style,
            _ workers: Int
        ) throws -> Lane {
            let queue = try SQLiteQueue(setting.path("work \(name) \(workers)"), style)
            return Lane(
                name: name,
                durability: style.durability,
                callers: workers,
                run: { count in
                    try await fill(count) { try await queue.enqueue($0) }
                    let meter = Meter.read()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<workers {
                            group.addTask {
                                while let claim = try await queue.claim(1).first {
                                    try await queue.succeed([claim.id])
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                    return Round(count: count, latencies: [], expense: meter.spent())
                },
                close: { queue.close() }
            )
        }
    #endif
}
