import Foundation
import JobLedger
import LazyJobs
import LogJobsTesting

/// Events of every kind, with all fields set and with none.
enum EventSamples {
    static let time = Timestamp(microseconds: 1_700_000_000_123_456)

    static func date(_ offset: Int64) -> Date {
        Timestamp(microseconds: time.microseconds + offset).date
    }

    static let fullJob = NewJob(
        kind: "send-welcome",
        queue: "mail",
        payload: JobPayload(bytes: Array(#"{"user_id":7}"#.utf8), encoding: "cbor", version: 3),
        priority: JobPriority(rawValue: -128),
        runAt: date(5_000_001),
        maxAttempts: 65_000,
        timeout: .microseconds(1_500_001),
        uniqueKey: "unique-7",
        concurrencyKey: "user-7",
        idempotencyKey: "request-7",
        scheduleKey: "nightly",
        tags: ["a", "mail", "e\u{301}", "\u{e9}", "a", ""],
        metadata: ["traceparent": "00-1-2-01", "": "empty", "\u{e9}": "é"],
        waitsFor: [JobID(rawValue: 1), JobID(rawValue: UInt64(Int64.max))],
        actor: "ann"
    )

    static let emptyJob = NewJob(
        kind: "",
        queue: "",
        payload: JobPayload(bytes: [], encoding: "", version: 0),
        maxAttempts: 0
    )

    static let second = Duration.microseconds(1_000_001)

    static let fullChanges: [JobTransition.Change] = [
        .enqueued(fullJob, runAt: date(60_000_000)),
        .claimed(worker: "host/1/2"),
        .succeeded(output: Array("done".utf8), duration: second),
        .retried(error: "no such file", runAt: date(1), duration: second),
        .discarded(error: "gave up", actor: "bob", duration: second),
        .cancelled(reason: "not needed", actor: "ann", duration: second),
        .snoozed(runAt: date(-1), reason: "rate limit", duration: second),
        .interrupted(reason: "stopped", duration: second),
        .rescued(error: "the process died"),
        .pruned,
        .requeued(runAt: date(2), maxAttempts: 65_000, reason: "mended", actor: "ann"),
        .carried(
            CarriedJob(
                job: fullJob,
                state: .retrying,
                runAt: date(3),
                createdAt: date(-3_600_000_000),
                updatedAt: date(-1),
                lastError: "no such file",
                worker: "host/1/2",
                output: [0, 255],
                payloadLost: true
            )
        ),
    ]

    static let emptyChanges: [JobTransition.Change] =
        [
            .enqueued(emptyJob, runAt: JobLimits.latest),
            .claimed(worker: ""),
            .succeeded(output: nil, duration: .zero),
            .succeeded(output: [], duration: .zero),
            .retried(error: "", runAt: JobLimits.earliest, duration: .zero),
            .discarded(error: "", actor: nil, duration: nil),
            .discarded(error: "", actor: nil, duration: .zero),
            .cancelled(reason: "", actor: nil, duration: nil),
            .cancelled(reason: "", actor: "", duration: nil),
            .snoozed(runAt: date(0), reason: nil, duration: .zero),
            .interrupted(reason: "", duration: .microseconds(-1)),
            .rescued(error: ""),
            .requeued(runAt: date(0), maxAttempts: 1, reason: nil, actor: nil),
            .requeued(runAt: date(0), maxAttempts: 0, reason: nil, actor: ""),
        ]
        + JobState.allCases.map {
            .carried(
                CarriedJob(
                    job: emptyJob,
                    state: $0,
                    runAt: date(0),
                    createdAt: date(0),
                    updatedAt: date(0)
                )
            )
        }

    static let schedule = JobSchedule(
        key: "nightly",
        interval: .microseconds(86_400_000_001),
        nextRunAt: date(7),
        job: fullJob
    )

    static let otherBodies: [JobEvent.Body] = [
        .schedule(.set(schedule, actor: "ann")),
        .schedule(.set(schedule, actor: nil)),
        .schedule(.advanced(key: "nightly", nextRunAt: date(8), enqueued: true)),
        .schedule(.advanced(key: "", nextRunAt: date(0), enqueued: false)),
        .schedule(.removed(key: "nightly", actor: "ann")),
        .schedule(.removed(key: "", actor: nil)),
        .queue(.paused(queue: "mail", reason: "maintenance", actor: "ann")),
        .queue(.paused(queue: "", reason: nil, actor: nil)),
        .queue(.resumed(queue: "mail", actor: "ann")),
        .queue(.resumed(queue: "", actor: nil)),
        .store(
            .opened(
                StoreOwner(processID: .max, bootID: "boot", host: "host"),
                firstJobID: JobID(rawValue: UInt64(Int64.max))
            )
        ),
        .store(
            .opened(
                StoreOwner(processID: .min, bootID: "", host: ""),
                firstJobID: JobID(rawValue: 1)
            )
        ),
        .store(.closed),
    ]

    /// New jobs with up to 400 bytes of noise each.
    static func jobs(_ count: Int, _ generator: inout SeededGenerator) -> [JobEvent] {
        (1...count).map { number in
            let noise = (0..<Int.random(in: 0...400, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max / 4, using: &generator)
            }
            let job = NewJob(kind: "noise", payload: JobPayload(bytes: noise, encoding: "raw"))
            return JobEvent(
                sequence: SequenceNumber(rawValue: UInt64(number)),
                epoch: 3,
                timestamp: time,
                body: .job(
                    JobTransition(
                        jobID: JobID(rawValue: UInt64(number)),
                        version: 0,
                        previous: nil,
                        attempt: 0,
                        change: .enqueued(job, runAt: time.date)
                    )
                )
            )
        }
    }

    /// One event of each, as a batch that begins at a sequence number.
    static func all(from first: UInt64 = 1000) -> [JobEvent] {
        let jobs = (fullChanges + emptyChanges).enumerated().map { index, change in
            JobEvent.Body.job(
                JobTransition(
                    jobID: JobID(rawValue: UInt64(1 + index * 7 % 5)),
                    version: index == 0 ? .max : UInt32(index),
                    previous: index % 3 == 0 ? nil : SequenceNumber(rawValue: UInt64(index)),
                    attempt: index % 4,
                    change: change
                )
            )
        }
        return (jobs + otherBodies).enumerated().map { index, body in
            JobEvent(
                sequence: SequenceNumber(rawValue: first + UInt64(index)),
                epoch: 3,
                timestamp: Timestamp(microseconds: time.microseconds + Int64(index * index) - 50),
                body: body
            )
        }
    }

    static let baseline = LedgerBaseline(
        lastSequence: SequenceNumber(rawValue: 999),
        epoch: 3,
        nextJobID: JobID(rawValue: 77),
        isOpen: true,
        schedules: [
            JobSchedule(key: "hourly", interval: second, nextRunAt: date(0), job: emptyJob),
            schedule,
        ],
        pausedQueues: [
            PausedQueue(queue: "bulk", reason: nil, actor: nil),
            PausedQueue(queue: "mail", reason: "maintenance", actor: "ann"),
        ]
    )

    /// A batch of random events, of a random length up to `countMax`.
    static func random(
        countMax: Int,
        using generator: inout SeededGenerator
    ) -> [JobEvent] {
        let bodies = all().map(\.body)
        let first = UInt64.random(in: 1...(1 << 40), using: &generator)
        var epoch = UInt64.random(in: 1...300, using: &generator)
        return (0..<Int.random(in: 1...countMax, using: &generator)).map { index in
            if Int.random(in: 0..<500, using: &generator) == 0 { epoch += 1 }
            let sequence = first + UInt64(index)
            return JobEvent(
                sequence: SequenceNumber(rawValue: sequence),
                epoch: epoch,
                timestamp: Timestamp(
                    microseconds: .random(in: 0...2_000_000_000_000_000, using: &generator)
                ),
                body: randomize(bodies.randomElement(using: &generator), sequence, &generator)
            )
        }
    }

    private static func randomize(
        _ body: JobEvent.Body?,
        _ sequence: UInt64,
        _ generator: inout SeededGenerator
    ) -> JobEvent.Body {
        guard case .job(var transition)? = body else { return body ?? .store(.closed) }
        transition.jobID = JobID(
            rawValue: .random(in: 1...UInt64(Int64.max), using: &generator)
        )
        transition.version = .random(in: 0...UInt32.max, using: &generator)
        transition.previous =
            sequence > 1 && Bool.random(using: &generator)
            ? SequenceNumber(rawValue: .random(in: 1..<sequence, using: &generator)) : nil
        if case .enqueued(var job, let runAt) = transition.change {
            let size = Int.random(in: 0...2000, using: &generator)
            job.payload.bytes = (0..<size).map { _ in .random(in: 0...255, using: &generator) }
            job.kind = "kind-\(Int.random(in: 0...1000, using: &generator))"
            transition.change = .enqueued(job, runAt: runAt)
        }
        return .job(transition)
    }
}
