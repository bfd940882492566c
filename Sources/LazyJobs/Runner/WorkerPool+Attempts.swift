/// The life of an attempt, from its start to the return of its task.
extension WorkerPool {
    /// One attempt of a job whose task has not returned, or whose outcome is being worked out.
    struct Attempt: Sendable {
        let job: ClaimedJob
        var stage: Stage
        var hasReturned = false

        enum Stage: Sendable, Equatable {
            /// Runs, at the longest until its time is up. Becomes leaving or judging.
            case running(until: Duration?)
            /// Its task was cancelled and has a while to return. Becomes judging, or abandoned
            /// when there is nothing to judge.
            case leaving(Reason, until: Duration)
            /// Its outcome is being worked out. Ends, or becomes abandoned if its task has not
            /// returned.
            case judging
            /// Recorded, and its worker is free, but its task goes on. Ends when it returns.
            case abandoned
        }

        /// Why a task was cancelled.
        enum Reason: Sendable, Equatable {
            case timedOut
            case interrupted
            /// The lease has ended: there is nothing to record.
            case revoked
        }

        /// When the pool must look at it again.
        var deadline: Duration? {
            switch stage {
            case .running(let until): until
            case .leaving(_, let until): until
            case .judging, .abandoned: nil
            }
        }
    }

    mutating func start(_ job: ClaimedJob, _ now: Duration) {
        lastToken += 1
        let deadline = job.record.timeout.map { now + $0 }
        attempts[lastToken] = Attempt(job: job, stage: .running(until: deadline))
        busyCount += 1
        note(deadline)
        orders.append(.start(lastToken, job))
    }

    /// The job of an attempt is decoded, and begins unless the attempt has been given up: its end
    /// may be told already.
    mutating func begins(_ token: Token) -> Bool {
        guard let attempt = attempts[token], case .running = attempt.stage else { return false }
        announce(.started(attempt.job.record))
        return true
    }

    /// The task of an attempt has returned.
    ///
    /// - Parameters:
    ///   - token: The attempt.
    ///   - success: What is to be recorded if its job came to a clean end in time; whatever else
    ///     happened is worked out first.
    ///   - now: When.
    mutating func returned(_ token: Token, _ success: JobOutcome? = nil, at now: Duration) {
        guard let attempt = attempts[token] else { return }
        attempts[token]?.hasReturned = true
        switch attempt.stage {
        case .running: settle(token, attempt, success, or: .ownEnd)
        case .leaving(.timedOut, _): judge(token, .timedOut)
        case .leaving(.interrupted, _): settle(token, attempt, success, or: .interrupted)
        case .leaving(.revoked, _): end(token)
        case .judging: break
        case .abandoned:
            abandonedCount -= 1
            forget(token)
        }
        proceed(now)
    }

    /// The outcome of an attempt has been worked out.
    mutating func judged(_ token: Token, _ outcome: JobOutcome, at now: Duration) {
        guard let attempt = attempts[token], attempt.stage == .judging else { return }
        complete(attempt.job, outcome)
        end(token)
        proceed(now)
    }

    /// A job was cancelled through this runner; its lease has ended.
    ///
    /// It may have been put back since, and claimed again: that attempt goes on.
    ///
    /// - Parameters:
    ///   - record: The job as it was cancelled.
    ///   - now: When.
    mutating func revoked(_ record: JobRecord, at now: Duration) {
        claimsUnderway.revoke(record)
        for (token, attempt) in attempts
        where attempt.job.record.id == record.id
            && attempt.job.record.attempt <= record.attempt
        {
            dismiss(token, attempt, .revoked, now)
        }
        proceed(now)
    }

    /// Cancels the tasks of all attempts that still run.
    mutating func dismissAll(_ reason: Attempt.Reason, _ now: Duration) {
        for (token, attempt) in attempts {
            dismiss(token, attempt, reason, now)
        }
    }

    /// Looks at all attempts whose deadlines have come.
    mutating func expireAttempts(_ now: Duration) {
        guard let deadline = attemptDeadline, deadline <= now else { return }
        attemptDeadline = nil
        for token in attempts.keys {
            expire(token, now)
            note(attempts[token]?.deadline)
        }
    }

    /// What is noted here is seen by ``expireAttempts(_:)`` in time.
    private mutating func note(_ deadline: Duration?) {
        guard let deadline else { return }
        attemptDeadline = min(attemptDeadline ?? deadline, deadline)
    }

    private mutating func expire(_ token: Token, _ now: Duration) {
        // A deadline that has come can bring the next one at once, when the grace period is zero.
        while let attempt = attempts[token], let deadline = attempt.deadline, deadline <= now {
            switch attempt.stage {
            case .running: dismiss(token, attempt, .timedOut, now)
            case .leaving(.timedOut, _): judge(token, .timedOut)
            case .leaving(.interrupted, _): judge(token, .interrupted)
            case .leaving(.revoked, _): end(token)
            case .judging, .abandoned: return
            }
        }
    }

    /// Cancels the task of an attempt, which then has a while to return.
    private mutating func dismiss(
        _ token: Token,
        _ attempt: Attempt,
        _ reason: Attempt.Reason,
        _ now: Duration
    ) {
        let until = now + settings.cancellationGracePeriod
        switch attempt.stage {
        case .running:
            attempts[token]?.stage = .leaving(reason, until: until)
            orders.append(.cancel(token))
            note(until)
        case .leaving(_, let until) where reason == .revoked:
            attempts[token]?.stage = .leaving(.revoked, until: until)
        case .leaving, .judging, .abandoned:
            break
        }
    }

    /// Ends an attempt that succeeded; what came of another is worked out first.
    private mutating func settle(
        _ token: Token,
        _ attempt: Attempt,
        _ success: JobOutcome?,
        or verdict: Verdict
    ) {
        guard let success else { return judge(token, verdict) }
        complete(attempt.job, success)
        end(token)
    }

    private mutating func judge(_ token: Token, _ verdict: Verdict) {
        attempts[token]?.stage = .judging
        effects.append(.judge(token, verdict))
    }

    /// Frees the worker of an attempt, and goes on without its task if that has not returned.
    private mutating func end(_ token: Token) {
        guard let attempt = attempts[token] else { return }
        busyCount -= 1
        guard !attempt.hasReturned else { return forget(token) }
        attempts[token]?.stage = .abandoned
        abandonedCount += 1
        announce(.abandoned(attempt.job.record))
    }

    private mutating func forget(_ token: Token) {
        attempts[token] = nil
        orders.append(.forget(token))
    }
}
