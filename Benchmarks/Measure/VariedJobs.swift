import Foundation
import LazyJobs
import LogJobs

/// Jobs whose lives differ: most succeed and are pruned soon, some only after retries that are
/// seconds apart, some are given up and kept.
struct VariedJobs {
    private static let batch = 1000
    private static let retryShare = 0.2
    private static let discardShare = 0.05
    private static let delayMax = 20.0

    private(set) var jobCount = 0
    /// All events of jobs but the carried ones.
    private(set) var eventCount = 0
    private let jobs: SeededJobs
    private var generator = SeededGenerator(seed: 1)

    init(_ jobs: SeededJobs) {
        self.jobs = jobs
    }

    static var configuration: LogBackend.Configuration {
        LogBackend.Configuration(retention: JobRetention(succeeded: .seconds(1)))
    }

    /// Goes on until there are so many events, and what upkeep had to do is done.
    mutating func pass(_ count: Int, in store: LogBackend) async throws {
        while eventCount + store.upkeepReport.prunedCount < count {
            _ = try await store.enqueue(jobs.jobs(jobCount..<jobCount + Self.batch))
            jobCount += Self.batch
            eventCount += Self.batch
            try await work(in: store)
        }
        try await Task.sleep(for: .seconds(2))
        await store.keepNow()
        if let failure = store.upkeepReport.failure { throw failure }
        eventCount += store.upkeepReport.prunedCount
    }

    /// Works off what is due.
    private mutating func work(in store: LogBackend) async throws {
        let request = ClaimRequest(limit: Self.batch, worker: "worker-1")
        while true {
            let claimed = try await store.claim(request).jobs
            guard !claimed.isEmpty else { return }
            let requests = claimed.map { job in
                FinishRequest(jobID: job.record.id, lease: job.lease, outcome: outcome())
            }
            _ = try await store.finish(requests)
            eventCount += 2 * claimed.count
        }
    }

    private mutating func outcome() -> JobOutcome {
        let draw = Double.random(in: 0..<1, using: &generator)
        if draw < Self.retryShare {
            let delay = Double.random(in: 0...Self.delayMax, using: &generator)
            return .retry(error: "the server is busy", runAt: Date(timeIntervalSinceNow: delay))
        }
        return draw < Self.retryShare + Self.discardShare
            ? .discard(error: "there is no such address") : .succeeded()
    }
}
