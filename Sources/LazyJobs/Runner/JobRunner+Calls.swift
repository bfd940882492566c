import Foundation
import Synchronization

/// What the runner's own tasks do. None of them is ever cancelled but the listener and the tasks of
/// jobs; so whatever happens to a caller, claims are answered and ends recorded.
extension JobRunner {
    /// Works one attempt, in a task of its own.
    func work(_ attempt: JobAttempt) async {
        let end: JobAttempt.End
        do {
            let prepared = try registry.withLock { $0 }.prepare(attempt.job, coders: coders)
            try attempt.keep(prepared: prepared)
            try begin(attempt)
            let context = JobContext(attempt: attempt, runner: self)
            try await Self.$current.withValue(self) { try await prepared.work(context) }
            end = .returned
        } catch {
            end = .threw(error)
        }
        attempt.keep(end: end)
        let success = attempt.success
        handle { $0.returned(attempt.token, success, at: $1) }
    }

    /// Tells that an attempt begins, if anybody hears it and it has not been given up meanwhile.
    private func begin(_ attempt: JobAttempt) throws(CancellationError) {
        guard hub.isHeard else { return }
        let begins = handle { pool, _ in pool.begins(attempt.token) }
        if !begins { throw CancellationError() }
    }

    /// Works out what is to be recorded of an attempt.
    func judge(_ token: WorkerPool.Token, _ verdict: WorkerPool.Verdict) {
        guard let attempt = core.withLock({ $0.attempts[token] }) else { return }
        let outcome = attempt.outcome(verdict, now: backend.clock.now)
        handle { $0.judged(token, outcome, at: $1) }
    }

    func carryOut(_ claim: ClaimsUnderway.Claim) async {
        let request = ClaimRequest(
            queues: configuration.queues,
            limit: claim.limit,
            queueLimits: configuration.queueLimits,
            worker: configuration.worker
        )
        do {
            let result = try await backend.claim(request)
            let dueIn = duration(until: result.nextDue)
            handle { $0.claimed(result.jobs, of: claim, dueIn: dueIn, at: $1) }
        } catch {
            handle { $0.claimFailed(error, of: claim, at: $1) }
        }
    }

    func runSchedules() async {
        do {
            let result = try await backend.runDueSchedules()
            let dueIn = duration(until: result.nextDue)
            handle { $0.schedulesRun(result.enqueued, dueIn: dueIn, at: $1) }
        } catch {
            handle { $0.schedulesFailed(error, at: $1) }
        }
    }

    func finish(_ batch: [WorkerPool.Completion]) async {
        do {
            let results = try await backend.finish(batch.map(\.request))
            handle { $0.finished(batch, results, at: $1) }
        } catch {
            handle { $0.finishFailed(batch, error, at: $1) }
        }
    }

    func listen(to signals: AsyncStream<Void>) async {
        for await _ in signals {
            handle { $0.signalled(at: $1) }
        }
    }

    func close() async {
        let listener = core.withLock(\.listener)
        listener?.cancel()
        await listener?.value
        await alarm.end()
        var failure: BackendError?
        if configuration.closesBackend {
            do { try await backend.close() } catch { failure = error }
        }
        handle { $0.closed(failure, at: $1) }
    }

    private func duration(until date: Date?) -> Duration? {
        date.map { Timestamp($0).since(Timestamp(backend.clock.now)) }
    }
}
