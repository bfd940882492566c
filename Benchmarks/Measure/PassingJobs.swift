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
        /// One event in a commit, of one job and then of another, each some milliseconds after the
        /// one before if the clock says so.
        case mixed
    }

    private static let batch = 1000
    private static let callers = 64
    /// How many jobs run at once when they are mixed.
    private static let running = 32

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
        case .mixed:
            try await mix(count)
        }
    }

    private func mix(_ count: Int) async throws {
        var generator = SeededGenerator(seed: 3)
        var running: [FinishRequest] = []
        for number in 0..<count {
            _ = try await store.enqueue([jobs.job(number)])
            running += try await claim(1)
            guard running.count >= Self.running else { continue }
            let index = Int.random(in: running.indices, using: &generator)
            _ = try await store.finish([running.remove(at: index)])
        }
        for request in running { _ = try await store.finish([request]) }
    }

    /// Enqueues jobs, claims as many, and has them succeed.
    func pass(_ numbers: Range<Int>) async throws {
        _ = try await store.enqueue(jobs.jobs(numbers))
        _ = try await store.finish(try await claim(numbers.count))
    }

    private func claim(_ count: Int) async throws -> [FinishRequest] {
        let request = ClaimRequest(limit: count, worker: "worker-1")
        let claimed = try await store.claim(request).jobs
        guard claimed.count == count else { throw Surprise("not all jobs were claimed") }
        return claimed.map {
            FinishRequest(jobID: $0.record.id, lease: $0.lease, outcome: .succeeded())
        }
    }
}
