import LazyJobs
import LogJobs

/// Opens stores with many jobs that wait.
struct PendingMeasurement {
    private static let openingMax = 0.5
    private static let replayMax = 3.0
    /// Jobs a second, from a checkpoint.
    private static let speedMin = 3e6
    private static let memoryMax = 120.0
    private static let zlibFactorMax = 1.2
    private static let overheadMax = 12.0
    private static let runCount = 7
    private static let batch = 1000

    private let folder: String
    private let counts: [Int]

    init(_ folder: String, _ counts: [Int]) {
        self.folder = folder
        self.counts = counts
    }

    func report(_ progress: (String) -> Void) async throws -> MeasurementReport {
        var report = MeasurementReport(
            name: "pending jobs with payloads of \(SeededJobs.payloadSize) bytes",
            notes: [
                "each opening in a process of its own; files in memory",
                "memory: resident behind the opening, less what it was before",
                "disk: what is written in segments; zlib: the payloads alone at level 1 in blocks "
                    + "of \(ZlibSize.blockSize >> 10) KiB",
            ]
        )
        for count in counts {
            progress("making \(count) jobs")
            let folder = folder + "/\(count)"
            try await fill(folder, count)
            report.figures += try disk(folder, count)
            progress("opening them")
            let opened = try open(folder, runsUpkeep: true)
            try StoreFiles(folder).removeCheckpoints()
            let replayed = try open(folder, runsUpkeep: false)
            guard opened.allSatisfy(\.usedCheckpoint), !replayed.contains(where: \.usedCheckpoint),
                (opened + replayed).allSatisfy({ $0.jobCount == count })
            else { throw Surprise("the stores were not opened as they should be") }
            // The times are about a million; the memory is about each of however many.
            let isTarget = count == counts.first
            report.figures += figures(opened, "from a checkpoint", isTarget ? Self.openingMax : nil)
            report.figures += figures(replayed, "from the log", isTarget ? Self.replayMax : nil)
            report.claims.append(
                Claim(
                    "opening \(count) jobs from a checkpoint",
                    Spread(opened.map { Double(count) / $0.openingTime }),
                    "jobs/s",
                    .atLeast,
                    Self.speedMin
                )
            )
        }
        return report
    }

    private func fill(_ folder: String, _ count: Int) async throws {
        let store = try await LogBackend.open(folder)
        let jobs = SeededJobs()
        for start in stride(from: 0, to: count, by: Self.batch) {
            _ = try await store.enqueue(jobs.jobs(start..<min(start + Self.batch, count)))
        }
        try await store.takeCheckpoint()
        try await store.close()
    }

    private func disk(_ folder: String, _ count: Int) throws -> [Figure] {
        let payloads = (0..<count).lazy.map(SeededJobs().payload)
        let zlib = Double(ZlibSize.fastest.sum(payloads)) / Double(count)
        let bytes = try LogReader.open(folder).segments.reduce(0) { $0 + $1.validEnd }
        return [
            Figure("\(count) jobs: zlib", zlib, "bytes a job"),
            Figure(
                "\(count) jobs: disk",
                Double(bytes) / Double(count),
                "bytes a job",
                target: Self.zlibFactorMax * zlib + Self.overheadMax
            ),
        ]
    }

    private func open(_ folder: String, runsUpkeep: Bool) throws -> [OpenedStore] {
        try (0..<Self.runCount).map { _ in
            try OpenedStore.measure(folder, runsUpkeep: runsUpkeep)
        }
    }

    private func figures(
        _ runs: [OpenedStore],
        _ how: String,
        _ timeMax: Double?
    ) -> [Figure] {
        let name = "\(runs[0].jobCount) jobs \(how): "
        func perJob(_ bytes: (OpenedStore) -> Int) -> [Double] {
            runs.map { Double(bytes($0)) / Double($0.jobCount) }
        }
        return [
            Figure(name + "time", runs.map(\.openingTime), "s", target: timeMax),
            Figure(name + "time of a processor", runs.map(\.processorTime), "s"),
            Figure(
                name + "memory",
                perJob { $0.opened.resident - $0.before.resident },
                "bytes a job",
                target: Self.memoryMax
            ),
            Figure(
                name + "memory without files",
                perJob { $0.opened.anonymous - $0.before.anonymous },
                "bytes a job"
            ),
            Figure(
                name + "memory when upkeep is done",
                perJob { $0.settled.resident - $0.before.resident },
                "bytes a job"
            ),
            Figure(
                name + "most memory",
                perJob { $0.settled.peak - $0.before.resident },
                "bytes a job"
            ),
            Figure(name + "events read", runs.map { Double($0.eventCount) }, "events"),
        ]
    }
}

/// What was measured is not what should have been.
struct Surprise: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
