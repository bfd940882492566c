/// What a runner tells of its doings as they happen.
///
/// Not to be confused with ``JobEvent``, the durable history: these events are for logs, metrics,
/// traces and tests, and are lost with the process.
@nonexhaustive
public enum RunnerEvent: Sendable {
    /// This runner enqueued a job, durably; it may have started, or even finished, before this is
    /// told.
    case enqueued(JobRecord)
    /// A due schedule enqueued a job, durably.
    case scheduled(JobRecord)
    /// A job is about to run. Not told of an attempt that was given up before.
    ///
    /// A claim is answered before what was written with it is synced: so the next attempt of a job
    /// may be told before the end of the one before. ``JobRecord/attempt`` tells them apart.
    case started(JobRecord)
    /// The end of an attempt is durable; the record is the job's new state.
    case finished(JobRecord, JobOutcome)
    /// The end of an attempt could not be recorded; the record is the job as it was claimed.
    ///
    /// With `staleLease` or `notFound` the job was cancelled, rescued or removed meanwhile; with
    /// another code the runner ends, and the next open of the store offers the job again if it has
    /// attempts left.
    case dropped(JobRecord, JobOutcome, BackendError)
    /// A job ignores that its task was cancelled; the runner goes on without it.
    case abandoned(JobRecord)
    /// The store could not do something for now; it is tried again after a while.
    case delayed(BackendError)
    /// The runner has ended, with what ended it unless it was asked to stop.
    ///
    /// The last one: what the store answers through a runner that has ended is not told.
    case stopped(BackendError?)
}

/// Someone who is told what a runner does: the seam for logs, metrics and traces.
///
/// ```swift
/// struct FailureLog: JobObserver {
///     let logger: Logger
///
///     func observe(_ event: RunnerEvent) {
///         if case .finished(let record, .retry(let error, _)) = event {
///             logger.warning("job \(record.id) failed: \(error)")
///         }
///     }
/// }
/// ```
public protocol JobObserver: Sendable {
    /// Takes note of an event.
    ///
    /// Called for one event after the other, in the order in which they were decided, by a task of
    /// the runner's own. Nobody waits for it but ``JobRunner/stop(gracePeriod:)`` and
    /// ``JobRunner/waitUntilIdle()``, which return when all before is told: behind a slow observer
    /// events pile up in memory, so hand over what takes long. To block in it until one of those
    /// returns is to wait for oneself.
    func observe(_ event: RunnerEvent)
}
