import Foundation
import LazyJobs
import Testing

@testable import JobLedger

@Suite("What the ledger refuses")
struct LedgerLegalityTests {
    /// A store with a waiting job 1, a running job 2, an ended job 3, a schedule and a pause.
    private let ledger: JobLedger
    private let now = Timestamp(microseconds: 5_000_000)

    init() throws {
        var (ledger, events): (JobLedger, [JobEvent]) = (JobLedger(), [])
        ledger.open(.sample, firstJobID: JobID(rawValue: 1), at: now, into: &events)
        let jobs: [NewJob] = [
            .sample(runAt: now.advanced(by: .seconds(9)).date, uniqueKey: "u"),
            .sample(queue: "b"), .sample(queue: "c", idempotencyKey: "i"),
        ]
        _ = try ledger.enqueue(jobs, at: now, into: &events)
        let request = ClaimRequest(limit: 2, worker: "w")
        let plan = try ledger.claim(request, at: now, into: &events)
        let ended = FinishRequest(
            jobID: plan.claims[1].record.id,
            lease: plan.claims[1].lease,
            outcome: .succeeded()
        )
        _ = try ledger.finish([ended], at: now, into: &events)
        let schedule = JobSchedule(
            key: "s",
            interval: .seconds(1),
            nextRunAt: now.date,
            job: .sample()
        )
        _ = try ledger.setSchedule(schedule, actor: nil, at: now, into: &events)
        try ledger.pauseQueue("p", reason: nil, actor: nil, at: now, into: &events)
        self.ledger = ledger
    }

    @Test("an event out of order, of another epoch, or of a closed store")
    func order() throws {
        let body = JobEvent.Body.queue(.resumed(queue: "p", actor: nil))
        let next = ledger.lastSequence.next
        expect(
            .sequenceGap(expected: next, found: next.next),
            event(body) { $0.sequence = next.next }
        )
        let last = ledger.lastSequence
        expect(.sequenceGap(expected: next, found: last), event(body) { $0.sequence = last })
        expect(.wrongEpoch(current: 1, found: 2), event(body) { $0.epoch = 2 })
        let opened = JobEvent.Body.store(.opened(.sample, firstJobID: JobID(rawValue: 9)))
        expect(.wrongEpoch(current: 1, found: 1), event(opened))
        expect(.closedWhileRunning(1), event(.store(.closed)))
        let low = JobEvent.Body.store(.opened(.sample, firstJobID: JobID(rawValue: 3)))
        let four = JobID(rawValue: 4)
        expect(
            .wrongJobID(expected: four, found: JobID(rawValue: 3)),
            event(low) { $0.epoch = 2 }
        )
        var fresh = JobLedger()
        let first = event(body) { ($0.sequence, $0.epoch) = (SequenceNumber.zero.next, 0) }
        #expect(throws: LedgerError.notOpen) { try fresh.apply(first) }
    }

    @Test(
        "a new job with another id, version, pointer or attempt, past a limit, or with a key held"
    )
    func enqueued() {
        let four = JobID(rawValue: 4)
        let change = JobTransition.Change.enqueued(.sample(), runAt: now.date)
        let good = JobTransition(jobID: four, version: 0, previous: nil, attempt: 0, change: change)
        let five = JobID(rawValue: 5)
        expect(.wrongJobID(expected: four, found: five), job(good) { $0.jobID = five })
        expect(.wrongVersion(four, expected: 0, found: 1), job(good) { $0.version = 1 })
        let last = ledger.lastSequence
        expect(.wrongPrevious(four, expected: nil, found: last), job(good) { $0.previous = last })
        expect(.wrongAttempt(four, expected: 0, found: 1), job(good) { $0.attempt = 1 })
        let tooLate = JobLimits.latest.addingTimeInterval(1)
        expect(
            .limitExceeded("the run-at time is outside the years 1 to 9999"),
            job(good) {
                $0.change = .enqueued(.sample(), runAt: tooLate)
            }
        )
        expect(
            .limitExceeded("the queue's name has 0 bytes, allowed are 1 to 255"),
            job(good) { $0.change = .enqueued(.sample(queue: ""), runAt: now.date) }
        )
        let unique = NewJob.sample(uniqueKey: "u")
        expect(
            .keyTaken(four, by: JobID(rawValue: 1)),
            job(good) { $0.change = .enqueued(unique, runAt: now.date) }
        )
        let idempotent = NewJob.sample(idempotencyKey: "i")
        expect(
            .keyTaken(four, by: JobID(rawValue: 3)),
            job(good) { $0.change = .enqueued(idempotent, runAt: now.date) }
        )
    }

    @Test("a transition of an unknown job, with a gap, or with another count of attempts")
    func links() throws {
        let two = JobID(rawValue: 2)
        let good = try next(of: two, .succeeded(output: nil, duration: .zero))
        let nine = JobID(rawValue: 9)
        expect(.unknownJob(nine), job(good) { $0.jobID = nine })
        expect(.wrongVersion(two, expected: 2, found: 3), job(good) { $0.version = 3 })
        let last = try #require(ledger.lastTransition(of: two))
        expect(.wrongPrevious(two, expected: last, found: nil), job(good) { $0.previous = nil })
        expect(.wrongAttempt(two, expected: 1, found: 2), job(good) { $0.attempt = 2 })
        expect(
            .limitExceeded("the output has 65537 bytes, allowed are 65536"),
            job(good) {
                $0.change = .succeeded(output: Array(repeating: 0, count: 65_537), duration: .zero)
            }
        )
    }

    @Test("every change that the state of the job does not allow")
    func states() throws {
        let changes: [(JobTransition.Change, Set<JobState>)] = [
            (.claimed(worker: "w"), [.pending]),
            (.succeeded(output: nil, duration: .zero), [.running]),
            (.retried(error: "", runAt: now.date, duration: .zero), [.running]),
            (.discarded(error: "", actor: nil, duration: nil), [.pending, .running]),
            (.discarded(error: "", actor: nil, duration: .zero), [.running]),
            (.cancelled(reason: "", actor: nil, duration: nil), [.pending, .running]),
            (.cancelled(reason: "", actor: nil, duration: .zero), [.running]),
            (.snoozed(runAt: now.date, reason: nil, duration: .zero), [.running]),
            (.interrupted(reason: "", duration: .zero), [.running]),
            (.rescued(error: ""), [.running]),
            (.requeued(runAt: now.date, maxAttempts: 9, reason: nil, actor: nil), [.pending]),
            (.pruned, [.succeeded]),
        ]
        for (id, state) in [(1, .pending), (2, .running), (3, .succeeded)] as [(UInt64, JobState)] {
            let id = JobID(rawValue: id)
            #expect(ledger.record(of: id)?.state == state)
            for (change, allowed) in changes where !allowed.contains(state) {
                let transition = try next(of: id, change)
                expect(.illegalTransition(id, transition.kind, from: state), job(transition))
            }
        }
    }

    @Test("a carried job that is not as it stands, and one that was never enqueued")
    func carried() throws {
        let record = try #require(ledger.record(of: JobID(rawValue: 2)))
        let content = CarriedJob(
            job: .sample(queue: "other"),
            state: record.state,
            runAt: record.runAt,
            createdAt: record.createdAt,
            updatedAt: record.updatedAt,
            worker: record.worker
        )
        var transition = try next(of: record.id, .carried(content))
        transition.version -= 1
        expect(.carriedDiffers(record.id), job(transition))
        let nine = JobID(rawValue: 9)
        transition.jobID = nine
        expect(.wrongJobID(expected: JobID(rawValue: 4), found: nine), job(transition))
    }

    @Test("a change of a schedule or a queue that changes nothing")
    func schedulesAndQueues() {
        let moved = ScheduleChange.advanced(key: "s", nextRunAt: now.date, enqueued: false)
        expect(.scheduleNotAdvanced("s"), event(.schedule(moved)))
        let other = ScheduleChange.advanced(key: "t", nextRunAt: now.date, enqueued: false)
        expect(.unknownSchedule("t"), event(.schedule(other)))
        expect(.unknownSchedule("t"), event(.schedule(.removed(key: "t", actor: nil))))
        let paused = QueueChange.paused(queue: "p", reason: nil, actor: nil)
        expect(.queueUnchanged("p"), event(.queue(paused)))
        expect(.queueUnchanged("q"), event(.queue(.resumed(queue: "q", actor: nil))))
    }

    @Test("only a transition of a job that is gone can be skipped")
    func skipping() throws {
        var gone = try next(of: JobID(rawValue: 3), .pruned)
        var late = JobLedger(baseline: ledger.baseline())
        try late.skip(job(gone))
        #expect(late.lastSequence == ledger.lastSequence.next)
        gone.jobID = JobID(rawValue: 77)
        #expect(throws: LedgerError.unknownJob(gone.jobID)) {
            var late = JobLedger(baseline: ledger.baseline())
            try late.skip(job(gone))
        }
    }

    @Test("a baseline that no ledger can begin with")
    func baselines() throws {
        try ledger.baseline().check()
        var bad = [LedgerBaseline](repeating: ledger.baseline(), count: 4)
        bad[0].nextJobID = JobID(rawValue: 1 << 63 + 1)
        bad[1].epoch = .max
        bad[2].schedules[0].interval = .zero
        bad[3].pausedQueues[0].queue = ""
        for baseline in bad {
            #expect(throws: LedgerError.self) { try baseline.check() }
        }
    }

    @Test("jobs past the last id; the store opens all the same")
    func lastID() throws {
        let last = JobID(rawValue: UInt64(Int64.max))
        var (full, events): (JobLedger, [JobEvent]) = (JobLedger(), [])
        full.open(.sample, firstJobID: last, at: now, into: &events)
        #expect(throws: BackendError.self) {
            try full.enqueue([.sample(), .sample()], at: now, into: &events)
        }
        let plan = try full.enqueue([.sample()], at: now, into: &events)
        #expect(plan.results(for: [.sample()]).map(\.record.id) == [last])
        #expect(throws: BackendError.self) {
            try full.enqueue([.sample()], at: now, into: &events)
        }
        full.close(at: now, into: &events)
        full.open(.sample, firstJobID: full.nextJobID, at: now, into: &events)
        full.checkInvariants()
    }

    // MARK: Events

    /// Fails unless the event is refused with an error, and nothing changes.
    private func expect(
        _ error: LedgerError,
        _ event: JobEvent,
        at location: SourceLocation = #_sourceLocation
    ) {
        var copy = ledger
        #expect(throws: error, sourceLocation: location) { try copy.apply(event) }
        #expect(throws: error, sourceLocation: location) { try copy.fold(event) }
        #expect(copy.view() == ledger.view(), sourceLocation: location)
        #expect(!error.description.isEmpty)
        copy.checkInvariants()
    }

    private func event(
        _ body: JobEvent.Body,
        _ change: (inout JobEvent) -> Void = { _ in }
    ) -> JobEvent {
        var event = JobEvent(
            sequence: ledger.lastSequence.next,
            epoch: ledger.epoch,
            timestamp: now,
            body: body
        )
        change(&event)
        return event
    }

    private func job(
        _ transition: JobTransition,
        _ change: (inout JobTransition) -> Void = { _ in }
    ) -> JobEvent {
        var transition = transition
        change(&transition)
        return event(.job(transition))
    }

    /// The transition that follows in the life of a job, as the job stands.
    private func next(of id: JobID, _ change: JobTransition.Change) throws -> JobTransition {
        let slot = try #require(ledger.slots[id])
        let row = ledger.rows[slot]
        return JobTransition(
            jobID: id,
            version: row.version + 1,
            previous: row.lastTransition,
            attempt: Int(row.attempt),
            change: change
        )
    }
}
