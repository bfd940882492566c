import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import Testing

/// A program that makes every event that a backend can make, in two segments.
///
/// `carried` is not among them: only compaction writes it.
struct StoreProgram {
    let store: TestStore

    /// The first epoch ends with a crash, the second is the last segment.
    func run() async throws -> LogBackend {
        let first = try await store.open()
        try await finishOneOfEach(first)
        try await useSchedule(first)
        _ = try await first.enqueue([job("left")])
        _ = try await first.claim(ClaimRequest(worker: "w"))
        await first.abandonAndWait()
        store.clock.advance(by: .seconds(60))
        let second = try await store.open(pid: 8)
        try await useQueue(second)
        _ = try await second.cancel([JobID(rawValue: 1)], reason: "late", actor: nil)
        _ = try await second.retry([JobID(rawValue: 3)], reason: "mended", actor: "ann")
        _ = try await second.enqueue([job("last")])
        return second
    }

    private func job(_ kind: String) -> NewJob {
        NewJob(kind: kind, payload: JobPayload(bytes: Array("[\(kind)]".utf8)))
    }

    private func finishOneOfEach(_ backend: LogBackend) async throws {
        let later = store.clock.now.addingTimeInterval(3600)
        let outcomes: [JobOutcome] = [
            .succeeded(output: [1]), .retry(error: "e", runAt: later), .discard(error: "d"),
            .cancel(reason: "c"), .snooze(until: later, reason: "s"), .interrupted(reason: "i"),
        ]
        _ = try await backend.enqueue(outcomes.indices.map { job("k\($0)") })
        let claims = try await backend.claim(ClaimRequest(limit: outcomes.count, worker: "w"))
        let requests = zip(claims.jobs, outcomes).map { claim, outcome in
            FinishRequest(jobID: claim.record.id, lease: claim.lease, outcome: outcome)
        }
        _ = try await backend.finish(requests)
        let interrupted = claims.jobs.map(\.record.id).suffix(1)
        _ = try await backend.cancel(Array(interrupted), reason: "off", actor: "ann")
    }

    private func useSchedule(_ backend: LogBackend) async throws {
        let schedule = JobSchedule(
            key: "nightly",
            interval: .seconds(60),
            nextRunAt: store.clock.now,
            job: job("night")
        )
        _ = try await backend.setSchedule(schedule, actor: "ann")
        let due = try await backend.runDueSchedules()
        try await backend.removeSchedule(key: "nightly", actor: "ann")
        _ = try await backend.cancel(due.enqueued.map(\.id), reason: "off", actor: nil)
    }

    private func useQueue(_ backend: LogBackend) async throws {
        try await backend.pauseQueue("mail", reason: "r", actor: "ann")
        try await backend.resumeQueue("mail", actor: "ann")
        let pruned = try await backend.prune(finishedBefore: store.clock.now, limit: 1)
        #expect(pruned == 1)
    }
}
