import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// Jobs that come and go in several segments: some stay, most end, of those most are pruned.
struct ArchiveProgram {
    var seed: UInt64
    var rounds = 8
    var payloadSize = 2000

    /// - Returns: All jobs there were.
    func run(on backend: LogBackend, _ store: TestStore) async throws -> [JobID] {
        var generator = SeededGenerator(seed: seed)
        var ids: [JobID] = []
        for round in 0..<rounds {
            var jobs: [NewJob] = []
            for _ in 0..<Int.random(in: 5...20, using: &generator) {
                let bytes = (0..<payloadSize).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                let kind = ["mail", "thumbnail", "report"].randomElement(using: &generator) ?? ""
                let payload = JobPayload(bytes: bytes, encoding: "bytes", version: 3)
                jobs.append(NewJob(kind: kind, queue: "queue-\(round % 3)", payload: payload))
            }
            ids += try await backend.enqueue(jobs).map(\.record.id)
            let claims = try await backend.claim(ClaimRequest(limit: 12, worker: "w-\(round)"))
            let requests = claims.jobs.map { job in
                FinishRequest(
                    jobID: job.record.id,
                    lease: job.lease,
                    outcome: Self.outcome(at: store.clock.now, &generator)
                )
            }
            _ = try await backend.finish(requests)
            store.clock.advance(by: .seconds(10))
            _ = try await backend.prune(finishedBefore: store.clock.now, limit: 8)
        }
        return ids
    }

    private static func outcome(
        at now: Date,
        _ generator: inout SeededGenerator
    ) -> JobOutcome {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: .discard(error: "no use")
        case 1: .retry(error: "not now", runAt: now + 5)
        default: .succeeded(output: [1, 2, 3])
        }
    }
}
