import Foundation
import LazyJobs
import LogJobs

/// What becomes of a store in years: jobs by the million, and what is left of them on the disk.
struct LongRun {
    enum Name: String {
        /// One job that waits for a year, and five million that come and end.
        case year
        /// A hundred thousand jobs that are put off a hundred times each.
        case snoozes
        /// What upkeep costs those who enqueue meanwhile.
        case latency
        /// Sixteen thousand jobs a second for five minutes: whether upkeep keeps pace.
        case steady
        /// A hundred thousand jobs that were given up and are kept, and two million that pass.
        case discards
    }

    private let name: Name
    private let folder: String
    private let scale: Int

    /// - Parameters:
    ///   - name: What happens.
    ///   - folder: Where the stores are made.
    ///   - scale: By how much all counts are divided.
    init(_ name: Name, folder: String, scale: Int) {
        self.name = name
        self.folder = folder
        self.scale = scale
    }

    /// - Returns: What has a bound.
    func perform(_ report: (String) -> Void) async throws -> [Claim] {
        switch name {
        case .latency:
            return try await UpkeepLatency(folder: folder, scale: scale).perform(report)
        case .steady:
            try await SteadyLoad(folder: folder, scale: scale).perform(report)
            return []
        case .year, .snoozes, .discards: return try await live(report)
        }
    }

    private func live(_ report: (String) -> Void) async throws -> [Claim] {
        // The same without upkeep, for a tenth of it: the bytes that are written once.
        var configuration = LogBackend.Configuration()
        configuration.retention = JobRetention(succeeded: .seconds(1))
        configuration.runsUpkeep = false
        let plain = try await PassingStore(folder + "/plain", configuration)
        try await run(on: plain, scale: 10 * scale)
        let once = 10 * (try await plain.frameBytes)
        try await plain.backend.close()

        configuration.runsUpkeep = true
        let store = try await PassingStore(folder + "/kept", configuration)
        let start = ContinuousClock.now
        try await run(on: store, scale: scale)
        let duration = start.duration(to: .now)
        let busy = try await store.sizes()
        report("\(name.rawValue) / \(scale): \(duration.formatted(.units(width: .narrow)))")
        report("  at the end of the run: \(busy)")
        try await store.settle()
        let settled = try await store.sizes()
        report("  settled: \(settled)")
        let upkeep = store.backend.upkeepReport
        let written = try await store.frameBytes
        let all =
            written + upkeep.compaction.archivedByteCount + upkeep.checkpointByteCount
        report(
            "  written once \(once >> 20) MiB, frames \(written >> 20), archives "
                + "\(upkeep.compaction.archivedByteCount >> 20), checkpoints "
                + "\(upkeep.checkpointByteCount >> 20)"
        )
        let jobCount = try await store.backend.stats().total
        report(
            "  pruned \(upkeep.prunedCount), carried \(upkeep.compaction.carriedCount), "
                + "\(upkeep.compaction.segmentCount) segments retired, "
                + "\(upkeep.checkpointCount) checkpoints, \(jobCount) jobs left"
        )
        if let failure = upkeep.failure { report("  failed: \(failure)") }
        try await store.backend.close()
        let before = ContinuousClock.now
        let again = try await LogBackend.open(folder + "/kept")
        let opening = before.duration(to: .now) / .seconds(1)
        report("  opened: \(again.recoveryReport)")
        try await again.close()
        let amplification = Double(all) / Double(once)
        return [
            Claim("\(name.rawValue): amplification", amplification, "times", .atMost, 2.5),
            Claim("\(name.rawValue): opened in", opening, "s", .atMost, 1),
        ]
    }

    private func run(on store: PassingStore, scale: Int) async throws {
        switch name {
        case .year:
            let later = Date(timeIntervalSinceNow: 365 * 86_400)
            _ = try await store.backend.enqueue([PassingStore.job(0, runAt: later)])
            try await store.pass(5_000_000 / scale)
        case .snoozes:
            let count = 100_000 / scale
            try await store.enqueue(count)
            for _ in 0..<100 { try await store.work(count, .snooze(until: Date())) }
        case .latency, .steady: break
        case .discards:
            try await store.enqueue(100_000 / scale)
            try await store.work(100_000 / scale, .discard(error: "no use"))
            try await store.pass(2_000_000 / scale)
        }
    }
}
