import Foundation
import LazyJobs
import LogJobs

/// Archives the whole lives of jobs: enqueued, claimed, succeeded, pruned.
struct ArchiveMeasurement {
    private static let zlibFactorMax = 1.2
    private static let overheadMax = 15.0

    private let folder: String
    private let count: Int

    init(_ folder: String, _ count: Int) {
        self.folder = folder
        self.count = count
    }

    func report(_ progress: (String) -> Void) async throws -> MeasurementReport {
        let jobs = SeededJobs()
        progress("deflating \(count) payloads")
        let zlib = Double(ZlibSize.smallest.sum((0..<count).lazy.map(jobs.payload))) / Double(count)
        var report = MeasurementReport(
            name: "archives of \(count) jobs with payloads of \(SeededJobs.payloadSize) bytes",
            notes: [
                "zlib: the payloads alone at level 9 in blocks of \(ZlibSize.blockSize >> 10) KiB",
                "a job is enqueued, claimed, succeeds and is pruned: four events",
                "pruned later: without the fourth, which is archived with what comes next",
                "batches: a thousand jobs in a commit; singles: by 64 callers, one job each;",
                "mixed: one event in a commit, up to \(WanderingClock.stepMax / 1000) ms after the "
                    + "one before",
                "seed \(jobs.seed)",
            ]
        )
        report.figures = [
            Figure("drawn for a payload", SeededJobs.choiceBits, "bits a job"),
            Figure(
                "entropy of order 0 of a payload",
                jobs.orderZeroBits(0..<min(count, 100_000)),
                "bits a job"
            ),
            Figure("zlib", zlib, "bytes a job"),
        ]
        let courses =
            PassingJobs.Pace.allCases.map { Course(pace: $0) }
            + [Course(pace: .mixed, prunesLater: true)]
        for course in courses {
            progress("archiving jobs that come in \(course)")
            let folder = folder + "/\(course)"
            let clock: any JobClock =
                course.pace == .mixed ? WanderingClock(seed: jobs.seed) : SystemClock()
            try await pass(jobs, course, clock, folder)
            report.figures += try await figures(course, zlib, clock, folder)
        }
        return report
    }

    private struct Course: CustomStringConvertible {
        var pace: PassingJobs.Pace
        /// Whether jobs are pruned in the newest segment, which is not archived with the others.
        var prunesLater = false

        var description: String { prunesLater ? "\(pace), pruned later" : "\(pace)" }
    }

    /// Lets the jobs live, all of them in segments that have ended when the store is opened again.
    private func pass(
        _ jobs: SeededJobs,
        _ course: Course,
        _ clock: any JobClock,
        _ folder: String
    ) async throws {
        var configuration = LogBackend.Configuration.withoutUpkeep
        // What is in the archives is the same, and there sooner.
        if course.pace == .mixed { configuration.durability = .written(syncEvery: .seconds(1)) }
        let store = try await LogBackend.open(folder, configuration: configuration, clock: clock)
        try await PassingJobs(store: store, jobs: jobs).pass(count, course.pace)
        if !course.prunesLater { try await prune(store) }
        try await store.close()
    }

    private func prune(_ store: LogBackend) async throws {
        var pruned = 0
        while pruned < count {
            pruned += try await store.prune(finishedBefore: .distantFuture, limit: 1000)
        }
    }

    private func figures(
        _ course: Course,
        _ zlib: Double,
        _ clock: any JobClock,
        _ folder: String
    ) async throws -> [Figure] {
        var configuration = LogBackend.Configuration.withoutUpkeep
        // One that holds all the prunings, so that none of them is archived.
        configuration.sizes = LogWriter.Sizes(segmentBytesFirst: 64 << 20)
        let store = try await LogBackend.open(folder, configuration: configuration, clock: clock)
        if course.prunesLater { try await prune(store) }
        let start = ContinuousClock.now
        _ = try await store.compact()
        let duration = start.duration(to: .now) / .seconds(1)
        guard let bytes = try StoreFiles(folder).sizes()["arc"]?.length,
            try await store.storageReport().sealedByteCount == 0
        else { throw Surprise("the jobs were not archived") }
        let parts = try ArchiveParts(store)
        let history = try await store.history(of: JobID(rawValue: UInt64(count)))
        guard history.count == 4, parts.prunedCount == (course.prunesLater ? 0 : count) else {
            throw Surprise("the archives do not hold the whole lives of the jobs")
        }
        try await store.close()
        let perJob = Double(bytes) / Double(count)
        let name = "\(course): "
        return [
            Figure(name + "archive", perJob, "bytes a job"),
            Figure(
                name + "beyond \(Self.zlibFactorMax) x zlib",
                perJob - Self.zlibFactorMax * zlib,
                "bytes a job",
                target: Self.overheadMax
            ),
            Figure(name + "beyond zlib", perJob - zlib, "bytes a job"),
            Figure(name + "pages", Double(parts.pages) / Double(count), "bytes a job"),
            Figure(
                name + "headers and directories",
                Double(bytes - parts.blocks - parts.pages) / Double(count),
                "bytes a job"
            ),
            Figure(name + "time", 1e6 * duration / Double(count), "µs a job"),
        ]
    }
}

/// What archives consist of, in bytes.
private struct ArchiveParts {
    var blocks = 0
    var pages = 0
    var prunedCount = 0

    init(_ store: LogBackend) throws {
        let engine = store.engine
        guard let id = engine.catalog.headers.first?.store else { return }
        var decoder = ArchiveDecoder()
        for entry in engine.catalog.history.archives {
            let file = try ArchiveFile(entry, of: id, in: engine.folder, &decoder)
            blocks += file.directory.blocks.reduce(0) { $0 + $1.bytes.storedLength }
            pages += file.directory.pages.reduce(0) { $0 + $1.bytes.storedLength }
            prunedCount += file.directory.pages.reduce(0) { $0 + $1.jobCount }
        }
    }
}

extension LogBackend.Configuration {
    /// Nothing is done but what is asked for.
    static var withoutUpkeep: Self {
        var configuration = Self()
        configuration.runsUpkeep = false
        return configuration
    }
}
