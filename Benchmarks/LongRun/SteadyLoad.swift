import Foundation
import LazyJobs
import LogJobs

/// How large a store is in which jobs come and end for minutes, as fast as they come elsewhere in a
/// day: whether upkeep keeps pace.
struct SteadyLoad {
    private static let rate = 16_000
    private static let retention = 1

    let folder: String
    let scale: Int

    /// What was seen at one moment.
    private struct Sample {
        var jobCount: Int
        var sealedBytes: UInt64
        var resident: Int
    }

    func perform(_ report: (String) -> Void) async throws {
        var configuration = LogBackend.Configuration()
        configuration.retention = JobRetention(succeeded: .seconds(Self.retention))
        let store = try await PassingStore(folder + "/steady", configuration)
        let start = ContinuousClock.now
        let duration = 300 / scale
        var samples: [Sample] = []
        var passedCount = 0
        for second in 1...duration {
            try await store.pass(Self.rate)
            passedCount += Self.rate
            samples.append(
                Sample(
                    jobCount: try await store.backend.stats().total,
                    sealedBytes: try await store.backend.storageReport().sealedByteCount,
                    resident: try ProcessMemory().resident
                )
            )
            let due = start.advanced(by: .seconds(second))
            if due > .now { try await Task.sleep(until: due) }
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        report(
            "\(passedCount) jobs in \(Int(seconds)) s, "
                + "\(Int(Double(passedCount) / seconds)) a second; kept for \(Self.retention) s"
        )
        for (name, half) in [
            ("first", samples[..<(duration / 2)]), ("second", samples[(duration / 2)...]),
        ] {
            report(
                "  \(name) half, at most: \(half.map(\.jobCount).max() ?? 0) jobs in the index, "
                    + "\((half.map(\.sealedBytes).max() ?? 0) >> 20) MiB in sealed segments, "
                    + "\((half.map(\.resident).max() ?? 0) >> 20) MiB resident"
            )
        }
        let upkeep = store.backend.upkeepReport
        report(
            "  pruned \(upkeep.prunedCount), \(upkeep.compaction.segmentCount) segments retired, "
                + "\(upkeep.checkpointCount) checkpoints"
                + (upkeep.failure.map { ", failed: \($0)" } ?? "")
        )
        try await store.backend.close()
    }
}
