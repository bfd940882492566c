import Synchronization

extension JobRunner {
    /// What is to be told to observers and waiting callers.
    ///
    /// One task at a time tells it; what others add meanwhile, it tells too. So announcements are
    /// made in the order in which they were decided, and the end of the runner is the last.
    ///
    /// It is a task of its own: whatever else is on its way through the runner, a caller that
    /// enqueues or a job whose time runs, does not wait for observers.
    struct Announcements {
        private var waiting: [WorkerPool.Announcement] = []
        private var isUnderway = false

        /// Adds what is to be told, events only if they are heard.
        ///
        /// - Returns: Whether a task must be made that tells it.
        mutating func add(_ announcements: [WorkerPool.Announcement], isHeard: Bool) -> Bool {
            for announcement in announcements {
                if case .event = announcement, !isHeard { continue }
                waiting.append(announcement)
            }
            guard !isUnderway, !waiting.isEmpty else { return false }
            isUnderway = true
            return true
        }

        /// What the task is to tell next; it is done when this is empty.
        mutating func next() -> [WorkerPool.Announcement] {
            defer { waiting.removeAll() }
            isUnderway = !waiting.isEmpty
            return waiting
        }
    }

    func makeAnnouncements() {
        while true {
            let announcements = core.withLock { $0.announcements.next() }
            guard !announcements.isEmpty else { return }
            for announcement in announcements { make(announcement) }
        }
    }

    private func make(_ announcement: WorkerPool.Announcement) {
        switch announcement {
        case .event(let event):
            hub.emit(event)
        case .becameIdle(let waiter):
            resumeIdleWaiters(through: waiter, with: .success(()))
        case .ended:
            hub.finish()
            resumeIdleWaiters(with: .failure(Self.stoppedError("wait until the runner is idle")))
            resumeEndWaiters()
        }
    }

    /// Resumes those who waited when it was decided: who has come since may wait for more.
    private func resumeIdleWaiters(
        through last: Int = .max,
        with result: Result<Void, any Error>
    ) {
        let waiters = core.withLock { core in
            let waiters = core.idleWaiters.filter { $0.key <= last }
            for key in waiters.keys { core.idleWaiters[key] = nil }
            return waiters.values
        }
        for waiter in waiters {
            waiter.resume(with: result)
        }
    }

    private func resumeEndWaiters() {
        let waiters = core.withLock { core in
            core.isEndTold = true
            defer { core.endWaiters = [] }
            return core.endWaiters
        }
        for waiter in waiters {
            waiter.resume()
        }
    }
}
