import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Synchronization

/// Performs commands on a store, and notes what it was answered.
struct SimulatedCaller: Sendable {
    /// The jobs that are held by all callers together.
    final class Hands: Sendable {
        private let state = Mutex((held: [ClaimedJob](), given: [ClaimedJob]()))

        func take(_ jobs: [ClaimedJob]) { state.withLock { $0.held += jobs } }

        /// Gives one out of the hand.
        func give(_ pick: Int) -> ClaimedJob? {
            state.withLock { state in
                guard !state.held.isEmpty else { return nil }
                let job = state.held.remove(at: pick % state.held.count)
                state.given.append(job)
                return job
            }
        }

        /// One that was given out of the hand before.
        func given(_ pick: Int) -> ClaimedJob? {
            state.withLock { $0.given.isEmpty ? nil : $0.given[pick % $0.given.count] }
        }

        /// The process ends: nothing is held any more.
        func drop() {
            state.withLock { state in
                state.given += state.held
                state.held = []
            }
        }
    }

    let backend: LogBackend
    let disk: SimulatedFileSystem
    let clock: ManualClock
    let journal: Journal
    let hands: Hands
    let durability: Durability
    /// Whether calls of the disk fail in this life: then the store may say so.
    let mayFail: Bool
    /// Whether there may be no room on the disk in this life.
    let mayBeFull: Bool

    func perform(_ command: SimulatedCommand) async {
        do throws(BackendError) {
            try await run(command)
        } catch {
            guard !disk.isCrashed else { return }
            let codes: [BackendError.Code] =
                mayFail ? [.outcomeUnknown, .poisoned, .storageFull, .unavailable] : []
            let isExpected =
                codes.contains(error.code) || command.allows(error.code)
                || mayBeFull && error.code == .storageFull && !command.isEnd
            if !isExpected { journal.fail("\(command) is answered: \(error)") }
        }
    }

    private func run(_ command: SimulatedCommand) async throws(BackendError) {
        switch command {
        case .enqueue(let count, let size, let delay, let key):
            try await enqueue(count, size: size, delay: delay, key: key)
        case .claim(let limit, let queue): try await claim(limit, queue)
        case .finish(let pick, let outcome):
            if let job = hands.give(pick) { try await finish([job], outcome) }
        case .finishAll:
            var jobs: [ClaimedJob] = []
            while let job = hands.give(0) { jobs.append(job) }
            if !jobs.isEmpty { try await finish(jobs, 0) }
        case .finishStale(let pick): try await finishStale(pick)
        case .cancel(let pick): try await cancel(pick)
        case .retry(let pick): try await retry(pick)
        case .prune: try await prune()
        case .pause(let queue): try await pause(Self.queue(queue))
        case .resume(let queue): try await backend.resumeQueue(Self.queue(queue), actor: nil)
        case .schedule(let key): try await schedule(key)
        case .removeSchedule(let key):
            try await backend.removeSchedule(key: "s\(key)", actor: "ada")
        case .runSchedules: try await runSchedules()
        case .checkpoint: try await backend.takeCheckpoint()
        case .compact: _ = try await backend.compact()
        case .keep: await keep()
        case .history(let pick): try await history(pick)
        case .wait(let seconds): try await wait(.seconds(seconds))
        }
    }

    /// Notes a fact, unless the machine went off before the answer was there.
    private func note(
        _ story: String,
        isClaim: Bool = false,
        isIn: @escaping @Sendable (WrittenLog) -> Bool
    ) {
        guard !disk.isCrashed else { return }
        journal.note(story, isDurable: durability == .synced && !isClaim, isIn: isIn)
    }

    private static func queue(_ number: Int) -> String { ["a", "b", "c"][number % 3] }
}

// MARK: - Commands

extension SimulatedCaller {
    private static func bytes(_ count: Int, seed: Int) -> [UInt8] {
        // What deflate cannot shrink, so that segments fill as sizes say.
        var generator = SeededGenerator(seed: UInt64(seed))
        // Words: without optimisation, to draw each byte takes as long.
        let words = (0..<(count + 7) / 8).map { _ in generator.next() }
        var bytes = unsafe words.withUnsafeBytes { unsafe Array($0) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    private func enqueue(
        _ count: Int,
        size: Int,
        delay: Int,
        key: Int?
    ) async throws(BackendError) {
        let request = journal.nextRequest()
        let jobs = (0..<count).map { index in
            NewJob(
                kind: "k\(request % 3)",
                queue: Self.queue(request + index),
                payload: JobPayload(bytes: Self.bytes(size, seed: request)),
                priority: JobPriority(rawValue: Int8(index % 3) - 1),
                runAt: delay > 0 ? clock.now.addingTimeInterval(Double(delay)) : nil,
                maxAttempts: 1 + request % 4,
                uniqueKey: count == 1 ? key.map { "u\($0)" } : nil,
                tags: ["r\(request)"],
                metadata: ["n": "\(index)"],
                actor: "caller"
            )
        }
        journal.beginBatch("r\(request)", count: count)
        let results = try await backend.enqueue(jobs)
        guard !disk.isCrashed else { return }
        for (result, job) in zip(results, jobs) {
            let id = result.record.id
            if case .enqueued = result { journal.learn(id, job) }
            note("\(result)") { $0.histories[id]?.first?.transition?.kind == .enqueued }
        }
    }

    private func claim(_ limit: Int, _ queue: Int?) async throws(BackendError) {
        let worker = "w\(journal.nextRequest())"
        let queues = queue.map { [Self.queue($0)] }
        let request = ClaimRequest(queues: queues, limit: limit, worker: worker)
        let jobs = try await backend.claim(request).jobs
        guard !disk.isCrashed else { return }
        hands.take(jobs)
        for job in jobs {
            let id = job.record.id
            journal.learn(job.lease)
            let isUnread = mayFail && job.payload == nil
            if let known = journal.job(id), job.payload != known.payload, !isUnread {
                journal.fail("job \(id) is claimed with another payload")
            }
            note("claim of job \(id) by \(worker)", isClaim: true) { $0.has(id, .claimed, worker) }
        }
    }

    private func finish(_ jobs: [ClaimedJob], _ number: Int) async throws(BackendError) {
        let words = "e\(journal.nextRequest())"
        let later = clock.now.addingTimeInterval(Double(number % 7))
        let (outcome, kind): (JobOutcome, JobTransition.Kind) =
            switch number % 10 {
            case 0...4: (.succeeded(output: Array(words.utf8)), .succeeded)
            case 5, 6: (.retry(error: words, runAt: later), .retried)
            case 7: (.snooze(until: later, reason: words), .snoozed)
            case 8: (.interrupted(reason: words), .interrupted)
            default: (.discard(error: words), .discarded)
            }
        let requests = jobs.map { job in
            FinishRequest(jobID: job.record.id, lease: job.lease, outcome: outcome)
        }
        for (job, result) in zip(jobs, try await backend.finish(requests)) {
            let id = job.record.id
            switch result {
            case .success: note("\(kind) of job \(id), \(words)") { $0.has(id, kind, words) }
            case .failure(let error):
                expect([.staleLease, .notFound], error, "finish of job \(id)")
            }
        }
    }

    private func finishStale(_ pick: Int) async throws(BackendError) {
        guard let job = hands.given(pick) else { return }
        // The attempt may be in the middle of its end, by another caller.
        guard try await backend.record(of: job.record.id)?.state != .running else { return }
        let outcome = JobOutcome.succeeded(output: Array("stale".utf8))
        let request = FinishRequest(jobID: job.record.id, lease: job.lease, outcome: outcome)
        for result in try await backend.finish([request]) where !disk.isCrashed {
            if case .failure(let error) = result {
                expect([.staleLease, .notFound], error, "stale finish")
            } else {
                journal.fail("job \(job.record.id) is ended by a lease that was given back")
            }
        }
    }

    private func cancel(_ pick: Int) async throws(BackendError) {
        guard let id = picked(pick) else { return }
        let words = "c\(journal.nextRequest())"
        for result in try await backend.cancel([id], reason: words, actor: "ada") {
            switch result {
            case .success: note("cancel of job \(id)") { $0.has(id, .cancelled, words) }
            case .failure(let error): expect([.notFound, .invalidState], error, "cancel")
            }
        }
    }

    private func retry(_ pick: Int) async throws(BackendError) {
        guard let id = picked(pick) else { return }
        let words = "q\(journal.nextRequest())"
        for result in try await backend.retry([id], reason: words, actor: "ada") {
            switch result {
            case .success: note("retry of job \(id)") { $0.has(id, .requeued, words) }
            case .failure(let error): expect([.notFound, .invalidState], error, "retry")
            }
        }
    }

    private func prune() async throws(BackendError) {
        let count = try await backend.prune(finishedBefore: clock.now, limit: 10)
        guard !disk.isCrashed else { return }
        let least = journal.addPruned(count)
        note("\(least) pruned jobs") { $0.prunedCount >= least }
    }

    private func keep() async {
        let report = await backend.keepNow()
        guard let failure = report.failure, !mayFail, !disk.isCrashed else { return }
        guard !mayBeFull || failure.code != .storageFull else { return }
        journal.fail("upkeep fails: \(failure)")
    }

    private func pause(_ queue: String) async throws(BackendError) {
        try await backend.pauseQueue(queue, reason: "wait", actor: "ada")
        note("pause of queue \(queue)") { log in
            log.events.contains { event in
                if case .queue(.paused(queue, _, _)) = event.body { true } else { false }
            }
        }
    }

    private func schedule(_ key: Int) async throws(BackendError) {
        let actor = "a\(journal.nextRequest())"
        let schedule = JobSchedule(
            key: "s\(key)",
            interval: .seconds(5 + key),
            nextRunAt: clock.now.addingTimeInterval(1),
            job: NewJob(
                kind: "scheduled",
                queue: Self.queue(key),
                payload: JobPayload(bytes: Array(actor.utf8)),
                actor: actor
            )
        )
        _ = try await backend.setSchedule(schedule, actor: actor)
        note("schedule by \(actor)") { log in
            log.events.contains { event in
                if case .schedule(.set(_, actor)) = event.body { true } else { false }
            }
        }
    }

    private func runSchedules() async throws(BackendError) {
        for record in try await backend.runDueSchedules().enqueued {
            note("scheduled job \(record.id)") { $0.histories[record.id] != nil }
        }
    }

    private func history(_ pick: Int) async throws(BackendError) {
        guard let id = picked(pick) else { return }
        let events = try await backend.history(of: id).filter { $0.transition?.kind != .carried }
        guard !disk.isCrashed else { return }
        let versions = events.compactMap { $0.transition?.version }
        if versions != Array(0..<UInt32(events.count)) {
            journal.fail("the history of job \(id) has gaps: \(versions)")
        }
        note("history of job \(id)") { $0.histories[id]?.starts(with: events) ?? events.isEmpty }
    }

    private func wait(_ duration: Duration) async throws(BackendError) {
        let count = journal.factCount
        clock.advance(by: duration)
        backend.engine.timerFired()
        // Answered when the writer has seen the timer.
        _ = try await backend.stats()
        guard !disk.isCrashed, duration >= SimulationPlan.syncInterval else { return }
        journal.makeDurable(count)
    }

    private func picked(_ pick: Int) -> JobID? {
        let ids = journal.ids
        return ids.isEmpty ? nil : ids[pick % ids.count]
    }

    private func expect(_ codes: [BackendError.Code], _ error: BackendError, _ what: String) {
        if !codes.contains(error.code), !disk.isCrashed { journal.fail("\(what): \(error)") }
    }
}

extension SimulatedCommand {
    /// Whether it ends what runs, for which there is room on a full disk.
    fileprivate var isEnd: Bool {
        switch self {
        case .finish, .finishAll, .finishStale: true
        default: false
        }
    }

    /// Whether a store in order may refuse it so.
    fileprivate func allows(_ code: BackendError.Code) -> Bool {
        if case .removeSchedule = self { code == .notFound } else { false }
    }
}
