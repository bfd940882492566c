public import Foundation

extension JobRunner {
    /// Enqueues a job again and again at a fixed interval.
    ///
    /// The schedule is kept by the store and survives restarts: call this at every start of the
    /// program. A schedule never overlaps with itself: while its last job is not final, none is
    /// enqueued. Runs missed while no runner worked are made up for by one. Needs
    /// ``BackendAbilities/schedules``.
    ///
    /// - Parameters:
    ///   - job: What is enqueued each time.
    ///   - interval: The time between two runs, at least a millisecond.
    ///   - key: The schedule's name, unique in the store; the job's kind if `nil`.
    ///   - start: The time of the first run; one interval from now if `nil`. When the store has a
    ///     schedule of this name and interval already, the time of its next run is kept.
    ///   - options: What is to be said of each job; a time, a delay and an idempotency key are
    ///     refused, the actor is who sets the schedule.
    /// - Returns: The schedule as it now stands.
    /// - Throws: ``JobRunnerError/Code/invalidOptions``,
    ///   ``JobRunnerError/Code/encodingFailed``, and what
    ///   ``Backend/setSchedule(_:actor:)`` throws.
    @discardableResult
    public func schedule<Arguments: JobArguments>(
        _ job: Arguments,
        every interval: Duration,
        key: String? = nil,
        startingAt start: Date? = nil,
        options: JobOptions = JobOptions()
    ) async throws -> JobSchedule {
        guard options.runAt == nil, options.delay == nil, options.idempotencyKey == nil else {
            throw JobRunnerError(
                .invalidOptions,
                "Could not schedule \"\(Arguments.kind)\": a time, a delay or an idempotency key "
                    + "would hold for one run only. Use startingAt, or leave them out."
            )
        }
        let schedule = JobSchedule(
            key: key ?? Arguments.kind,
            interval: interval,
            nextRunAt: start ?? JobLimits.date(interval, after: backend.clock.now),
            job: try newJob(job, options)
        )
        let standing = try await backend.setSchedule(schedule, actor: options.actor)
        handle { $0.scheduleChanged(at: $1) }
        return standing
    }

    /// Removes a schedule; jobs it has enqueued stay.
    ///
    /// - Parameters:
    ///   - key: The schedule's name.
    ///   - actor: Who removes it, in words for people.
    /// - Throws: What ``Backend/removeSchedule(key:actor:)`` throws, `notFound` among it.
    public func unschedule(key: String, actor: String? = nil) async throws(BackendError) {
        try await backend.removeSchedule(key: key, actor: actor)
        handle { $0.scheduleChanged(at: $1) }
    }
}
