public import Foundation
import JobLedger
public import LazyJobs

extension LogBackend {
    /// Makes a schedule or replaces it; that survives power loss when it returns.
    public func setSchedule(
        _ schedule: JobSchedule,
        actor: String?
    ) async throws(BackendError) -> JobSchedule {
        try await engine.call(.growth, EventBounds.set(schedule)) {
            ledger,
            now,
            events throws(BackendError) in
            try ledger.setSchedule(schedule, actor: actor, at: now, into: &events)
        }
    }

    /// Removes a schedule; that survives power loss when it returns.
    public func removeSchedule(key: String, actor: String?) async throws(BackendError) {
        try await engine.call(.cancelling, EventBounds.control) {
            ledger,
            now,
            events throws(BackendError) in
            try ledger.removeSchedule(key: key, actor: actor, at: now, into: &events)
        }
    }

    /// The schedules, sorted by key.
    public func schedules() async throws(BackendError) -> [JobSchedule] {
        try await engine.ask { $0.schedules() }
    }

    /// Enqueues what is due and moves the schedules on, in one frame.
    public func runDueSchedules() async throws(BackendError) -> ScheduleResult {
        let payloads = payloads
        let now = Timestamp(clock.now)
        return try await engine.call(
            .growth,
            needs: { EventBounds.scheduled($0.schedules(), at: now) }
        ) { ledger, _, events throws(BackendError) in
            // The time for which room was made; a later one could need more.
            let start = events.count
            let result = try ledger.runDueSchedules(at: now, into: &events)
            payloads.add(events[start...])
            return result
        }
    }

    /// Stops claims from a queue, across restarts; that survives power loss when it returns.
    public func pauseQueue(
        _ queue: String,
        reason: String?,
        actor: String?
    ) async throws(BackendError) {
        try await engine.call(.cancelling, EventBounds.paused) {
            ledger,
            now,
            events throws(BackendError) in
            try ledger.pauseQueue(queue, reason: reason, actor: actor, at: now, into: &events)
        }
    }

    /// Allows claims again; that survives power loss when it returns.
    public func resumeQueue(_ queue: String, actor: String?) async throws(BackendError) {
        try await engine.call(.cancelling, EventBounds.control) {
            ledger,
            now,
            events throws(BackendError) in
            try ledger.resumeQueue(queue, actor: actor, at: now, into: &events)
        }
    }

    /// The paused queues, sorted.
    public func pausedQueues() async throws(BackendError) -> [String] {
        try await engine.ask { $0.pausedQueues() }
    }

    /// Removes final jobs from the index; their history stays in the log.
    public func prune(
        finishedBefore date: Date,
        limit: Int
    ) async throws(BackendError) -> Int {
        try await engine.call(.pruning, EventBounds.pruned(limit)) {
            ledger,
            now,
            events throws(BackendError) in
            try ledger.prune(finishedBefore: date, limit: limit, at: now, into: &events)
        }
    }

    /// Removes certain final jobs from the index; each stands for itself.
    package func prune(_ ids: [JobID]) async throws(BackendError) -> [FinishResult] {
        try await engine.call(.pruning, EventBounds.pruned(ids.count)) {
            ledger,
            now,
            events throws(BackendError) in
            try ledger.prune(ids, at: now, into: &events)
        }
    }

    /// The event with which a job changed last.
    package func lastTransition(of id: JobID) async throws(BackendError) -> SequenceNumber? {
        try await engine.ask { $0.lastTransition(of: id) }
    }
}
