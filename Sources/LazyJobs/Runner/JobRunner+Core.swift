import Dispatch
import Synchronization

extension JobRunner {
    /// Everything of a runner that changes, under its one lock.
    ///
    /// Nothing is awaited or resumed under it, no task of a job made or cancelled, and nothing of
    /// others called but their clock: what it does when its sleep is cancelled.
    struct Core {
        var pool: WorkerPool
        var attempts: [WorkerPool.Token: JobAttempt] = [:]
        /// Listens to the signals of the backend.
        var listener: Task<Void, Never>?

        var announcements = Announcements()
        var lastWaiter = 0
        var idleWaiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var endWaiters: [CheckedContinuation<Void, Never>] = []
        /// Whether the end is told, and so everything before it.
        var isEndTold = false
    }

    /// Reports what has happened to the pool, and carries out what it decides.
    func handle<Answer: Sendable>(
        _ event: (inout WorkerPool, _ now: Duration) -> Answer
    ) -> Answer {
        let now = backend.clock.uptime
        var started: [JobAttempt] = []
        var cancelled: [JobAttempt] = []
        let (answer, effects, announces) = core.withLock { core in
            let answer = event(&core.pool, now)
            for order in core.pool.takeOrders() {
                carryOut(order, in: &core, &started, &cancelled)
            }
            let announces = core.announcements.add(
                core.pool.takeAnnouncements(),
                isHeard: hub.isHeard
            )
            return (answer, core.pool.takeEffects(), announces)
        }
        for attempt in started { attempt.start { await self.work(attempt) } }
        for attempt in cancelled { cancel(attempt) }
        if announces { Task.detached { self.makeAnnouncements() } }
        for effect in effects {
            carryOut(effect)
        }
        return answer
    }

    /// Cancels the task of a job, which calls what the job has to do then.
    ///
    /// That may take its time, and who stops the runner does not wait for it, nor, up to the 255
    /// threads that Dispatch makes, does the cancelling of another job. The job itself does, on its
    /// thread, once it goes on: the list of its handlers is locked meanwhile.
    ///
    /// A serial queue has a thread that is not of Swift's pool, all of whose threads may be kept
    /// by jobs until they are cancelled; of a quality that nothing else here goes by, since each
    /// has its own 255.
    private func cancel(_ attempt: JobAttempt) {
        guard let task = attempt.giveUp() else { return }
        DispatchQueue(label: "LazyJobs.cancelling", qos: .utility).async { task.cancel() }
    }

    /// Tells events from which nothing follows, if anybody hears them.
    func announce(_ events: @autoclosure () -> [RunnerEvent]) {
        guard hub.isHeard else { return }
        handle { pool, _ in
            for event in events() { pool.announce(event) }
        }
    }

    private func carryOut(
        _ order: WorkerPool.Order,
        in core: inout Core,
        _ started: inout [JobAttempt],
        _ cancelled: inout [JobAttempt]
    ) {
        switch order {
        case .start(let token, let job):
            let attempt = JobAttempt(token: token, job: job)
            core.attempts[token] = attempt
            started.append(attempt)
        case .cancel(let token):
            if let attempt = core.attempts[token] { cancelled.append(attempt) }
        case .forget(let token):
            core.attempts[token] = nil
        case .wake(let deadline):
            alarm.set(for: deadline) { self.handle { $0.timerFired(at: $1) } }
        }
    }

    private func carryOut(_ effect: WorkerPool.Effect) {
        switch effect {
        case .claim(let claim): Task.detached { await self.carryOut(claim) }
        case .runSchedules: Task.detached { await self.runSchedules() }
        case .finish(let batch): Task.detached { await self.finish(batch) }
        case .judge(let token, .ownEnd): judge(token, .ownEnd)
        // The job is asked for its retry delay; the alarm, and other jobs, do not wait for that.
        case .judge(let token, let verdict): Task.detached { self.judge(token, verdict) }
        case .close: Task.detached { await self.close() }
        }
    }
}
