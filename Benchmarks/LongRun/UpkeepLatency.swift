import Foundation
import LazyJobs
import LogJobs
import Synchronization

/// How long enqueues take in a mixed load, while the store prunes, compacts and takes a checkpoint,
/// and while it does not.
///
/// Turn by turn in one run, on copies of one store in which much is needed and more is dead. Some
/// callers enqueue, and a worker claims and ends what they have enqueued.
struct UpkeepLatency {
    private static let callers = 4
    /// How many each of them enqueues without upkeep: what disks and machines do once a second is
    /// to be in both.
    private static let quietCount = 25_000
    /// What is compared, and what it may be at the most.
    private static let shares: [(name: String, share: Double, max: Double)] = [
        ("p99", 0.99, 2), ("p99.9", 0.999, 3),
    ]

    let folder: String
    let scale: Int

    func perform(_ report: (String) -> Void) async throws -> [Claim] {
        var configuration = LogBackend.Configuration()
        configuration.runsUpkeep = false
        configuration.retention = JobRetention(succeeded: .seconds(1))
        let store = try await PassingStore(folder + "/latency", configuration)
        let later = Date(timeIntervalSinceNow: 365 * 86_400)
        for _ in 0..<20 {
            // What is needed lies everywhere among what is dead.
            try await store.enqueue(5_000 / scale, runAt: later)
            try await store.pass(30_000 / scale)
        }
        try await store.backend.close()
        var ratios = Self.shares.map { _ in [Double]() }
        for round in 1...5 {
            let (quiet, _) = try await measure(store, configuration, keeping: false)
            let (busy, upkeep) = try await measure(store, configuration, keeping: true)
            for (index, item) in Self.shares.enumerated() {
                // A round without upkeep compares nothing.
                if upkeep.compaction.segmentCount > 0, let busy = busy.percentile(item.share),
                    let quiet = quiet.percentile(item.share)
                {
                    ratios[index].append(busy / quiet)
                }
            }
            report("round \(round): without upkeep \(quiet), with \(busy)")
            report(
                "  pruned \(upkeep.prunedCount), "
                    + "\(upkeep.compaction.segmentCount) segments retired, "
                    + "\(upkeep.compaction.carriedCount) carried, "
                    + "\(upkeep.checkpointCount) checkpoints"
            )
        }
        guard !ratios[0].isEmpty else {
            report("nothing to compare: upkeep has retired no segment")
            return []
        }
        return zip(Self.shares, ratios).map { item, ratios in
            let name = "\(item.name) with upkeep over \(item.name) without"
            return Claim(name, Spread(ratios), "times", .atMost, item.max)
        }
    }

    /// Measures a copy of the store.
    private func measure(
        _ store: PassingStore,
        _ configuration: LogBackend.Configuration,
        keeping: Bool
    ) async throws -> (Latencies, UpkeepReport) {
        let path = store.folder + "-copy"
        try FileManager.default.copyItem(atPath: store.folder, toPath: path)
        var configuration = configuration
        configuration.runsUpkeep = keeping
        let backend = try await LogBackend.open(path, configuration: configuration)
        let latencies =
            keeping
            ? try await enqueues(backend) { await backend.keepNow() } : try await enqueues(backend)
        let report = backend.upkeepReport
        try await backend.close()
        try FileManager.default.removeItem(atPath: path)
        return (latencies, report)
    }

    /// Callers that enqueue one job after the other until something is over, or so many times.
    private func enqueues(
        _ backend: LogBackend,
        during work: (@Sendable () async -> Void)? = nil
    ) async throws -> Latencies {
        let end = End()
        let isBounded = work == nil
        let quietCount = Self.quietCount / scale
        let worker = Task { try await Self.work(backend, until: end) }
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for caller in 0..<Self.callers {
                group.addTask {
                    var latencies: [Duration] = []
                    while isBounded ? latencies.count < quietCount : !end.isReached {
                        let number = caller + Self.callers * latencies.count
                        let began = ContinuousClock.now
                        _ = try await backend.enqueue([PassingStore.job(number)])
                        latencies.append(began.duration(to: .now))
                    }
                    return latencies
                }
            }
            if let work {
                await work()
                end.reach()
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        end.reach()
        try await worker.value
        return Latencies(latencies)
    }

    /// A worker that claims a few jobs at a time and ends them, until the end.
    private static func work(_ backend: LogBackend, until end: End) async throws {
        while !end.isReached {
            let jobs = try await backend.claim(ClaimRequest(limit: 16, worker: "worker-1")).jobs
            guard !jobs.isEmpty else {
                try await Task.sleep(for: .milliseconds(1))
                continue
            }
            let ends = jobs.map { job in
                FinishRequest(jobID: job.record.id, lease: job.lease, outcome: .succeeded())
            }
            for result in try await backend.finish(ends) { _ = try result.get() }
        }
    }
}

/// The end of what is measured.
private final class End: Sendable {
    private let state = Mutex(false)

    var isReached: Bool { state.withLock(\.self) }

    func reach() {
        state.withLock { $0 = true }
    }
}

/// What many calls took.
private struct Latencies: CustomStringConvertible {
    private let sorted: [Duration]

    init(_ durations: [Duration]) {
        sorted = durations.sorted()
    }

    /// In microseconds; `nil` if there were no calls.
    func percentile(_ share: Double) -> Double? {
        guard !sorted.isEmpty else { return nil }
        return quantile(share, of: sorted) / .microseconds(1)
    }

    var description: String {
        let shares = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)]
        return (sorted.isEmpty ? "no enqueues" : "\(sorted.count) enqueues")
            + shares.map { name, share in
                percentile(share).map { String(format: ", \(name) %.0f µs", $0) } ?? ""
            }.joined()
    }
}
