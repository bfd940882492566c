import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

/// What was done to the stores of version 1 that are kept as fixtures.
///
/// Never change it: what it does is what stands in the fixtures. A later version gets a program and
/// fixtures of its own.
struct GoldenProgram {
    static let start = ManualClock.defaultStart

    /// A job with every field that this version's backend accepts; its block is deflated.
    static let fullJob = NewJob(
        kind: "send-welcome",
        queue: "mail",
        payload: JobPayload(
            bytes: Array(#"{"user_id":7,"email":"ann@example.com","template":"welcome"}"#.utf8),
            encoding: "json",
            version: 3
        ),
        priority: .high,
        runAt: start.addingTimeInterval(-1),
        maxAttempts: 3,
        timeout: .milliseconds(1500),
        uniqueKey: "unique-7",
        idempotencyKey: "request-7",
        tags: ["a", "mail", "\u{e9}"],
        metadata: ["traceparent": "00-1-2-01", "\u{e9}": "e\u{301}"],
        actor: "ann"
    )

    let store: TestStore

    static func job(_ kind: String, queue: String = "default") -> NewJob {
        NewJob(kind: kind, queue: queue, payload: JobPayload(bytes: Array("[\(kind)]".utf8)))
    }

    static func schedule(_ key: String, next: TimeInterval = 0) -> JobSchedule {
        JobSchedule(
            key: key,
            interval: .seconds(60),
            nextRunAt: start.addingTimeInterval(next),
            job: job("night")
        )
    }

    /// Two epochs: the first ends with a crash, the second in order.
    func runClosed() async throws {
        let first = try await store.open()
        try await finishOneOfEach(first)
        _ = try await first.setSchedule(Self.schedule("nightly"), actor: "ann")
        _ = try await first.runDueSchedules()
        try await first.removeSchedule(key: "nightly", actor: nil)
        try await first.pauseQueue("mail", reason: "too many", actor: "ann")
        try await first.pauseQueue("bulk", reason: nil, actor: nil)
        try await first.resumeQueue("bulk", actor: "bob")
        _ = try await first.enqueue([Self.job("last", queue: "bulk")])
        await first.abandonAndWait()
        store.clock.advance(by: .seconds(90))
        let second = try await store.open(pid: 8)
        _ = try await second.cancel([JobID(rawValue: 8)], reason: "off", actor: "bob")
        _ = try await second.prune(finishedBefore: store.clock.now, limit: 1)
        _ = try await second.setSchedule(Self.schedule("weekly", next: 3600), actor: nil)
        try await second.close()
    }

    /// A job that runs and one that waits, and the beginning of a frame that tells of a third.
    func runUnfinished() async throws {
        let backend = try await store.open()
        _ = try await backend.enqueue([Self.fullJob, Self.job("waits")])
        _ = try await backend.claim(ClaimRequest(worker: "w-1"))
        _ = try await backend.enqueue([Self.job("synced")])
        let end = Int(try store.read().segments[0].validEnd)
        _ = try await backend.enqueue([Self.job("torn")])
        await backend.abandonAndWait()
        let path = TestStore.path(1)
        var bytes = store.disk.bytes(of: path) ?? []
        for index in end + 60..<bytes.count { bytes[index] = 0 }
        store.disk.setBytes(of: path, bytes)
    }

    private func finishOneOfEach(_ backend: LogBackend) async throws {
        let later = store.clock.now.addingTimeInterval(3600)
        let outcomes: [JobOutcome] = [
            .succeeded(output: [0, 1, 255]), .retry(error: "e", runAt: later), .discard(error: "d"),
            .cancel(reason: "c"), .snooze(until: later, reason: "s"), .interrupted(reason: "i"),
        ]
        let kinds = ["k2", "k3", "k4", "k5", "k6", "k7"]
        _ = try await backend.enqueue([Self.fullJob] + kinds.map { Self.job($0) })
        let claims = try await backend.claim(ClaimRequest(limit: 7, worker: "w-1"))
        store.clock.advance(by: .milliseconds(250))
        let requests = zip(claims.jobs, outcomes).map { claim, outcome in
            FinishRequest(jobID: claim.record.id, lease: claim.lease, outcome: outcome)
        }
        _ = try await backend.finish(requests)
    }
}
