/// The beginning and the end, and the timer between them.
extension WorkerPool {
    /// Whether jobs run, or may yet.
    var isRunning: Bool {
        switch phase {
        case .working, .draining, .interrupting: true
        case .idle, .failing, .closing, .ended: false
        }
    }

    /// The runner is to work; `false` if it has been told to stop before.
    mutating func start(at now: Duration) -> Bool {
        switch phase {
        case .idle:
            phase = .working
            wantEverything()
            pollAt = now + settings.pollInterval
            proceed(now)
            return true
        case .working:
            return true
        case .draining, .interrupting, .failing, .closing, .ended:
            return false
        }
    }

    /// Someone waits until nothing is claimable and nothing runs, or the runner ends; who comes
    /// later has a greater number.
    mutating func awaitIdle(_ waiter: Int, at now: Duration) {
        idleWaiter = max(waiter, idleWaiter ?? waiter)
        // Only a claim that began after this moment proves that there is nothing to do.
        wantEverything()
        proceed(now)
    }

    /// The runner is to stop; told again, the shorter grace period holds.
    mutating func stop(gracePeriod: Duration, at now: Duration) {
        switch phase {
        case .idle:
            close()
        case .working:
            phase = .draining(until: now + gracePeriod)
        case .draining(let until):
            phase = .draining(until: min(until, now + gracePeriod))
        case .interrupting, .failing, .closing, .ended:
            return
        }
        interruptIfTimeIsUp(now)
        expireAttempts(now)
        proceed(now)
    }

    /// The store is of no more use: nothing can be claimed or recorded.
    mutating func fail(_ error: BackendError, at now: Duration) {
        switch phase {
        case .working, .draining, .interrupting:
            failure = error
            phase = .failing
            dismissAll(.revoked, now)
            expireAttempts(now)
            let lost = waiting
            waiting.removeAll()
            for completion in lost { drop(completion, error) }
        case .idle, .failing, .closing, .ended:
            break
        }
        proceed(now)
    }

    /// The store was closed, or was to stay open.
    mutating func closed(_ error: BackendError?, at now: Duration) {
        failure = failure ?? error
        announce(.stopped(failure))
        announcements.append(.ended)
        phase = .ended
    }

    /// The timer has gone off.
    mutating func timerFired(at now: Duration) {
        armed = nil
        if let at = pollAt, at <= now {
            pollAt = now + settings.pollInterval
            wantEverything()
        }
        if let at = claims.dueAt, at <= now {
            claims.dueAt = nil
            claims.isWanted = true
        }
        if let at = schedules.dueAt, at <= now {
            schedules.dueAt = nil
            schedules.isWanted = true
        }
        interruptIfTimeIsUp(now)
        expireAttempts(now)
        proceed(now)
    }

    mutating func closeIfSettled() {
        let areCallsOver = finishCallCount == 0 && !claims.isUnderway && !schedules.isUnderway
        guard areCallsOver, busyCount == 0, waiting.isEmpty else { return }
        switch phase {
        case .draining, .interrupting, .failing: close()
        case .idle, .working, .closing, .ended: break
        }
    }

    /// Sets the timer, if something must happen before it would go off.
    mutating func arm(_ now: Duration) {
        guard let deadline = nextDeadline(now), armed.map({ deadline < $0 }) ?? true else { return }
        armed = deadline
        orders.append(.wake(at: deadline))
    }

    private mutating func close() {
        phase = .closing
        effects.append(.close)
    }

    private mutating func interruptIfTimeIsUp(_ now: Duration) {
        guard case .draining(let until) = phase, until <= now else { return }
        // What was cancelled returns or is given up within one such period; another is left to
        // record it with a store that has passing faults.
        phase = .interrupting(until: now + settings.cancellationGracePeriod * 2)
        dismissAll(.interrupted, now)
    }

    // Asked for after everything that happens, under the lock: it makes no array.
    private func nextDeadline(_ now: Duration) -> Duration? {
        let recording = waiting.isEmpty ? nil : recordingDeadline(now)
        let own = Self.earlier(attemptDeadline, recording)
        switch phase {
        case .working:
            let calls = Self.earlier(claims.deadline(now), schedules.deadline(now))
            return Self.earlier(own, Self.earlier(calls, pollAt))
        case .draining(let until): return Self.earlier(own, until)
        case .interrupting, .failing: return own
        case .idle, .closing, .ended: return nil
        }
    }

    private static func earlier(_ one: Duration?, _ other: Duration?) -> Duration? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }
}
