import LazyJobs
import LogJobs

/// Jobs that are enqueued, claimed and end well.
struct PassingJobs {
    /// How they come.
    enum Pace: String, CaseIterable {
        /// A thousand in one commit, then a thousand claims in one, then a thousand ends.
        case batches
        /// One at a time by each of 64 callers.
        case singles
    }

    private static let batch = 1000
    private static let callers = 64

    let store: LogBackend
    let jobs: SeededJobs

    func pass(_ count: Int, _ pace: Pace) async throws {
        switch pace {
        case .batches:
            for start in stride(from: 0, to: count, by: Self.batch) {
                try await pass(start..<min(start + Self.batch, count))
            }
        case .singles:
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<Self.callers {
                    group.addTask {
                        for number in stride(from: caller, to: count, by: Self.callers) {
                            try await pass(number..<number + 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Enqueues jobs, claims as many, and has them succeed.
    func pass(_ numbers: Range<Int>) async throws {
        _ = try await store.enqueue(jobs.jobs(numbers))
        let request = ClaimRequest(limit: numbers.count, worker: "worker-1")
        let claimed = try await store.claim(request).jobs
        guard claimed.count == numbers.count else { throw Surprise("not all jobs were claimed") }
        _ = try await store.finish(
            claimed.map {
                FinishRequest(jobID: $0.record.id, lease: $0.lease, outcome: .succeeded())
            }
        )
    }
}
