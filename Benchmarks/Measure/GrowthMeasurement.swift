import LazyJobs
import LogJobs

/// What operations cost in a store that grows: as much as before, but for a logarithm.
struct GrowthMeasurement {
    private static let batch = 1000
    private static let callCount = 2000
    /// The logarithm of ten million is 1.75 times that of ten thousand; the rest is what the
    /// processor's caches no longer hold.
    private static let growthMax = 2.5

    private let folder: String
    private let counts: [Int]

    init(_ folder: String, _ counts: [Int]) {
        self.folder = folder
        self.counts = counts
    }

    func report(_ progress: (String) -> Void) async throws -> MeasurementReport {
        var report = MeasurementReport(
            name: "operations in a store that grows to \(counts.last ?? 0) pending jobs",
            notes: [
                "one caller, one job a call; the middle one of \(Self.callCount) calls",
                "durability .written, so that it is about the processor; upkeep off",
            ]
        )
        var configuration = LogBackend.Configuration(durability: .written(syncEvery: .seconds(1)))
        configuration.runsUpkeep = false
        let store = try await LogBackend.open(folder, configuration: configuration)
        let jobs = SeededJobs()
        var (filled, number) = (0, counts.last ?? 0)
        var costs: [[Cost]] = []
        for count in counts {
            progress("growing to \(count) jobs")
            while filled < count {
                let end = min(filled + Self.batch, count)
                _ = try await store.enqueue(jobs.jobs(filled..<end))
                filled = end
            }
            // Once to warm up: the first store is no larger than the processor's caches.
            _ = try await measure(store, jobs, &number)
            let cost = try await measure(store, jobs, &number)
            report.figures += cost.map { Figure("\($0.name), \(count) jobs", $0.times, "µs") }
            costs.append(cost)
        }
        try await store.close()
        if let least = costs.first, let most = costs.last {
            report.claims = zip(least, most).map { least, most in
                Claim(
                    "\(most.name): \(counts.last ?? 0) jobs beside \(counts.first ?? 0)",
                    most.median / least.median,
                    "times",
                    .atMost,
                    Self.growthMax
                )
            }
        }
        return report
    }

    /// What one kind of operation took, call by call, in microseconds.
    private struct Cost {
        var name: String
        var times: [Double] = []

        var median: Double { quantile(0.5, of: times.sorted()) }

        mutating func time<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
            let start = ContinuousClock.now
            let answer = try await body()
            times.append(start.duration(to: .now) / .microseconds(1))
            return answer
        }
    }

    /// Adds jobs and ends as many, so that there are as many as before.
    private func measure(
        _ store: LogBackend,
        _ jobs: SeededJobs,
        _ number: inout Int
    ) async throws -> [Cost] {
        var (enqueue, claim) = (Cost(name: "enqueue"), Cost(name: "claim"))
        var (finish, look) = (Cost(name: "finish"), Cost(name: "record"))
        for _ in 0..<Self.callCount {
            number += 1
            let job = jobs.job(number)
            let added = try await enqueue.time { try await store.enqueue([job]) }
            let request = ClaimRequest(limit: 1, worker: "w")
            let claimed = try await claim.time { try await store.claim(request) }
            guard let job = claimed.jobs.first else { throw Surprise("there is no job to claim") }
            let end = FinishRequest(
                jobID: job.record.id,
                lease: job.lease,
                outcome: .succeeded()
            )
            for result in try await finish.time({ try await store.finish([end]) }) {
                _ = try result.get()
            }
            let id = added[0].record.id
            guard try await look.time({ try await store.record(of: id) }) != nil else {
                throw Surprise("a job is missing")
            }
        }
        return [enqueue, claim, finish, look]
    }
}
