import Foundation
import LazyJobs

extension NewJob {
    /// A small job; what a check is about is given, the rest does not matter to it.
    static func sample(
        _ kind: String = "mail",
        queue: String = JobDefaults.queue,
        payload: [UInt8] = Array(#"{"to":"ada"}"#.utf8),
        priority: Int8 = 0,
        runAt: Date? = nil,
        maxAttempts: Int = JobDefaults.maxAttempts,
        uniqueKey: String? = nil,
        idempotencyKey: String? = nil,
        tags: [String] = [],
        actor: String? = nil
    ) -> NewJob {
        NewJob(
            kind: kind,
            queue: queue,
            payload: JobPayload(bytes: payload),
            priority: JobPriority(rawValue: priority),
            runAt: runAt,
            maxAttempts: maxAttempts,
            uniqueKey: uniqueKey,
            idempotencyKey: idempotencyKey,
            tags: tags,
            actor: actor
        )
    }

    /// A job in which every field that all backends must keep has a value of its own.
    static func complete(runAt: Date) -> NewJob {
        NewJob(
            kind: "report",
            queue: "nightly",
            payload: JobPayload(bytes: [0x00, 0xFF, 0x7F, 0x0A], encoding: "cbor", version: 7),
            priority: JobPriority(rawValue: -3),
            runAt: runAt,
            maxAttempts: 4,
            timeout: .microseconds(90_000_001),
            uniqueKey: "report/2026",
            idempotencyKey: "request 17",
            scheduleKey: "every night",
            tags: ["ledger", "audit", "ledger-2"],
            metadata: ["traceparent": "00-4bf9-01", "empty": ""],
            actor: "ada"
        )
    }

    /// The job with one thing changed.
    func with(_ change: (inout NewJob) -> Void) -> NewJob {
        var job = self
        change(&job)
        return job
    }
}

extension JobRecord {
    /// The record that a job must have when it was just enqueued.
    init(enqueued job: NewJob, id: JobID, at time: Date) {
        self.init(
            id: id,
            kind: job.kind,
            queue: job.queue,
            state: .pending,
            attempt: 0,
            maxAttempts: job.maxAttempts,
            priority: job.priority,
            runAt: Timestamp(job.runAt ?? time).date,
            createdAt: time,
            updatedAt: time,
            timeout: job.timeout,
            uniqueKey: job.uniqueKey,
            concurrencyKey: job.concurrencyKey,
            idempotencyKey: job.idempotencyKey,
            scheduleKey: job.scheduleKey,
            tags: job.tags,
            metadata: job.metadata,
            waitsFor: job.waitsFor
        )
    }

    /// The record with some fields changed.
    func with(_ change: (inout JobRecord) -> Void) -> JobRecord {
        var record = self
        change(&record)
        return record
    }
}

extension FinishRequest {
    init(_ job: ClaimedJob, _ outcome: JobOutcome) {
        self.init(jobID: job.record.id, lease: job.lease, outcome: outcome)
    }
}

/// A text of so many bytes of UTF-8.
func text(_ size: Int) -> String {
    String(repeating: "x", count: size)
}

/// Bytes without a pattern that a compressor could use; the same ones on every run.
func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}
