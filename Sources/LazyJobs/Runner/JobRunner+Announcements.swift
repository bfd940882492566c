import Synchronization

extension JobRunner {
    /// What is to be told to observers and waiting callers.
    ///
    /// One task at a time tells it; what others add meanwhile, it tells too. So announcements are
    /// made in the order in which they were decided, and the end of the runner is the last.
    struct Announcements {
        var waiting: [WorkerPool.Announcement] = []
        private var isUnderway = false

        /// What the calling task is to tell now; empty if another task does it already.
        mutating func begin() -> [WorkerPool.Announcement] {
            guard !isUnderway else { return [] }
            return next()
        }

        /// What the task that began is to tell next; it is done when this is empty.
        mutating func next() -> [WorkerPool.Announcement] {
            defer { waiting.removeAll() }
            isUnderway = !waiting.isEmpty
            return waiting
        }
    }

    func makeAnnouncements() {
        var announcements = core.withLock { $0.announcements.begin() }
        while !announcements.isEmpty {
            for announcement in announcements {
                make(announcement)
            }
            announcements = core.withLock { $0.announcements.next() }
        }
    }

    private func make(_ announcement: WorkerPool.Announcement) {
        switch announcement {
        case .event(let event):
            hub.emit(event)
        case .becameIdle:
            resumeIdleWaiters(with: .success(()))
        case .ended:
            hub.finish()
            resumeIdleWaiters(with: .failure(Self.stoppedError("wait until the runner is idle")))
            resumeEndWaiters()
        }
    }

    private func resumeIdleWaiters(with result: Result<Void, any Error>) {
        let waiters = core.withLock { core in
            defer { core.idleWaiters = [:] }
            return core.idleWaiters.values
        }
        for waiter in waiters {
            waiter.resume(with: result)
        }
    }

    private func resumeEndWaiters() {
        let waiters = core.withLock { core in
            defer { core.endWaiters = [] }
            return core.endWaiters
        }
        for waiter in waiters {
            waiter.resume()
        }
    }
}
