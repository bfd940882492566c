import Synchronization

extension JobRunner {
    /// What a runner is doing at one moment.
    public struct Activity: Sendable, Hashable {
        /// How many jobs run.
        public var running: Int
        /// How many ends of attempts are not durable yet.
        public var recording: Int
        /// How many jobs ignore that their tasks were cancelled.
        ///
        /// Their ends are recorded and their workers are free, but they still use memory, and
        /// threads if they block. Each stands for a bug in a job; from a thousand on nothing is
        /// claimed until some of them return.
        public var abandoned: Int

        package init(running: Int, recording: Int, abandoned: Int) {
            self.running = running
            self.recording = recording
            self.abandoned = abandoned
        }
    }

    /// What the runner is doing now.
    public var activity: Activity {
        core.withLock { core in
            Activity(
                running: core.pool.busyCount,
                recording: core.pool.waiting.count + core.pool.recordingCount,
                abandoned: core.pool.abandonedCount
            )
        }
    }

    /// The runner's events from now on; the stream ends with the runner.
    ///
    /// - Parameter bufferCountMax: How many unread events are kept; a reader that is slower loses
    ///   the oldest.
    /// - Returns: A stream of its own; each reader asks for one.
    public func events(bufferCountMax: Int = 10_000) -> AsyncStream<RunnerEvent> {
        hub.makeStream(bufferCountMax: bufferCountMax)
    }

    /// The runner and its store at this moment, for a status page.
    ///
    /// The parts are asked for one after the other: while jobs run they may differ by a few.
    ///
    /// - Throws: `unavailable`, `poisoned`, `closed`.
    public func snapshot() async throws(BackendError) -> JobSnapshot {
        let hasSchedules = backend.abilities.contains(.schedules)
        let schedules = hasSchedules ? try await backend.schedules() : []
        let stats = try await backend.stats()
        let limits = configuration.queueLimits.sorted { $0.key < $1.key }.map { queue, limit in
            QueueLimitState(
                queue: queue,
                maxRunning: limit,
                running: stats.byQueueState[queue]?[.running] ?? 0
            )
        }
        return JobSnapshot(
            running: isRunning,
            definitions: definitions,
            schedules: schedules,
            queueLimits: limits,
            stats: stats,
            recent: try await backend.list(JobQuery())
        )
    }

    /// Counts the jobs of the store.
    ///
    /// - Throws: What ``Backend/stats()`` throws.
    public func stats() async throws(BackendError) -> JobStats {
        try await backend.stats()
    }

    /// Lists jobs of the store, the one that changed last first.
    ///
    /// - Throws: What ``Backend/list(_:)`` throws.
    public func list(_ query: JobQuery = JobQuery()) async throws(BackendError) -> [JobRecord] {
        try await backend.list(query)
    }

    /// Looks up one job.
    ///
    /// - Returns: Its state, or `nil` when the store has no such job (any more).
    /// - Throws: What ``Backend/record(of:)`` throws.
    public func record(of id: JobID) async throws(BackendError) -> JobRecord? {
        try await backend.record(of: id)
    }

    /// The history of one job, oldest event first.
    ///
    /// Needs ``BackendAbilities/history``.
    ///
    /// - Throws: What ``Backend/history(of:)`` throws.
    public func history(of id: JobID) async throws(BackendError) -> [JobEvent] {
        try await backend.history(of: id)
    }
}
