import Foundation
import LazyJobs
import Synchronization

/// A store with faults where a test wants them.
final class FaultyBackend: Backend {
    /// What comes next, and what has been.
    struct Script: Sendable {
        /// The faults of the next claims, oldest first; `nil` is none.
        var claimFaults: [BackendError.Code?] = []
        /// The faults of the next calls to finish.
        var finishFaults: [BackendError.Code?] = []
        /// The faults of the next runs of schedules.
        var scheduleFaults: [BackendError.Code?] = []
        /// The fault of closing.
        var closeFault: BackendError.Code?
        /// What calls to finish wait for before they are carried out.
        var finishGate: Gate?
        /// What claims wait for before they are carried out.
        var claimStartGate: Gate?
        /// What claims wait for after they are carried out.
        var claimGate: Gate?
        /// How many claims were asked for.
        var claimCount = 0
        /// The sizes of the batches that were recorded.
        var finishCounts: [Int] = []
        /// How often the store was closed.
        var closeCount = 0
    }

    private let base: any Backend
    private let state: Mutex<Script>

    init(_ base: any Backend) {
        self.base = base
        state = Mutex(Script())
    }

    var script: Script { state.withLock { $0 } }

    func change(_ change: (inout sending Script) -> Void) {
        state.withLock { change(&$0) }
    }

    var clock: any JobClock { base.clock }
    var abilities: BackendAbilities { base.abilities }

    func enqueue(_ jobs: [NewJob]) async throws(BackendError) -> [EnqueueResult] {
        try await base.enqueue(jobs)
    }

    func claim(_ request: ClaimRequest) async throws(BackendError) -> ClaimResult {
        let (fault, startGate, gate) = state.withLock { script in
            script.claimCount += 1
            let fault = script.claimFaults.isEmpty ? nil : script.claimFaults.removeFirst()
            return (fault, script.claimStartGate, script.claimGate)
        }
        await startGate?.waitDeaf()
        if let fault { throw Self.error(fault) }
        let result = try await base.claim(request)
        await gate?.waitDeaf()
        return result
    }

    func finish(_ requests: [FinishRequest]) async throws(BackendError) -> [FinishResult] {
        let (fault, gate) = state.withLock { script in
            let fault = script.finishFaults.isEmpty ? nil : script.finishFaults.removeFirst()
            return (fault, script.finishGate)
        }
        await gate?.waitDeaf()
        if let fault { throw Self.error(fault) }
        state.withLock { $0.finishCounts.append(requests.count) }
        return try await base.finish(requests)
    }

    func cancel(
        _ ids: [JobID],
        reason: String,
        actor: String?
    ) async throws(BackendError) -> [FinishResult] {
        try await base.cancel(ids, reason: reason, actor: actor)
    }

    func retry(
        _ ids: [JobID],
        reason: String?,
        actor: String?
    ) async throws(BackendError) -> [FinishResult] {
        try await base.retry(ids, reason: reason, actor: actor)
    }

    func record(of id: JobID) async throws(BackendError) -> JobRecord? {
        try await base.record(of: id)
    }

    func payload(of id: JobID) async throws(BackendError) -> JobPayload? {
        try await base.payload(of: id)
    }

    func list(_ query: JobQuery) async throws(BackendError) -> [JobRecord] {
        try await base.list(query)
    }

    func stats() async throws(BackendError) -> JobStats {
        try await base.stats()
    }

    func signals() -> AsyncStream<Void> {
        base.signals()
    }

    func close() async throws(BackendError) {
        let fault = state.withLock { script in
            script.closeCount += 1
            return script.closeFault
        }
        try await base.close()
        if let fault { throw Self.error(fault) }
    }

    func history(of id: JobID) async throws(BackendError) -> [JobEvent] {
        try await base.history(of: id)
    }

    func setSchedule(
        _ schedule: JobSchedule,
        actor: String?
    ) async throws(BackendError) -> JobSchedule {
        try await base.setSchedule(schedule, actor: actor)
    }

    func removeSchedule(key: String, actor: String?) async throws(BackendError) {
        try await base.removeSchedule(key: key, actor: actor)
    }

    func schedules() async throws(BackendError) -> [JobSchedule] {
        try await base.schedules()
    }

    func runDueSchedules() async throws(BackendError) -> ScheduleResult {
        let fault = state.withLock { script in
            script.scheduleFaults.isEmpty ? nil : script.scheduleFaults.removeFirst()
        }
        if let fault { throw Self.error(fault) }
        return try await base.runDueSchedules()
    }

    func pauseQueue(_ queue: String, reason: String?, actor: String?) async throws(BackendError) {
        try await base.pauseQueue(queue, reason: reason, actor: actor)
    }

    func resumeQueue(_ queue: String, actor: String?) async throws(BackendError) {
        try await base.resumeQueue(queue, actor: actor)
    }

    func pausedQueues() async throws(BackendError) -> [String] {
        try await base.pausedQueues()
    }

    func prune(finishedBefore date: Date, limit: Int) async throws(BackendError) -> Int {
        try await base.prune(finishedBefore: date, limit: limit)
    }

    private static func error(_ code: BackendError.Code) -> BackendError {
        BackendError(code, "A test wanted this fault.")
    }
}
