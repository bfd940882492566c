import Foundation
import LazyJobs
import Testing

@testable import JobLedger

@Suite("Claims from many queues")
struct ManyQueuesTests {
    private static let queues = (0..<40).map { "queue \($0)" }

    private var generator: SeededGenerator
    private var ledger = JobLedger()
    private var events: [JobEvent] = []
    private var now = Timestamp(microseconds: 1_000_000_000)
    private var paused: Set<String> = []
    private var running: [(id: JobID, lease: Lease)] = []

    init() {
        generator = SeededGenerator(seed: 0)
        let owner = StoreOwner(processID: 1, bootID: "", host: "")
        ledger.open(owner, firstJobID: JobID(rawValue: 1), at: now, into: &events)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    private mutating func enqueue() throws {
        let jobs = (0..<number(1...20)).map { _ in
            NewJob(
                kind: "k",
                queue: Self.queues[number(0...39)],
                payload: JobPayload(bytes: []),
                priority: JobPriority(rawValue: Int8(number(-2...2))),
                runAt: now.advanced(by: .milliseconds(number(-50...200))).date
            )
        }
        _ = try ledger.enqueue(jobs, at: now, into: &events)
    }

    private mutating func pauseOrResume() throws {
        let queue = Self.queues[number(0...39)]
        if paused.insert(queue).inserted {
            try ledger.pauseQueue(queue, reason: nil, actor: nil, at: now, into: &events)
        } else {
            paused.remove(queue)
            try ledger.resumeQueue(queue, actor: nil, at: now, into: &events)
        }
    }

    /// Gives jobs back, at their old time or another, and calls some off for a while.
    private mutating func giveBack() throws {
        for _ in 0..<min(running.count, number(0...20)) {
            let (id, lease) = running.remove(at: number(0...running.count - 1))
            let until = now.advanced(by: .milliseconds(number(-200...100))).date
            let outcome: JobOutcome =
                number(0...1) == 0 ? .interrupted(reason: "") : .snooze(until: until)
            let request = FinishRequest(jobID: id, lease: lease, outcome: outcome)
            _ = try ledger.finish([request], at: now, into: &events)
        }
        let some = (0..<9).map { _ in JobID(rawValue: UInt64(number(1...1000))) }
        _ = try ledger.cancel(some, reason: "", actor: nil, at: now, into: &events)
        let others = (0..<9).map { _ in JobID(rawValue: UInt64(number(1...1000))) }
        _ = try ledger.retry(others, reason: nil, actor: nil, at: now, into: &events)
        running.removeAll { some.contains($0.id) }
    }

    private mutating func randomRequest() -> ClaimRequest {
        var limits: [String: Int] = [:]
        for _ in 0..<number(0...1) * number(0...20) {
            limits[Self.queues[number(0...39)]] = number(0...3)
        }
        let named = (0..<number(1...20)).map { _ in Self.queues[number(0...39)] }
        return ClaimRequest(
            queues: number(0...1) == 0 ? nil : named,
            limit: number(1...30),
            queueLimits: limits,
            worker: "w"
        )
    }

    /// What the request must give, found by sorting all jobs.
    private func expected(_ request: ClaimRequest) -> [JobID] {
        let records = ledger.view().records
        var running: [String: Int] = [:]
        for record in records where record.state == .running {
            running[record.queue, default: 0] += 1
        }
        let waiting = records.filter { record in
            record.state.isWaiting && record.runAt <= now.date
                && !paused.contains(record.queue)
                && request.queues?.contains(record.queue) ?? true
        }
        let sorted = waiting.sorted { left, right in
            if left.priority != right.priority { return left.priority > right.priority }
            if left.runAt != right.runAt { return left.runAt < right.runAt }
            return left.id < right.id
        }
        var ids: [JobID] = []
        for record in sorted where ids.count < request.limit {
            let limit = request.queueLimits[record.queue] ?? .max
            guard running[record.queue, default: 0] < limit else { continue }
            running[record.queue, default: 0] += 1
            ids.append(record.id)
        }
        return ids
    }

    @Test(
        "take what sorting all jobs gives, whatever is named, limited, paused or given back",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    mutating func inOrder(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        for step in 0..<100 {
            try enqueue()
            if number(0...2) == 0 { try pauseOrResume() }
            now = now.advanced(by: .milliseconds(number(0...50)))
            let request = randomRequest()
            let expected = expected(request)
            let plan = try ledger.claim(request, at: now, into: &events)
            try #require(plan.claims.map(\.record.id) == expected, "seed \(seed), step \(step)")
            running += plan.claims.map { ($0.record.id, $0.lease) }
            try giveBack()
            ledger.checkInvariants()
        }
    }

    @Test("a job that comes back at a later time does not stand where it stood before")
    mutating func comesBackLater() throws {
        func job(_ queue: String, _ milliseconds: Int) -> NewJob {
            let runAt = now.advanced(by: .milliseconds(milliseconds)).date
            return NewJob(kind: "k", queue: queue, payload: JobPayload(bytes: []), runAt: runAt)
        }
        let jobs = [job("a", -100), job("a", -40), job("b", -20)]
        _ = try ledger.enqueue(jobs, at: now, into: &events)
        // Claims that name queues do not look at the order of all.
        let named = ClaimRequest(queues: ["a"], limit: 1, worker: "w")
        let first = try #require(try ledger.claim(named, at: now, into: &events).claims.first)
        let later = now.advanced(by: .milliseconds(-10)).date
        let snooze = FinishRequest(
            jobID: first.record.id,
            lease: first.lease,
            outcome: .snooze(until: later)
        )
        _ = try ledger.finish([snooze], at: now, into: &events)
        _ = try ledger.claim(named, at: now, into: &events)
        ledger.checkInvariants()
        let all = ClaimRequest(limit: 2, worker: "w")
        let claims = try ledger.claim(all, at: now, into: &events).claims
        #expect(claims.map(\.record.id.rawValue) == [3, 1])
    }

    @Test("a tally is not changed by what happens later")
    mutating func tally() throws {
        try enqueue()
        let (tally, stats) = (ledger.tally(), ledger.stats())
        for _ in 0..<10 { try enqueue() }
        _ = try ledger.claim(ClaimRequest(limit: 9, worker: "w"), at: now, into: &events)
        #expect(tally.stats() == stats)
        #expect(ledger.stats() != stats)
    }
}
