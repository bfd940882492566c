import Foundation
import JobLedger
import LazyJobs
import LogJobsTesting
import Testing

@testable import LogJobs

/// The writer plans a request only when so much room is there, and a frame that did not fit would
/// be a trap.
@Suite("EventBounds")
struct EventBoundsTests {
    private static let now = Timestamp(microseconds: 253_000_000_000_000_000)
    private static let count = 700

    private var generator = SeededGenerator(seed: 11)
    private var ledger = JobLedger()

    init() {
        var events: [JobEvent] = []
        let owner = StoreOwner(processID: .max, bootID: "", host: "")
        // Large numbers take the most bytes.
        let firstJobID = JobID(rawValue: UInt64(Int64.max) - 10_000_000)
        ledger.open(owner, firstJobID: firstJobID, at: Self.now, into: &events)
    }

    /// Text that neither shrinks nor repeats.
    private mutating func text(_ size: Int) -> String {
        String(
            (0..<size).map { _ in
                Character(UnicodeScalar(UInt8.random(in: 33...126, using: &generator)))
            }
        )
    }

    private mutating func job() -> NewJob {
        let sizes = [0, 1, 200, 40_000]
        let size = sizes.randomElement(using: &generator) ?? 0
        var job = NewJob(
            kind: text(JobLimits.kindSizeMax),
            queue: text(JobLimits.queueSizeMax),
            payload: JobPayload(
                bytes: (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) },
                encoding: text(JobLimits.encodingSizeMax),
                version: .max
            ),
            priority: JobPriority(rawValue: .min),
            runAt: JobLimits.earliest,
            maxAttempts: JobLimits.attemptsMax,
            timeout: .seconds(1 << 40)
        )
        job.uniqueKey = text(JobLimits.keySizeMax)
        job.idempotencyKey = text(JobLimits.keySizeMax)
        job.scheduleKey = text(JobLimits.keySizeMax)
        job.actor = text(JobLimits.nameSizeMax)
        let tagCount = Int.random(in: 0...JobLimits.tagCountMax, using: &generator)
        job.tags = (0..<tagCount).map { _ in text(JobLimits.tagSizeMax) }
        let pairCount = Int.random(in: 0...400, using: &generator)
        for _ in 0..<pairCount { job.metadata[text(6)] = text(3) }
        return job
    }

    private mutating func expectFit(
        _ needs: LogCommand.Needs,
        _ events: [JobEvent],
        line: Int = #line
    ) {
        var encoder = FrameEncoder(dictionary: FormatDictionary.builtIn)
        let size = encoder.payload(of: events).bytes.count
        #expect(size <= needs.bytesMax, "line \(line): \(events.count) events")
    }

    @Test("no request makes more bytes than there is room for")
    mutating func bounds() throws {
        for round in 0..<6 {
            let jobs = (0..<(round < 3 ? 1 : 60)).map { _ in job() }
            var events: [JobEvent] = []
            _ = try ledger.enqueue(jobs, at: Self.now, into: &events)
            expectFit(EventBounds.enqueued(jobs), events)
        }
        let plain = (0..<Self.count).map { _ in NewJob(kind: "a", payload: JobPayload(bytes: [])) }
        var events: [JobEvent] = []
        _ = try ledger.enqueue(plain, at: Self.now, into: &events)
        expectFit(EventBounds.enqueued(plain), events)
        try expectAttemptsFit()
        try expectSchedulesFit()
    }

    @Test("as many small texts as a batch may have")
    mutating func smallTexts() throws {
        let pairCount = 512
        let jobs = (0..<885).map { _ in
            var job = NewJob(
                kind: "a",
                payload: JobPayload(
                    bytes: (0..<2_500).map { _ in UInt8.random(in: 0...255, using: &generator) }
                )
            )
            for _ in 0..<pairCount { job.metadata[text(16)] = text(16) }
            return job
        }
        var events: [JobEvent] = []
        _ = try ledger.enqueue(jobs, at: Self.now, into: &events)
        #expect(events.count == jobs.count)
        expectFit(EventBounds.enqueued(jobs), events)
    }

    @Test("a schedule is due for the bounds when it is due for the ledger, to the microsecond")
    mutating func dueSchedule() throws {
        let due = Self.now.advanced(by: .seconds(60))
        let schedule = JobSchedule(
            key: "a",
            interval: .seconds(60),
            nextRunAt: due.date,
            job: NewJob(kind: "a", payload: JobPayload(bytes: []))
        )
        var events: [JobEvent] = []
        _ = try ledger.setSchedule(schedule, actor: nil, at: Self.now, into: &events)
        for (offset, isDue) in [(-1, false), (0, true)] {
            let now = due.advanced(by: .microseconds(offset))
            let needs = EventBounds.scheduled(ledger.schedules(), at: now)
            #expect((needs != .none) == isDue)
            events = []
            _ = try ledger.runDueSchedules(at: now, into: &events)
            #expect(events.isEmpty == !isDue)
        }
    }

    private mutating func claim(_ limit: Int) throws -> [PlannedClaim] {
        var events: [JobEvent] = []
        let request = ClaimRequest(limit: limit, worker: text(JobLimits.nameSizeMax))
        let plan = try ledger.claim(request, at: Self.now, into: &events)
        expectFit(EventBounds.claimed(limit, of: ledger.waitingCount), events)
        return plan.claims
    }

    private mutating func expectAttemptsFit() throws {
        var requests: [FinishRequest] = []
        for (index, claim) in try claim(Self.count).enumerated() {
            let long = text(JobLimits.errorSizeMax + 100)
            let outcomes: [JobOutcome] = [
                .succeeded(output: Array(long.utf8)), .retry(error: long, runAt: JobLimits.latest),
                .discard(error: long), .cancel(reason: long), .interrupted(reason: ""),
                .snooze(until: JobLimits.latest, reason: long), .succeeded(),
            ]
            requests.append(
                FinishRequest(
                    jobID: claim.record.id,
                    lease: claim.lease,
                    outcome: outcomes[index % outcomes.count]
                )
            )
        }
        var events: [JobEvent] = []
        _ = try ledger.finish(requests, at: Self.now, into: &events)
        #expect(events.count == requests.count)
        expectFit(EventBounds.finished(requests), events)
        let running = try claim(Self.count)
        let needs = EventBounds.givingBack(ledger.runningCount)
        var closing = ledger
        events = []
        closing.close(at: Self.now, into: &events)
        expectFit(needs, events)
        var opening = ledger
        events = []
        let owner = StoreOwner(
            processID: .max,
            bootID: text(JobLimits.nameSizeMax),
            host: text(JobLimits.nameSizeMax)
        )
        opening.open(owner, firstJobID: ledger.nextJobID, at: Self.now, into: &events)
        expectFit(needs, events)
        let ids = running.map(\.record.id)
        let reason = text(JobLimits.errorSizeMax)
        events = []
        _ = try ledger.cancel(
            ids,
            reason: reason,
            actor: text(JobLimits.nameSizeMax),
            at: Self.now,
            into: &events
        )
        expectFit(EventBounds.cancelled(ids.count, reason: reason), events)
        events = []
        let retried = try ledger.copy().retrying(ids, reason, text(JobLimits.nameSizeMax))
        expectFit(EventBounds.retried(ids.count, reason: reason), retried)
        let pruned = try ledger.prune(
            finishedBefore: JobLimits.latest,
            limit: 10_000,
            at: Self.now,
            into: &events
        )
        #expect(pruned > 0)
        expectFit(EventBounds.pruned(10_000), events)
    }

    private mutating func expectSchedulesFit() throws {
        for _ in 0..<20 {
            let schedule = JobSchedule(
                key: text(JobLimits.keySizeMax),
                interval: .milliseconds(1),
                nextRunAt: JobLimits.earliest,
                job: job()
            )
            var events: [JobEvent] = []
            let actor = text(JobLimits.nameSizeMax)
            _ = try ledger.setSchedule(schedule, actor: actor, at: Self.now, into: &events)
            expectFit(EventBounds.enqueued([schedule.job]), events)
        }
        let needs = EventBounds.scheduled(ledger.schedules(), at: Self.now)
        var events: [JobEvent] = []
        _ = try ledger.runDueSchedules(at: Self.now, into: &events)
        #expect(events.count == 40)
        expectFit(needs, events)
        events = []
        let queue = text(JobLimits.queueSizeMax)
        let reason = text(JobLimits.errorSizeMax + 5)
        let actor = text(JobLimits.nameSizeMax)
        try ledger.pauseQueue(queue, reason: reason, actor: actor, at: Self.now, into: &events)
        try ledger.resumeQueue(queue, actor: actor, at: Self.now, into: &events)
        expectFit(EventBounds.control, events)
    }
}

extension JobLedger {
    /// The events of offering jobs again.
    fileprivate consuming func retrying(
        _ ids: [JobID],
        _ reason: String,
        _ actor: String
    ) throws -> [JobEvent] {
        var (ledger, events): (JobLedger, [JobEvent]) = (self, [])
        let now = Timestamp(microseconds: 253_000_000_000_000_000)
        _ = try ledger.retry(ids, reason: reason, actor: actor, at: now, into: &events)
        #expect(events.count == ids.count)
        return events
    }
}
