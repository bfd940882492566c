import Foundation
import LazyJobs

/// A seeded program that runs on a store and on the model, and compares them at every step.
struct RandomProgram {
    private var generator: SeededGenerator
    private var model = ModelStore()
    private var held: [JobID: ClaimedJob] = [:]

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Runs so many steps; what goes wrong says at which step and after what.
    mutating func run(steps: Int, on trial: inout Trial) async throws {
        for index in 0..<steps {
            let step = Step.random(using: &generator)
            do {
                try await take(step, on: &trial)
                try await compare(on: trial)
            } catch let failure as ExpectationFailure {
                let message = "step \(index), \(step): \(failure.message)"
                throw ExpectationFailure(message: message, line: failure.line)
            }
        }
    }

    /// What a step does; the frequent ones stand more than once.
    private enum Step {
        case enqueue, claim, finish, cancel, retry, pause, resume, prune, advance, close, crash

        static func random(using generator: inout SeededGenerator) -> Step {
            switch Int.random(in: 0..<100, using: &generator) {
            case ..<30: .enqueue
            case ..<50: .claim
            case ..<75: .finish
            case ..<79: .cancel
            case ..<82: .retry
            case ..<85: .pause
            case ..<88: .resume
            case ..<90: .prune
            case ..<96: .advance
            case ..<98: .close
            default: .crash
            }
        }
    }

    private mutating func take(_ step: Step, on trial: inout Trial) async throws {
        switch step {
        case .enqueue: try await enqueue(on: trial)
        case .claim: try await claim(on: trial)
        case .finish: try await finish(on: trial)
        case .cancel: try await cancel(on: trial)
        case .retry: try await retry(on: trial)
        case .pause: try await pause(true, on: trial)
        case .resume: try await pause(false, on: trial)
        case .prune: try await prune(on: trial)
        case .advance: trial.clock.advance(by: .milliseconds(number(0...4_000)))
        case .close:
            try await trial.closeAndReopen()
            try await interrupt(on: trial)
            try await rescue(on: trial)
        case .crash:
            try await trial.crashAndReopen()
            try await rescue(on: trial)
        }
    }

    private func compare(on trial: Trial) async throws {
        let listed = try await trial.backend.list(JobQuery(limit: JobLimits.listCountMax))
        try expect(listed.map(\.id).sorted(), is: model.sorted.map(\.id), "jobs")
        for (found, expected) in zip(listed.sorted { $0.id < $1.id }, model.sorted) {
            try expect(found, is: expected, "job \(expected.id)")
        }
        try await trial.expectStatsAgreeWithList()
    }

    /// Compares the next due time, which may be that of the asked queues or of the whole store.
    private func compare(_ result: ClaimResult, to request: ClaimRequest, at now: Date) throws {
        if let next = result.nextDue { try expect(next > now, "the next due time has come") }
        // What is due and was left decides when to ask again, and not the next due time.
        guard request.queueLimits.isEmpty, result.jobs.count < request.limit else { return }
        guard let latest = model.nextDue(after: now, queues: request.queues) else { return }
        let next = try unwrap(result.nextDue, "the next due time")
        let earliest = model.nextDue(after: now)
        try expect(next <= latest, "the next due time is \(next), a job is due at \(latest)")
        try expect(next >= earliest ?? latest, "no job is due at \(next)")
    }

    // MARK: Steps

    private mutating func enqueue(on trial: Trial) async throws {
        let jobs = (0..<number(1...3)).map { _ in randomJob(at: trial.clock.now) }
        for (record, job) in zip(try await trial.enqueue(jobs), jobs) {
            let expected = JobRecord(enqueued: job, id: record.id, at: trial.clock.now)
            try expect(record, is: expected, "enqueued job")
            model.insert(record)
        }
    }

    private mutating func claim(on trial: Trial) async throws {
        let named: [String]? = flip() ? nil : [randomQueue(), randomQueue()]
        let request = ClaimRequest(
            queues: named,
            limit: number(1...4),
            queueLimits: flip() ? [:] : [randomQueue(): number(1...3)],
            worker: "worker \(number(1...3))"
        )
        let now = trial.clock.now
        let result = try await trial.backend.claim(request)
        let expected = model.claim(request, at: now)
        try expect(result.jobs.map(\.record.id), is: expected.map(\.id), "claimed jobs")
        try expect(result.jobs.map(\.record), is: expected, "claimed records")
        try compare(result, to: request, at: now)
        for job in result.jobs { held[job.record.id] = job }
    }

    private mutating func finish(on trial: Trial) async throws {
        guard let id = model.jobs(in: .running).randomElement(using: &generator)?.id else { return }
        let job = try unwrap(held[id], "the claim of job \(id)")
        let outcome = randomOutcome(of: job.record, at: trial.clock.now)
        let record = try await trial.finish(job, outcome)
        try expect(record, is: model.finish(id, outcome, at: trial.clock.now), "\(outcome)")
        try expectError(
            .staleLease,
            try await trial.backend.finish([FinishRequest(job, outcome)]).first
        )
    }

    private mutating func cancel(on trial: Trial) async throws {
        guard let record = model.sorted.randomElement(using: &generator) else { return }
        let ids = [record.id]
        let results = try await trial.backend.cancel(ids, reason: "not wanted", actor: nil)
        guard !record.state.isFinal else { return try expectError(.invalidState, results.first) }
        let expected = model.cancel(record.id, at: trial.clock.now)
        try expect(try results.first?.get(), is: expected, "cancelled job")
    }

    private mutating func retry(on trial: Trial) async throws {
        guard trial.backend.abilities.contains(.retrying) else { return }
        guard let record = model.sorted.randomElement(using: &generator) else { return }
        let results = try await trial.backend.retry([record.id], reason: nil, actor: nil)
        guard record.state != .running, record.state != .succeeded else {
            return try expectError(.invalidState, results.first)
        }
        let expected = model.retry(record.id, at: trial.clock.now)
        try expect(try results.first?.get(), is: expected, "retried job")
    }

    private mutating func pause(_ isPause: Bool, on trial: Trial) async throws {
        guard trial.backend.abilities.contains(.queueControl) else { return }
        let queue = randomQueue()
        if isPause {
            try await trial.backend.pauseQueue(queue, reason: nil, actor: nil)
            model.pausedQueues.insert(queue)
        } else {
            try await trial.backend.resumeQueue(queue, actor: nil)
            model.pausedQueues.remove(queue)
        }
        let paused = try await trial.backend.pausedQueues()
        try expect(paused, is: model.pausedQueues.sorted(), "paused queues")
    }

    private mutating func prune(on trial: Trial) async throws {
        guard trial.backend.abilities.contains(.pruning) else { return }
        let date = Timestamp(trial.clock.now).advanced(by: .seconds(-number(0...5))).date
        // Jobs that ended at one moment may be pruned in any order: all of them or none.
        let limit = JobLimits.batchCountMax
        let count = try await trial.backend.prune(finishedBefore: date, limit: limit)
        try expect(count, is: model.prune(finishedBefore: date, limit: limit), "pruned jobs")
    }

    /// Follows a store that gave the attempts of running jobs back when it was closed in order; it
    /// may leave them to be rescued instead.
    private mutating func interrupt(on trial: Trial) async throws {
        for record in model.jobs(in: .running) {
            let found = try await trial.record(of: record.id)
            guard found.attempt < record.attempt else { continue }
            _ = model.finish(record.id, .interrupted(reason: "closed"), at: trial.clock.now)
        }
    }

    private mutating func rescue(on trial: Trial) async throws {
        let listed = try await trial.backend.list(JobQuery(limit: JobLimits.listCountMax))
        let found = Dictionary(uniqueKeysWithValues: listed.map { ($0.id, $0) })
        for record in model.jobs(in: .running) {
            let rescued = try unwrap(found[record.id], "job \(record.id)")
            try expect(rescued.lastError?.isEmpty == false, "job \(record.id) has no error")
            try expect(rescued.runAt <= trial.clock.now, "job \(record.id) is not due")
        }
        model.rescue(at: trial.clock.now) { found[$0] }
    }

    // MARK: Random values

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    private mutating func flip() -> Bool {
        Bool.random(using: &generator)
    }

    private mutating func randomQueue() -> String {
        ["a", "b", "c"][number(0...2)]
    }

    private mutating func randomJob(at now: Date) -> NewJob {
        let runAt = Timestamp(now).advanced(by: .milliseconds(number(-2_000...4_000))).date
        return .sample(
            "kind \(number(1...2))",
            queue: randomQueue(),
            priority: Int8(number(-1...1)),
            runAt: flip() ? nil : runAt,
            maxAttempts: number(1...3)
        )
    }

    private mutating func randomOutcome(of record: JobRecord, at now: Date) -> JobOutcome {
        let later = Timestamp(now).advanced(by: .milliseconds(number(0...3_000))).date
        switch number(0...9) {
        case 0...3: return .succeeded(output: flip() ? nil : [1])
        case 4...5 where record.attempt < record.maxAttempts:
            return .retry(error: "error \(number(1...9))", runAt: later)
        case 6: return .cancel(reason: "obsolete")
        case 7: return .snooze(until: later)
        case 8: return .interrupted(reason: "stop")
        default: return .discard(error: "error \(number(1...9))")
        }
    }
}
