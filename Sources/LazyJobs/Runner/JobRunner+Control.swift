extension JobRunner {
    /// Calls off a job that is not final, and returns when that is durable.
    ///
    /// If the job runs in this runner, its task is cancelled; what it still returns or throws is
    /// of no account. If it runs in another one, it ends in vain.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - reason: Why, in words for people; kept in the history.
    ///   - actor: Who, in words for people; kept in the history.
    /// - Returns: The cancelled job.
    /// - Throws: `notFound`; `invalidState` when the job is final; and what
    ///   ``Backend/cancel(_:reason:actor:)`` throws.
    @discardableResult
    public func cancel(
        _ id: JobID,
        reason: String,
        actor: String? = nil
    ) async throws(BackendError) -> JobRecord {
        let results = try await backend.cancel([id], reason: reason, actor: actor)
        guard let result = results.first else {
            throw BackendError(
                .outcomeUnknown,
                "Could not cancel job \(id): the store gave no answer. Look up its state."
            )
        }
        let record = try result.get()
        handle { pool, now in
            pool.announce(.finished(record, .cancel(reason: JobLimits.cut(reason))))
            pool.revoked(record, at: now)
        }
        return record
    }

    /// Offers a job again by hand, at once, and returns when that is durable: one that waits, was
    /// discarded or was cancelled.
    ///
    /// The attempts that count stay, and it has at least one more. Needs
    /// ``BackendAbilities/retrying``.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - reason: Why, in words for people; kept in the history.
    ///   - actor: Who, in words for people; kept in the history.
    /// - Returns: The job as it waits now.
    /// - Throws: `notFound`; `invalidState` when it runs, has succeeded, has had
    ///   ``JobLimits/attemptsMax`` attempts, or when another job holds its unique key; and what
    ///   ``Backend/retry(_:reason:actor:)`` throws.
    @discardableResult
    public func retry(
        _ id: JobID,
        reason: String? = nil,
        actor: String? = nil
    ) async throws(BackendError) -> JobRecord {
        let results = try await backend.retry([id], reason: reason, actor: actor)
        guard let result = results.first else {
            throw BackendError(
                .outcomeUnknown,
                "Could not retry job \(id): the store gave no answer. Look up its state."
            )
        }
        return try result.get()
    }

    /// Stops claims from a queue, by all runners; what runs goes on.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - reason: Why, in words for people; kept in the history.
    ///   - actor: Who, in words for people; kept in the history.
    /// - Throws: What ``Backend/pauseQueue(_:reason:actor:)`` throws.
    public func pauseQueue(
        _ queue: String,
        reason: String? = nil,
        actor: String? = nil
    ) async throws(BackendError) {
        try await backend.pauseQueue(queue, reason: reason, actor: actor)
    }

    /// Allows claims from a queue again.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - actor: Who, in words for people; kept in the history.
    /// - Throws: What ``Backend/resumeQueue(_:actor:)`` throws.
    public func resumeQueue(_ queue: String, actor: String? = nil) async throws(BackendError) {
        try await backend.resumeQueue(queue, actor: actor)
    }
}
