public import Foundation

/// What a backend can do beyond its duty, as a value that can be asked before a call.
public struct BackendAbilities: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt32

    /// Makes a set from bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Keeps every transition of a job: ``Backend/history(of:)``.
    public static let history = BackendAbilities(rawValue: 1 << 0)
    /// Keeps schedules: ``Backend/runDueSchedules()`` and its relatives.
    public static let schedules = BackendAbilities(rawValue: 1 << 1)
    /// Pauses queues: ``Backend/pauseQueue(_:reason:actor:)`` and its relatives.
    public static let queueControl = BackendAbilities(rawValue: 1 << 2)
    /// Removes final jobs: ``Backend/prune(finishedBefore:limit:)``.
    public static let pruning = BackendAbilities(rawValue: 1 << 3)
    /// Offers jobs again by hand: ``Backend/retry(_:reason:actor:)``.
    public static let retrying = BackendAbilities(rawValue: 1 << 4)
}

extension Backend {
    private func lacks(_ ability: String) -> BackendError {
        BackendError(
            .unsupported,
            "\(Self.self) has no \(ability). Ask `abilities` first, or choose another backend."
        )
    }

    /// Throws `unsupported`; backends with ``BackendAbilities/history`` replace it.
    public func history(of id: JobID) async throws(BackendError) -> [JobEvent] {
        throw lacks("history")
    }

    /// Throws `unsupported`; backends with ``BackendAbilities/schedules`` replace it.
    public func setSchedule(
        _ schedule: JobSchedule,
        actor: String?
    ) async throws(BackendError) -> JobSchedule {
        throw lacks("schedules")
    }

    /// Throws `unsupported`; backends with ``BackendAbilities/schedules`` replace it.
    public func removeSchedule(key: String, actor: String?) async throws(BackendError) {
        throw lacks("schedules")
    }

    /// Throws `unsupported`; backends with ``BackendAbilities/schedules`` replace it.
    public func schedules() async throws(BackendError) -> [JobSchedule] {
        throw lacks("schedules")
    }

    /// Throws `unsupported`; backends with ``BackendAbilities/schedules`` replace it.
    public func runDueSchedules() async throws(BackendError) -> ScheduleResult {
        throw lacks("schedules")
    }

    /// Throws `unsupported`; backends with ``BackendAbilities/queueControl`` replace it.
    public func pauseQueue(
        _ queue: String,
        reason: String?,
        actor: String?
    ) async throws(BackendError) {
        throw lacks("queue control")
    }

    /// Throws `unsupported`; backends with ``BackendAbilities/queueControl`` replace it.
    public func resumeQueue(_ queue: String, actor: String?) async throws(BackendError) {
        throw lacks("queue control")
    }

    /// Throws `unsupported`; backends with ``BackendAbilities/queueControl`` replace it.
    public func pausedQueues() async throws(BackendError) -> [String] {
        throw lacks("queue control")
    }

    /// Throws `unsupported`; backends with ``BackendAbilities/pruning`` replace it.
    public func prune(finishedBefore date: Date, limit: Int) async throws(BackendError) -> Int {
        throw lacks("pruning")
    }
    /// Throws `unsupported`; backends with ``BackendAbilities/retrying`` replace it.
    public func retry(
        _ ids: [JobID],
        reason: String?,
        actor: String?
    ) async throws(BackendError) -> [FinishResult] {
        throw lacks("retrying by hand")
    }
}
