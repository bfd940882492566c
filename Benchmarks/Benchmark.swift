import Foundation

/// What can be measured, by name.
enum Benchmark: String, CaseIterable {
    case enqueue, written, batches, work, idle
    case pending, growth, replay, archive, history, cycles, queues
    case year, snoozes, discards, latency, steady

    /// All of them, to be read.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// Whether it has the rates of lanes beside each other, and is measured when nothing is named.
    var isStandard: Bool {
        switch self {
        case .enqueue, .written, .batches, .work, .idle: true
        default: false
        }
    }

    var summary: String {
        switch self {
        case .enqueue: "durable enqueues by 1, 16 and 64 callers"
        case .written: "enqueues that wait for no sync"
        case .batches: "batches of a thousand jobs"
        case .work: "claims and ends by 1, 4, 16 and 64 workers"
        case .idle: "from enqueue to the begin of the work"
        case .pending: "opening with millions of jobs, and their memory"
        case .growth: "operations among ten thousand jobs, and among ten million"
        case .replay: "a log of whole lives, beside zlib that inflates it"
        case .archive: "the room that whole lives of jobs take"
        case .history: "one history among ten million events"
        case .cycles: "what a thousand openings leave on the disk"
        case .queues: "a million queues"
        case .year: "one job a year ahead, and five million that pass"
        case .snoozes: "a hundred thousand jobs put off a hundred times each"
        case .discards: "a hundred thousand jobs given up, and two million that pass"
        case .latency: "what upkeep costs those who enqueue meanwhile"
        case .steady: "sixteen thousand jobs a second for five minutes"
        }
    }

    func run(_ context: BenchmarkContext) async throws -> [MeasurementReport] {
        switch self {
        case .enqueue: try await EnqueueComparison(setting: context.setting(self)).reports()
        case .written: [try await WrittenComparison(setting: context.setting(self)).written()]
        case .batches: [try await WrittenComparison(setting: context.setting(self)).batches()]
        case .work: try await WorkComparison(setting: context.setting(self)).reports()
        case .idle: [try await IdleLatency(setting: context.setting(self)).report()]
        case .pending, .growth, .replay, .archive, .history, .cycles, .queues:
            [try await measure(context)]
        case .year: [try await live(.year, context)]
        case .snoozes: [try await live(.snoozes, context)]
        case .discards: [try await live(.discards, context)]
        case .latency: [try await live(.latency, context)]
        case .steady: [try await live(.steady, context)]
        }
    }

    private func measure(_ context: BenchmarkContext) async throws -> MeasurementReport {
        let (folder, scale) = (try context.makeFolder(for: self), context.scale)
        let progress = context.progress
        switch self {
        case .growth:
            let counts = [10_000, 100_000, 1_000_000, 10_000_000].map { $0 / scale }
            return try await GrowthMeasurement(folder, counts).report(progress)
        case .replay:
            return try await ReplayMeasurement(folder, 1_000_000 / scale).report(progress)
        case .archive:
            return try await ArchiveMeasurement(folder, 500_000 / scale).report(progress)
        case .history:
            let measurement = HistoryMeasurement(
                folder,
                eventCount: 10_000_000 / scale,
                queryCount: 2000 / scale
            )
            return try await measurement.report(progress)
        case .cycles: return try await CyclesMeasurement(folder, 1000 / scale).report(progress)
        case .queues: return try await QueuesMeasurement(folder, 1_000_000 / scale).report(progress)
        default:
            let counts = [1_000_000 / scale, 5_000_000 / scale]
            return try await PendingMeasurement(folder, counts).report(progress)
        }
    }

    private func live(
        _ name: LongRun.Name,
        _ context: BenchmarkContext
    ) async throws -> MeasurementReport {
        var report = MeasurementReport(name: rawValue, notes: [])
        let run = LongRun(name, folder: try context.makeFolder(for: self), scale: context.scale)
        report.claims = try await run.perform { report.notes.append($0) }
        return report
    }
}

/// Where is measured, and how thoroughly.
struct BenchmarkContext {
    let folder: String
    let isQuick: Bool
    let progress: (String) -> Void

    init(folder: String, isQuick: Bool, progress: @escaping (String) -> Void) {
        self.folder = folder
        self.isQuick = isQuick
        self.progress = progress
    }

    /// By how much all counts are divided.
    var scale: Int { isQuick ? 20 : 1 }
    /// How often each lane takes its turn, and for how long.
    var rounds: Int { isQuick ? 3 : 9 }
    var roundTime: Duration { isQuick ? .milliseconds(100) : .milliseconds(300) }

    func makeFolder(for benchmark: Benchmark) throws -> String {
        let path = folder + "/" + benchmark.rawValue
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    func setting(_ benchmark: Benchmark) throws -> Setting {
        Setting(
            folder: try makeFolder(for: benchmark),
            rounds: rounds,
            roundTime: roundTime,
            jobs: try SampleJobs(count: 8192),
            progress: progress
        )
    }
}
