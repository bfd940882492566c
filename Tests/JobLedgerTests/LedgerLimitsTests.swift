import LazyJobs
import Testing

@testable import JobLedger

@Suite("JobLedger: limits")
struct LedgerLimitsTests {
    private static let now = Timestamp(microseconds: 1_000_000)

    private static func schedule(_ key: Int, payloadSize: Int = 1) -> JobSchedule {
        let payload = JobPayload(bytes: [UInt8](repeating: 7, count: payloadSize))
        return JobSchedule(
            key: "schedule \(key)",
            interval: .seconds(60),
            nextRunAt: now.date,
            job: NewJob(kind: "tick", payload: payload)
        )
    }

    private func set(_ schedule: JobSchedule, in ledger: inout JobLedger) throws(BackendError) {
        var events: [JobEvent] = []
        _ = try ledger.setSchedule(schedule, actor: nil, at: Self.now, into: &events)
    }

    private func expectRefused(_ schedule: JobSchedule, in ledger: inout JobLedger) {
        let before = ledger.view()
        let error = #expect(throws: BackendError.self) { try set(schedule, in: &ledger) }
        #expect(error?.code == .invalidRequest)
        #expect(ledger.view() == before)
    }

    private static func openLedger() -> JobLedger {
        var ledger = JobLedger()
        var events: [JobEvent] = []
        let owner = StoreOwner(processID: 1, bootID: "", host: "")
        ledger.open(owner, firstJobID: JobID(rawValue: 1), at: now, into: &events)
        return ledger
    }

    @Test("all schedules together have at most 16 MiB, however often one is replaced")
    func schedulesSize() throws {
        var ledger = Self.openLedger()
        for key in 0..<15 {
            try set(Self.schedule(key, payloadSize: JobLimits.payloadSizeMax), in: &ledger)
        }
        let rest = JobLimits.payloadSizeMax - 1024
        try set(Self.schedule(15, payloadSize: rest), in: &ledger)
        try set(Self.schedule(15, payloadSize: rest - 1), in: &ledger)
        expectRefused(Self.schedule(16, payloadSize: 1024), in: &ledger)
        expectRefused(Self.schedule(15, payloadSize: JobLimits.payloadSizeMax), in: &ledger)
    }

    @Test("a store has at most 10,000 schedules")
    func schedulesCount() throws {
        let schedules = (0..<JobLimits.scheduleCountMax).map { Self.schedule($0) }
        let baseline = LedgerBaseline(
            lastSequence: SequenceNumber(rawValue: 1),
            epoch: 1,
            nextJobID: JobID(rawValue: 1),
            isOpen: true,
            schedules: schedules.sorted { $0.key < $1.key },
            pausedQueues: []
        )
        var ledger = JobLedger(baseline: baseline)
        expectRefused(Self.schedule(JobLimits.scheduleCountMax), in: &ledger)
        try set(Self.schedule(0, payloadSize: 2), in: &ledger)
    }

    @Test("all pauses together have at most 16 MiB, and one that ends makes room")
    func pausesSize() throws {
        var ledger = Self.openLedger()
        var events: [JobEvent] = []
        let reason = String(repeating: "r", count: JobLimits.errorSizeMax)
        let countMax = JobLimits.pausesSizeMax / (JobLimits.errorSizeMax + 4 + 16)
        func pause(_ number: Int) throws(BackendError) {
            try ledger.pauseQueue(
                "\(1000 + number)",
                reason: reason,
                actor: nil,
                at: Self.now,
                into: &events
            )
        }
        for number in 0..<countMax { try pause(number) }
        let error = #expect(throws: BackendError.self) { try pause(countMax) }
        #expect(error?.code == .invalidRequest)
        #expect(ledger.pausedQueues().count == countMax)
        try ledger.resumeQueue("1000", actor: nil, at: Self.now, into: &events)
        try pause(countMax)
        // An event that says so, from whatever log, is refused as well, and so is a baseline.
        let change = QueueChange.paused(queue: "more", reason: reason, actor: nil)
        let event = JobEvent(
            sequence: ledger.lastSequence.next,
            epoch: ledger.epoch,
            timestamp: Self.now,
            body: .queue(change)
        )
        #expect(throws: LedgerError.self) { try ledger.apply(event) }
        var baseline = ledger.baseline()
        try baseline.check()
        baseline.pausedQueues.append(PausedQueue(queue: "more", reason: reason))
        #expect(throws: LedgerError.self) { try baseline.check() }
    }

    @Test("durations are kept in whole microseconds, as a log keeps them")
    func wholeMicroseconds() throws {
        var ledger = Self.openLedger()
        var events: [JobEvent] = []
        let odd = Duration(secondsComponent: 1, attosecondsComponent: 1_999_999_999_999)
        let job = NewJob(kind: "odd", payload: JobPayload(bytes: []), timeout: odd)
        let plan = try ledger.enqueue([job], at: Self.now, into: &events)
        let whole = Duration.seconds(1) + .microseconds(1)
        let record = plan.results(for: [job])[0].record
        #expect(record.timeout == whole)
        #expect(ledger.record(of: record.id) == record)
        var schedule = Self.schedule(0)
        schedule.interval = odd
        schedule.job.timeout = odd
        let kept = try ledger.setSchedule(schedule, actor: nil, at: Self.now, into: &events)
        #expect(kept.interval == whole)
        #expect(kept.job.timeout == whole)
    }
}
