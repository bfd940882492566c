import Foundation
import Synchronization

extension JobRunner {
    /// Everything of a runner that changes, under its one lock.
    ///
    /// Nothing is awaited, called back or resumed under it; making and cancelling tasks is.
    struct Core {
        var pool: WorkerPool
        var attempts: [WorkerPool.Token: JobAttempt] = [:]
        var tasks: [WorkerPool.Token: Task<Void, Never>] = [:]
        var timer: Task<Void, Never>?
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
        let (answer, effects, announces) = core.withLock { core in
            let answer = event(&core.pool, now)
            for order in core.pool.takeOrders() {
                carryOut(order, in: &core)
            }
            let announces = core.announcements.add(
                core.pool.takeAnnouncements(),
                isHeard: hub.isHeard
            )
            return (answer, core.pool.takeEffects(), announces)
        }
        if announces { Task.detached { self.makeAnnouncements() } }
        for effect in effects {
            carryOut(effect)
        }
        return answer
    }

    private func carryOut(_ order: WorkerPool.Order, in core: inout Core) {
        switch order {
        case .start(let token, let job):
            let attempt = JobAttempt(token: token, job: job)
            core.attempts[token] = attempt
            // Detached, so that jobs do not inherit the task-locals of whoever woke the runner.
            core.tasks[token] = Task.detached { await self.work(attempt) }
        case .cancel(let token):
            core.tasks[token]?.cancel()
        case .forget(let token):
            core.tasks[token] = nil
            core.attempts[token] = nil
        case .wake(let deadline):
            core.timer?.cancel()
            core.timer = Task.detached { await self.wake(at: deadline) }
        }
    }

    private func carryOut(_ effect: WorkerPool.Effect) {
        switch effect {
        case .claim(let claim): Task.detached { await self.carryOut(claim) }
        case .runSchedules: Task.detached { await self.runSchedules() }
        case .finish(let batch): Task.detached { await self.finish(batch) }
        case .judge(let token, let verdict): judge(token, verdict)
        case .close: Task.detached { await self.close() }
        }
    }
}
