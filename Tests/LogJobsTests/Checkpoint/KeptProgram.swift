import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// A random history with all that must outlive retired segments: schedules, pauses, ids and keys.
struct KeptProgram {
    private let store: TestStore
    private let configuration: LogBackend.Configuration
    private(set) var backend: LogBackend
    private var generator: SeededGenerator
    private var claimed: [ClaimedJob] = []
    private var stepCount = 0

    init(
        _ store: TestStore,
        _ configuration: LogBackend.Configuration = TestStore.configuration,
        seed: UInt64
    ) async throws {
        self.store = store
        self.configuration = configuration
        generator = SeededGenerator(seed: seed)
        backend = try await store.open(configuration)
    }

    mutating func step() async throws {
        stepCount += 1
        store.clock.advance(by: .seconds(Int.random(in: 0...9, using: &generator)))
        switch Int.random(in: 0..<16, using: &generator) {
        case 0..<5: _ = try await backend.enqueue(jobs())
        case 5, 6:
            let limit = Int.random(in: 1...9, using: &generator)
            claimed += try await backend.claim(ClaimRequest(limit: limit, worker: worker())).jobs
        case 7, 8, 9: try await finish()
        case 10: try await schedule()
        case 11: try await pause()
        case 12: _ = try await backend.prune(finishedBefore: store.clock.now, limit: 7)
        case 13: try await backend.takeCheckpoint()
        case 14: _ = try await backend.compact()
        default: try await reopen()
        }
    }

    private mutating func worker() -> String {
        "worker-\(Int.random(in: 0..<3, using: &generator))"
    }

    private mutating func jobs() -> [NewJob] {
        (0..<Int.random(in: 1...6, using: &generator)).map { _ in
            let size = Int.random(in: 0...4000, using: &generator)
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let number = Int.random(in: 0..<40, using: &generator)
            var job = NewJob(
                kind: "kind-\(number % 5)",
                queue: "queue-\(number % 3)",
                payload: JobPayload(bytes: bytes)
            )
            job.priority = JobPriority(rawValue: Int8(number % 7))
            if number % 4 == 0 { job.uniqueKey = "unique-\(number)" }
            if number % 5 == 0 { job.idempotencyKey = "once-\(number)" }
            if number % 6 == 0 { job.tags = ["a", "tag-\(number)"] }
            if number % 7 == 0 { job.metadata = ["from": "ann", "number": "\(number)"] }
            if number % 9 == 0 { job.runAt = store.clock.now + Double(number) }
            if number % 11 == 0 { job.timeout = .seconds(number) }
            return job
        }
    }

    private mutating func finish() async throws {
        guard !claimed.isEmpty else { return }
        let later = store.clock.now + Double(Int.random(in: 0...30, using: &generator))
        let job = claimed.remove(at: Int.random(in: 0..<claimed.count, using: &generator))
        let outcomes: [JobOutcome] = [
            .succeeded(output: [1]), .succeeded(), .retry(error: "e", runAt: later),
            .discard(error: "d"), .cancel(reason: "c"), .snooze(until: later, reason: "s"),
            .interrupted(reason: "i"),
        ]
        let outcome = outcomes[Int.random(in: 0..<outcomes.count, using: &generator)]
        let request = FinishRequest(jobID: job.record.id, lease: job.lease, outcome: outcome)
        _ = try await backend.finish([request])
    }

    private mutating func schedule() async throws {
        let key = "schedule-\(Int.random(in: 0..<3, using: &generator))"
        let isThere = try await backend.schedules().contains { $0.key == key }
        switch Int.random(in: 0..<3, using: &generator) {
        case 0:
            let schedule = JobSchedule(
                key: key,
                interval: .seconds(20),
                nextRunAt: store.clock.now,
                job: jobs()[0]
            )
            _ = try await backend.setSchedule(schedule, actor: "ann")
        case 1: _ = try await backend.runDueSchedules()
        default: if isThere { try await backend.removeSchedule(key: key, actor: nil) }
        }
    }

    private mutating func pause() async throws {
        let queue = "queue-\(Int.random(in: 0..<3, using: &generator))"
        if Bool.random(using: &generator) {
            try await backend.pauseQueue(queue, reason: "r", actor: "ann")
        } else {
            try await backend.resumeQueue(queue, actor: nil)
        }
    }

    private mutating func reopen() async throws {
        claimed = []
        if Bool.random(using: &generator) {
            try await backend.close()
        } else {
            await backend.abandonAndWait()
        }
        backend = try await store.open(configuration, pid: Int32(10 + stepCount))
    }
}
