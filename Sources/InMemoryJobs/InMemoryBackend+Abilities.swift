public import Foundation
import JobLedger
public import LazyJobs

extension InMemoryBackend {
    /// The history of one job that is in the store; it goes when the job is pruned.
    public func history(of id: JobID) async throws(BackendError) -> [JobEvent] {
        try ask { $0.history(of: id) }
    }

    /// Makes a schedule, or replaces the content of the one with the same key.
    public func setSchedule(
        _ schedule: JobSchedule,
        actor: String?
    ) async throws(BackendError) -> JobSchedule {
        let standing = try perform { ledger, now, events throws(BackendError) in
            try ledger.setSchedule(schedule, actor: actor, at: now, into: &events)
        }
        signalHub.send()
        return standing
    }

    /// Removes a schedule; jobs it has enqueued stay.
    public func removeSchedule(key: String, actor: String?) async throws(BackendError) {
        try perform { ledger, now, events throws(BackendError) in
            try ledger.removeSchedule(key: key, actor: actor, at: now, into: &events)
        }
    }

    /// The schedules, sorted by key.
    public func schedules() async throws(BackendError) -> [JobSchedule] {
        try ask { $0.ledger.schedules() }
    }

    /// Enqueues the job of every schedule that is due, and moves the schedule on, as one.
    public func runDueSchedules() async throws(BackendError) -> ScheduleResult {
        let result = try perform { ledger, now, events throws(BackendError) in
            try ledger.runDueSchedules(at: now, into: &events)
        }
        if !result.enqueued.isEmpty { signalHub.send() }
        return result
    }

    /// Stops claims from a queue; what runs goes on.
    public func pauseQueue(
        _ queue: String,
        reason: String?,
        actor: String?
    ) async throws(BackendError) {
        try perform { ledger, now, events throws(BackendError) in
            try ledger.pauseQueue(queue, reason: reason, actor: actor, at: now, into: &events)
        }
    }

    /// Allows claims from a queue again.
    public func resumeQueue(_ queue: String, actor: String?) async throws(BackendError) {
        try perform { ledger, now, events throws(BackendError) in
            try ledger.resumeQueue(queue, actor: actor, at: now, into: &events)
        }
        signalHub.send()
    }

    /// The paused queues, sorted.
    public func pausedQueues() async throws(BackendError) -> [String] {
        try ask { $0.ledger.pausedQueues() }
    }

    /// Removes final jobs that ended before a time, with their histories.
    public func prune(finishedBefore date: Date, limit: Int) async throws(BackendError) -> Int {
        try perform { ledger, now, events throws(BackendError) in
            try ledger.prune(finishedBefore: date, limit: limit, at: now, into: &events)
        }
    }
}
