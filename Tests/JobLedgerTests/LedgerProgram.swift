import Foundation
import LazyJobs
import Testing

@testable import JobLedger

/// A seeded program of commands, with a follower that folds their events as a reader does.
struct LedgerProgram {
    private(set) var ledger = JobLedger()
    private(set) var follower = JobLedger()
    private(set) var events: [JobEvent] = []

    private var generator: SeededGenerator
    private var now = Timestamp(microseconds: 1_000_000_000_000)
    private var held: [JobID: Lease] = [:]

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        run { $0.open(.sample, firstJobID: $0.nextJobID, at: $1, into: &$2) }
    }

    mutating func step() throws {
        switch number(0...99) {
        case ..<32: try enqueue()
        case ..<52: try claim()
        case ..<75: try finish()
        case ..<78: try cancel()
        case ..<80: try retry()
        case ..<84: try changeQueue()
        case ..<88: try prune()
        case ..<94: try changeSchedules()
        case ..<97: now = now.advanced(by: .milliseconds(number(-1_000...4_000)))
        default: reopen()
        }
    }

    private mutating func run<Answer>(
        _ command: (inout JobLedger, Timestamp, inout [JobEvent]) throws -> Answer
    ) rethrows -> Answer {
        var new: [JobEvent] = []
        let answer = try command(&ledger, now, &new)
        for event in new {
            do {
                try follower.fold(event)
            } catch {
                preconditionFailure("The follower refused an event: \(error)")
            }
        }
        events += new
        return answer
    }

    private mutating func enqueue() throws {
        let jobs = (0..<number(1...4)).map { _ in randomJob() }
        let plan = try run { try $0.enqueue(jobs, at: $1, into: &$2) }
        // Who asked is told what the ledger would say.
        let results = plan.results(for: jobs)
        #expect(results.map(\.record) == results.map { ledger.record(of: $0.record.id) })
        let added = results.filter { if case .enqueued = $0 { true } else { false } }
        #expect(plan.added(of: jobs).count == added.count)
        #expect(Set(added.map(\.record.id)).count == added.count)
    }

    private mutating func claim() throws {
        let request = ClaimRequest(
            queues: flip() ? nil : ["a", "nai\u{308}ve", "none"],
            limit: number(1...5),
            queueLimits: flip() ? [:] : ["a": number(0...3)],
            worker: "worker \(number(1...3))"
        )
        for claim in try run({ try $0.claim(request, at: $1, into: &$2) }).claims {
            held[claim.record.id] = claim.lease
        }
    }

    private mutating func finish() throws {
        guard let (id, lease) = held.min(by: { $0.key < $1.key }) else { return }
        held[id] = nil
        let request = FinishRequest(jobID: id, lease: lease, outcome: randomOutcome())
        _ = try run { try $0.finish([request], at: $1, into: &$2) }
    }

    private mutating func cancel() throws {
        let ids = (0..<2).map { _ in
            JobID(rawValue: UInt64.random(in: 0...ledger.nextJobID.rawValue, using: &generator))
        }
        _ = try run { try $0.cancel(ids, reason: "no", actor: "ada", at: $1, into: &$2) }
    }

    private mutating func retry() throws {
        let ids = (0..<4).map { _ in
            JobID(rawValue: UInt64.random(in: 0...ledger.nextJobID.rawValue, using: &generator))
        }
        _ = try run { try $0.retry(ids, reason: nil, actor: "ada", at: $1, into: &$2) }
    }

    private mutating func changeQueue() throws {
        let queue = randomQueue()
        if flip() {
            try run { try $0.pauseQueue(queue, reason: nil, actor: nil, at: $1, into: &$2) }
        } else {
            try run { try $0.resumeQueue(queue, actor: nil, at: $1, into: &$2) }
        }
    }

    private mutating func prune() throws {
        let (date, limit) = (now.advanced(by: .seconds(-number(0...2))).date, number(1...9))
        _ = try run { try $0.prune(finishedBefore: date, limit: limit, at: $1, into: &$2) }
    }

    private mutating func changeSchedules() throws {
        let key = "schedule \(number(1...3))"
        if number(0...9) == 0, ledger.schedulesByKey[TextKey(key)] != nil {
            return try run { try $0.removeSchedule(key: key, actor: nil, at: $1, into: &$2) }
        }
        let schedule = JobSchedule(
            key: key,
            interval: .milliseconds(number(1...3) * 700),
            nextRunAt: now.date,
            job: .sample()
        )
        _ = try run { try $0.setSchedule(schedule, actor: "ada", at: $1, into: &$2) }
        _ = try run { try $0.runDueSchedules(at: $1, into: &$2) }
    }

    private mutating func reopen() {
        if flip() { run { $0.close(at: $1, into: &$2) } }
        let gap = UInt64(number(0...1) * 5_000)
        run { ledger, now, events in
            let first = JobID(rawValue: ledger.nextJobID.rawValue + gap)
            ledger.open(.sample, firstJobID: first, at: now, into: &events)
        }
    }

    // MARK: Random values

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    private mutating func flip() -> Bool { Bool.random(using: &generator) }

    /// The last two look alike, and are two.
    private mutating func randomQueue() -> String {
        ["a", "b", "na\u{EF}ve", "nai\u{308}ve"][number(0...3)]
    }

    private mutating func randomJob() -> NewJob {
        NewJob(
            kind: "kind \(number(1...3))",
            queue: randomQueue(),
            payload: JobPayload(bytes: [1]),
            priority: JobPriority(rawValue: Int8(number(-2...2))),
            runAt: flip() ? nil : now.advanced(by: .milliseconds(number(-999...3_000))).date,
            maxAttempts: number(1...3),
            timeout: flip() ? nil : .nanoseconds(number(1...9_999_999)),
            uniqueKey: flip() ? nil : "u\(number(1...9))",
            idempotencyKey: number(0...3) > 0 ? nil : "i\(number(1...20))",
            scheduleKey: number(0...9) > 0 ? nil : "schedule 1",
            tags: flip() ? [] : ["tag"]
        )
    }

    private mutating func randomOutcome() -> JobOutcome {
        switch number(0...7) {
        case 0...2: .succeeded(output: flip() ? nil : [7])
        case 3: .retry(error: "no", runAt: now.advanced(by: .milliseconds(number(-9...2_000))).date)
        case 4: .discard(error: "bad")
        case 5: .cancel(reason: "obsolete")
        case 6: .snooze(until: now.advanced(by: .milliseconds(number(0...2_000))).date)
        default: .interrupted(reason: "stop")
        }
    }
}

extension StoreOwner {
    static let sample = StoreOwner(processID: 7, bootID: "boot", host: "host")
}

extension NewJob {
    static func sample(
        queue: String = "default",
        runAt: Date? = nil,
        uniqueKey: String? = nil,
        idempotencyKey: String? = nil
    ) -> NewJob {
        NewJob(
            kind: "mail",
            queue: queue,
            payload: JobPayload(bytes: [1, 2]),
            runAt: runAt,
            uniqueKey: uniqueKey,
            idempotencyKey: idempotencyKey
        )
    }
}

/// A small generator of numbers that look random and are the same on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
