import LazyJobs
import LogJobs

/// Asks for histories in a store with many events, most of them in archives, none of them in
/// memory.
struct HistoryMeasurement {
    private static let timeMax = 20.0

    private let folder: String
    private let eventCount: Int
    private let queryCount: Int

    init(_ folder: String, eventCount: Int, queryCount: Int) {
        self.folder = folder + "/store"
        self.eventCount = eventCount
        self.queryCount = queryCount
    }

    /// One question, and what it took.
    private struct Query {
        var time: Double
        var eventCount: Int
        var isPruned: Bool
        /// What was read from the disk; zero if the files were in memory after all.
        var readBytes: Int
    }

    func report(_ progress: (String) -> Void) async throws -> MeasurementReport {
        progress("making \(eventCount) events")
        var filling = VariedJobs(SeededJobs())
        let store = try await LogBackend.open(folder, configuration: VariedJobs.configuration)
        try await filling.pass(eventCount, in: store)
        let storage = try await store.storageReport()
        var report = MeasurementReport(
            name: "histories in a store of \(filling.eventCount) events",
            notes: [
                "\(queryCount) random jobs; before each, the files are dropped from memory",
                "\(filling.jobCount) jobs of \(SeededJobs.payloadSize) bytes, of which "
                    + "\(try await store.stats().total) are not pruned",
                "\(storage.archiveCount) archives of \(storage.archiveByteCount >> 20) MiB, "
                    + "\(storage.segmentCount) segments of "
                    + "\((storage.sealedByteCount + storage.activeByteCount) >> 20) MiB",
            ]
        )
        progress("asking the open store")
        report.figures += figures(
            try await queries(filling.jobCount, store) { try await store.history(of: $0) },
            "open store: "
        )
        progress("asking a reader")
        let start = ContinuousClock.now
        let reader = try LogReader.open(folder)
        let duration = start.duration(to: .now) / .seconds(1)
        report.figures.append(Figure("reader: opening", duration, "s"))
        report.figures += figures(
            try await queries(filling.jobCount, store) { try reader.history(of: $0) },
            "reader: "
        )
        try await store.close()
        return report
    }

    private func queries(
        _ jobCount: Int,
        _ store: LogBackend,
        _ history: (JobID) async throws -> [JobEvent]
    ) async throws -> [Query] {
        var generator = SeededGenerator(seed: 2)
        var queries: [Query] = []
        for _ in 0..<queryCount {
            let number = UInt64.random(in: 1...UInt64(jobCount), using: &generator)
            let id = JobID(rawValue: number)
            let isPruned = try await store.record(of: id) == nil
            try StoreFiles(folder).dropFromMemory()
            let before = try Self.readBytes()
            let start = ContinuousClock.now
            let events = try await history(id)
            let duration = start.duration(to: .now)
            guard !events.isEmpty else { throw Surprise("a job has no history") }
            queries.append(
                Query(
                    time: duration / .milliseconds(1),
                    eventCount: events.count,
                    isPruned: isPruned,
                    readBytes: try Self.readBytes() - before
                )
            )
        }
        return queries
    }

    private func figures(_ queries: [Query], _ name: String) -> [Figure] {
        let pruned = queries.filter(\.isPruned)
        let kept = queries.filter { !$0.isPruned }
        return times(queries, name + "any job: ", Self.timeMax)
            + times(pruned, name + "\(pruned.count) pruned jobs: ", nil)
            + times(kept, name + "\(kept.count) other jobs: ", nil)
            + [
                Figure(name + "events", queries.map { Double($0.eventCount) }, "a job"),
                Figure(name + "read", queries.map { Double($0.readBytes) / 1024 }, "KiB a job"),
            ]
    }

    private func times(_ queries: [Query], _ name: String, _ target: Double?) -> [Figure] {
        let times = queries.map(\.time).sorted()
        guard let last = times.last else { return [] }
        return [
            Figure(name + "median", quantile(0.5, of: times), "ms", target: target),
            Figure(name + "p99", quantile(0.99, of: times), "ms", target: target),
            Figure(name + "slowest", last, "ms", target: target),
        ]
    }

    /// What Linux has read from the disk for this process.
    private static func readBytes() throws -> Int {
        try ProcessFile.fields("io")["read_bytes", default: 0]
    }
}
