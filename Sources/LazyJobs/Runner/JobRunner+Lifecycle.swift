import Synchronization

extension JobRunner {
    /// Begins to work, and returns at once.
    ///
    /// Starting a runner that works already does nothing. A runner that came to its end, or was
    /// told to stop, cannot be started again.
    ///
    /// - Throws: ``JobRunnerError/Code/stopped``.
    public func start() throws(JobRunnerError) {
        let signals = backend.signals()
        // Before the first claim, so that nothing is missed between the two; and not once the
        // runner is closing, when nobody would cancel it any more.
        core.withLock { core in
            guard core.listener == nil, core.pool.phase == .idle else { return }
            core.listener = Task.detached { await self.listen(to: signals) }
        }
        guard handle({ $0.start(at: $1) }) else { throw Self.stoppedError("start the runner") }
    }

    /// Stops working, and returns when the runner has come to its end.
    ///
    /// 1. From now on nothing is claimed.
    /// 2. What runs may run on for the grace period.
    /// 3. Then the tasks of jobs that still run are cancelled. What they throw counts as
    ///    *interrupted*: the job is offered again at once, and the attempt does not count.
    /// 4. A job that has not returned ``Configuration/cancellationGracePeriod`` later is recorded
    ///    as interrupted and left to itself.
    /// 5. When all ends are recorded, the store is closed if ``Configuration/closesBackend``.
    ///
    /// May be called often and by many: all return after the end, and the shortest grace period
    /// holds. A runner that was never started ends at once.
    ///
    /// - Parameter gracePeriod: How long jobs may run on; ``Configuration/gracePeriod`` if `nil`.
    /// - Throws: The ``BackendError`` that ended the runner, if one did, now or earlier.
    public func stop(gracePeriod: Duration? = nil) async throws {
        beginStop(gracePeriod: gracePeriod)
        try await waitForEnd()
    }

    /// Works until the calling task is cancelled or ``stop(gracePeriod:)`` is called.
    ///
    /// It has the shape of ServiceLifecycle's `Service`. Cancellation stops the runner as
    /// ``stop(gracePeriod:)`` does, with the configured grace period; the method then returns
    /// without an error. A runner that works already is joined.
    ///
    /// - Throws: The ``BackendError`` that ended the runner;
    ///   ``JobRunnerError/Code/stopped`` if it had been told to stop before.
    public func run() async throws {
        try start()
        try await withTaskCancellationHandler {
            try await waitForEnd()
        } onCancel: {
            beginStop(gracePeriod: nil)
        }
    }

    /// Whether the runner has been started and has not come to its end.
    public var isRunning: Bool {
        core.withLock { $0.pool.isRunning }
    }

    /// Returns when no job is claimable and none of this runner's runs.
    ///
    /// Meant for tests. Jobs that wait for their time, stand in a paused queue or are held back
    /// by a limit do not count: move the clock, then wait again.
    ///
    /// - Throws: ``JobRunnerError/Code/notRunning`` before ``start()``;
    ///   ``JobRunnerError/Code/stopped`` when the runner ends; `CancellationError` as soon as the
    ///   calling task is cancelled.
    public func waitUntilIdle() async throws {
        let key = core.withLock { core in
            core.lastWaiter += 1
            return core.lastWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                awaitIdle(key, continuation)
            }
        } onCancel: {
            let waiter = core.withLock { $0.idleWaiters.removeValue(forKey: key) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    static func stoppedError(_ operation: String) -> JobRunnerError {
        JobRunnerError(
            .stopped,
            "Could not \(operation): it has ended or was told to stop. Make a new one."
        )
    }

    private func beginStop(gracePeriod: Duration?) {
        let gracePeriod = min(max(.zero, gracePeriod ?? configuration.gracePeriod), .longest)
        handle { $0.stop(gracePeriod: gracePeriod, at: $1) }
    }

    private func waitForEnd() async throws {
        await withCheckedContinuation { continuation in
            let isEndTold = core.withLock { core in
                if !core.isEndTold { core.endWaiters.append(continuation) }
                return core.isEndTold
            }
            if isEndTold { continuation.resume() }
        }
        if let failure = core.withLock({ $0.pool.failure }) { throw failure }
    }

    /// Registers a waiter, unless there is nothing to wait for.
    ///
    /// The flag of a cancelled task is set before its handler runs. So either this sees the flag,
    /// under the lock, or the handler comes later and finds the continuation.
    private func awaitIdle(_ key: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        let refusal = core.withLock { core -> (any Error)? in
            guard !Task.isCancelled else { return CancellationError() }
            switch core.pool.phase {
            case .working: core.idleWaiters[key] = continuation
            case .idle: return Self.notRunningError
            case .draining, .interrupting, .failing, .closing, .ended:
                return Self.stoppedError("wait until the runner is idle")
            }
            return nil
        }
        if let refusal {
            continuation.resume(throwing: refusal)
        } else {
            handle { $0.awaitIdle(key, at: $1) }
        }
    }

    private static var notRunningError: JobRunnerError {
        JobRunnerError(
            .notRunning,
            "Could not wait until the runner is idle: it was not started. Call start() before."
        )
    }
}
