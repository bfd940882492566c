import LazyJobs
import LogJobs

/// Works jobs that stand in a million queues, and as many in one.
struct QueuesMeasurement {
    private static let batch = 1000
    private static let callCount = 2000

    private let folder: String
    private let count: Int

    init(_ folder: String, _ count: Int) {
        self.folder = folder
        self.count = count
    }

    func report(_ progress: (String) -> Void) async throws -> MeasurementReport {
        var report = MeasurementReport(
            name: "\(count) jobs in as many queues, and in one",
            notes: [
                "claim: of one job from any queue, and from a queue that is named",
                "durability .written, so that it is about the processor; upkeep off",
            ]
        )
        for queueCount in [1, count] {
            progress("making \(count) jobs in \(queueCount) queues")
            report.figures += try await figures(queueCount, folder + "/\(queueCount)")
        }
        return report
    }

    private func figures(_ queueCount: Int, _ folder: String) async throws -> [Figure] {
        var configuration = LogBackend.Configuration(durability: .written(syncEvery: .seconds(1)))
        configuration.runsUpkeep = false
        let store = try await LogBackend.open(folder, configuration: configuration)
        let jobs = SeededJobs()
        let start = ContinuousClock.now
        for first in stride(from: 0, to: count, by: Self.batch) {
            let batch = (first..<min(first + Self.batch, count)).map { number in
                var job = jobs.job(number)
                job.queue = "queue \(number % queueCount)"
                return job
            }
            _ = try await store.enqueue(batch)
        }
        let rate = Double(count) / (start.duration(to: .now) / .seconds(1))
        let anyTimes = try await claims(in: store) { _ in nil }
        let namedTimes = try await claims(in: store) { number in
            ["queue \((count / 2 + number) % queueCount)"]
        }
        let statsTime = ContinuousClock.now
        guard try await store.stats().total == count else { throw Surprise("jobs are missing") }
        let stats = statsTime.duration(to: .now) / .milliseconds(1)
        try await store.takeCheckpoint()
        try await store.close()
        let opened = try OpenedStore.measure(folder, runsUpkeep: false)
        let memory = Double(opened.opened.resident - opened.before.resident) / Double(count)
        let name = queueCount == 1 ? "one queue: " : "\(queueCount) queues: "
        return [
            Figure(name + "enqueued, \(Self.batch) at a time", rate, "jobs/s"),
            Figure(name + "claim from any", anyTimes, "µs"),
            Figure(name + "claim from one that is named", namedTimes, "µs"),
            Figure(name + "stats", stats, "ms"),
            Figure(name + "opening from a checkpoint", opened.openingTime, "s"),
            Figure(name + "memory", memory, "bytes a job"),
        ]
    }

    private func claims(
        in store: LogBackend,
        from queues: (Int) -> [String]?
    ) async throws -> [Double] {
        var times: [Double] = []
        for number in 0..<Self.callCount {
            let request = ClaimRequest(queues: queues(number), limit: 1, worker: "w")
            let start = ContinuousClock.now
            _ = try await store.claim(request)
            times.append(start.duration(to: .now) / .microseconds(1))
        }
        return times
    }
}
