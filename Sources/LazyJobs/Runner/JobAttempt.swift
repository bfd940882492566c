import Foundation
import Synchronization

/// One attempt of one job: what is shared by the job's task, its context and the worker pool.
final class JobAttempt: Sendable {
    /// How the job's task came to its end.
    enum End: Sendable {
        case returned
        case threw(any Error)
    }

    let token: WorkerPool.Token
    let job: ClaimedJob
    private let progress = Mutex(Progress())

    private struct Progress {
        var prepared: JobRegistry.Prepared?
        var output: [UInt8]?
        var end: End?
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    init(token: WorkerPool.Token, job: ClaimedJob) {
        self.token = token
        self.job = job
    }

    /// The job is decoded, and begins unless it was cancelled before.
    ///
    /// - Throws: `CancellationError`.
    func keep(prepared: JobRegistry.Prepared) throws(CancellationError) {
        let isCancelled = progress.withLock { progress in
            progress.prepared = prepared
            return progress.isCancelled
        }
        if isCancelled { throw CancellationError() }
    }

    func keep(output: [UInt8]) {
        progress.withLock { $0.output = output }
    }

    func keep(end: End) {
        progress.withLock { $0.end = end }
    }

    /// Makes the job's task.
    ///
    /// Under the lock, so that whoever cancels it from now on finds it; one that was cancelled
    /// before sees that when it is decoded.
    func start(_ work: @escaping @Sendable () async -> Void) {
        // Detached, so that jobs do not inherit the task-locals of whoever woke the runner.
        progress.withLock { $0.task = Task.detached { await work() } }
    }

    /// The job is to be cancelled: it does not begin any more, unless it has begun.
    ///
    /// - Returns: The task to be cancelled, if it is made. That calls the handlers that the job
    ///   has for it, so not to be done under a lock.
    func giveUp() -> Task<Void, Never>? {
        progress.withLock { progress in
            progress.isCancelled = true
            return progress.task
        }
    }

    /// What is to be recorded of a clean end, if it came in time; `nil` of any other end.
    var success: JobOutcome? {
        let progress = progress.withLock { $0 }
        guard case .returned = progress.end else { return nil }
        return .succeeded(output: progress.output)
    }

    /// What is to be recorded of the attempt.
    ///
    /// Asks the job for its retry delay, so not to be called under a lock.
    ///
    /// - Parameters:
    ///   - verdict: What the pool says of the attempt's end.
    ///   - now: The wall clock's time.
    /// - Returns: An outcome that every store accepts: texts are cut, times are bounded.
    func outcome(_ verdict: WorkerPool.Verdict, now: Date) -> JobOutcome {
        let progress = progress.withLock { $0 }
        switch (verdict, progress.end) {
        case (.timedOut, _):
            let timeout = job.record.timeout ?? .zero
            return failure(JobTimeoutError(timeout: timeout), progress.prepared, now)
        case (.ownEnd, .returned), (.interrupted, .returned):
            return .succeeded(output: progress.output)
        case (_, .threw(let control as JobControl)):
            return control.outcome(now: now)
        case (.ownEnd, .threw(let error)):
            return failure(error, progress.prepared, now)
        case (.interrupted, _), (.ownEnd, nil):
            return .interrupted(reason: Self.stopReason)
        }
    }

    /// What the history says of attempts that a stop cut off.
    static let stopReason = "the runner stopped"

    private func failure(
        _ error: any Error,
        _ prepared: JobRegistry.Prepared?,
        _ now: Date
    ) -> JobOutcome {
        let text = JobLimits.cut(Self.text(for: error))
        let attempt = job.record.attempt
        guard attempt < job.record.maxAttempts else { return .discard(error: text) }
        let delay =
            prepared?.retryDelay(attempt, error) ?? RetryPolicy.default.delay(attempt: attempt)
        return .retry(error: text, runAt: JobLimits.date(delay, after: now))
    }

    private static func text(for error: any Error) -> String {
        (error as? any LocalizedError)?.errorDescription ?? String(describing: error)
    }
}

extension JobControl {
    fileprivate func outcome(now: Date) -> JobOutcome {
        switch decision {
        case .snoozeFor(let duration, let reason):
            .snooze(
                until: JobLimits.date(duration, after: now),
                reason: reason.map { JobLimits.cut($0) }
            )
        case .snoozeUntil(let date, let reason):
            .snooze(until: JobLimits.bounded(date), reason: reason.map { JobLimits.cut($0) })
        case .cancel(let reason): .cancel(reason: JobLimits.cut(reason))
        case .discard(let reason): .discard(error: JobLimits.cut(reason))
        }
    }
}

extension JobLimits {
    /// The time a delay after another; not before it, and not after the last allowed time.
    static func date(_ delay: Duration, after date: Date) -> Date {
        bounded(Timestamp(date).advanced(by: max(.zero, delay)).date)
    }

    /// The nearest time that a job may carry.
    static func bounded(_ date: Date) -> Date {
        Timestamp(date).date
    }
}
