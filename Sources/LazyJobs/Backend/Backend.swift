public import Foundation

/// Where jobs are kept: the one seam between the runner and a store.
///
/// What the methods mean is written as code in `BackendConformance` (module LazyJobsTesting); run
/// it against your own backend. The rules that hold for all of them:
///
/// - A call returns its true outcome even when the calling task is cancelled meanwhile; it never
///   throws `CancellationError`.
/// - A call that throws changed nothing, except with ``BackendError/Code/outcomeUnknown``.
/// - What a call has returned is durable as far as the backend's documentation promises, and so is
///   everything that the answer was based on. A claim alone may be answered earlier, once it
///   survives the death of the process.
/// - Calls may come from any number of tasks at once.
public protocol Backend: Sendable {
    /// The time by which jobs are due. Runners on this backend use it too.
    var clock: any JobClock { get }

    /// What the backend can do beyond its duty.
    var abilities: BackendAbilities { get }

    /// Adds jobs, all or none, and returns when they are durable.
    ///
    /// - Parameter jobs: At most ``JobLimits/batchCountMax``; none is allowed and does nothing.
    /// - Returns: One result for each job, in their order.
    /// - Throws: `invalidRequest`, `unsupported`, `storageFull`, `unavailable`, `outcomeUnknown`,
    ///   `poisoned`, `closed`.
    func enqueue(_ jobs: [NewJob]) async throws(BackendError) -> [EnqueueResult]

    /// Takes due jobs: by priority, then run-at time, then id. No job is ever given to two.
    ///
    /// Jobs of paused queues, and of queues at their limit, are passed over. Does not wait for
    /// jobs to become due; see ``signals()``.
    ///
    /// - Parameter request: How many, for whom and from where.
    /// - Returns: The jobs with their leases, and when to ask again.
    /// - Throws: `invalidRequest`, `storageFull`, `unavailable`, `outcomeUnknown`, `poisoned`,
    ///   `closed`.
    func claim(_ request: ClaimRequest) async throws(BackendError) -> ClaimResult

    /// Records how attempts ended, and returns when that is durable.
    ///
    /// - Parameter requests: At most ``JobLimits/batchCountMax``; each stands for itself.
    /// - Returns: For each request the job's new state, or `staleLease`, `notFound` or
    ///   `invalidRequest`, in their order.
    /// - Throws: What concerns all of them: `unavailable`, `outcomeUnknown`, `poisoned`, `closed`.
    func finish(_ requests: [FinishRequest]) async throws(BackendError) -> [FinishResult]

    /// Calls off jobs that are not final, the running ones too: their leases end at once.
    ///
    /// - Parameters:
    ///   - ids: At most ``JobLimits/batchCountMax``; each stands for itself.
    ///   - reason: Why, in words for people; kept in the history.
    ///   - actor: Who, in words for people; kept in the history.
    /// - Returns: For each id the job's new state, or `notFound` or `invalidState`.
    /// - Throws: As ``finish(_:)``.
    func cancel(
        _ ids: [JobID],
        reason: String,
        actor: String?
    ) async throws(BackendError) -> [FinishResult]

    /// Looks up one job.
    ///
    /// - Returns: Its state, or `nil` when the store has no such job (any more).
    /// - Throws: `unavailable`, `poisoned`, `closed`.
    func record(of id: JobID) async throws(BackendError) -> JobRecord?

    /// Reads the arguments of one job.
    ///
    /// - Returns: The payload, or `nil` when the store has no such job (any more).
    /// - Throws: `unavailable`, `corruption`, `poisoned`, `closed`.
    func payload(of id: JobID) async throws(BackendError) -> JobPayload?

    /// Lists jobs, the one that changed last first, or by id.
    ///
    /// - Throws: `invalidRequest`, `unavailable`, `poisoned`, `closed`.
    func list(_ query: JobQuery) async throws(BackendError) -> [JobRecord]

    /// Counts the jobs.
    ///
    /// - Throws: `unavailable`, `poisoned`, `closed`.
    func stats() async throws(BackendError) -> JobStats

    /// Tells whenever a claim or a schedule may have become possible sooner than was known: jobs
    /// were enqueued or freed, a queue was resumed, a schedule was set.
    ///
    /// Signals merge: one unread signal stands for any number. A spurious one does no harm. The
    /// stream ends when the backend is closed.
    func signals() -> AsyncStream<Void>

    /// Gives the store back: waits for what was handed over, and refuses what comes later with
    /// `closed`. Closing twice is allowed and does nothing.
    ///
    /// - Throws: `outcomeUnknown` or `poisoned` when something could not be made durable.
    func close() async throws(BackendError)

    // MARK: Abilities

    /// The history of one job, oldest first. Needs ``BackendAbilities/history``.
    ///
    /// - Returns: Its events; empty when the store has never had such a job, or has dropped its
    ///   events.
    /// - Throws: `unsupported`, `unavailable`, `corruption`, `poisoned`, `closed`.
    func history(of id: JobID) async throws(BackendError) -> [JobEvent]

    /// Makes a schedule, or replaces the content of the one with the same key; the time of its
    /// next run is kept if it has the same interval. Needs ``BackendAbilities/schedules``.
    ///
    /// - Returns: The schedule as it now stands.
    /// - Throws: As ``enqueue(_:)``.
    func setSchedule(
        _ schedule: JobSchedule,
        actor: String?
    ) async throws(BackendError) -> JobSchedule

    /// Removes a schedule; jobs it has enqueued stay. Needs ``BackendAbilities/schedules``.
    ///
    /// - Throws: `notFound`, and as ``enqueue(_:)``.
    func removeSchedule(key: String, actor: String?) async throws(BackendError)

    /// The schedules, sorted by key. Needs ``BackendAbilities/schedules``.
    ///
    /// - Throws: `unsupported`, `unavailable`, `poisoned`, `closed`.
    func schedules() async throws(BackendError) -> [JobSchedule]

    /// Enqueues the job of every schedule that is due, and moves the schedule on, as one.
    ///
    /// A schedule whose last job is not final enqueues none: it never overlaps with itself. The
    /// next time is the first one after now on the grid of the schedule's interval. Needs
    /// ``BackendAbilities/schedules``.
    ///
    /// - Throws: As ``enqueue(_:)``.
    func runDueSchedules() async throws(BackendError) -> ScheduleResult

    /// Stops claims from a queue; what runs goes on. Pausing twice is allowed. Needs
    /// ``BackendAbilities/queueControl``.
    ///
    /// - Throws: As ``enqueue(_:)``.
    func pauseQueue(_ queue: String, reason: String?, actor: String?) async throws(BackendError)

    /// Allows claims from a queue again. Needs ``BackendAbilities/queueControl``.
    ///
    /// - Throws: As ``enqueue(_:)``.
    func resumeQueue(_ queue: String, actor: String?) async throws(BackendError)

    /// The paused queues, sorted. Needs ``BackendAbilities/queueControl``.
    ///
    /// - Throws: `unsupported`, `unavailable`, `poisoned`, `closed`.
    func pausedQueues() async throws(BackendError) -> [String]

    /// Offers jobs again by hand, at once: those that wait, were discarded or cancelled. Needs
    /// ``BackendAbilities/retrying``.
    ///
    /// The attempts that count stay, and each job has at least one more. A job that waits and is
    /// due already keeps its place. A unique key is taken again.
    ///
    /// - Parameters:
    ///   - ids: At most ``JobLimits/batchCountMax``; each stands for itself.
    ///   - reason: Why, in words for people; kept in the history.
    ///   - actor: Who, in words for people; kept in the history.
    /// - Returns: For each id the job's new state, or `notFound`, or `invalidState`: the job runs,
    ///   has succeeded, has had ``JobLimits/attemptsMax`` attempts, or its unique key is held by
    ///   another job.
    /// - Throws: As ``enqueue(_:)``.
    func retry(
        _ ids: [JobID],
        reason: String?,
        actor: String?
    ) async throws(BackendError) -> [FinishResult]

    /// Removes final jobs that ended before a time, oldest first. Needs
    /// ``BackendAbilities/pruning``.
    ///
    /// - Parameters:
    ///   - date: Jobs that ended before it are removed.
    ///   - limit: How many at the most, from 1 to ``JobLimits/batchCountMax``.
    /// - Returns: How many were removed.
    /// - Throws: As ``enqueue(_:)``.
    func prune(finishedBefore date: Date, limit: Int) async throws(BackendError) -> Int
}
