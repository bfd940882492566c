/// What is read of the old store; any backend, or a store that is only read.
package struct MoveSource: Sendable {
    var list: @Sendable (JobQuery) async throws(BackendError) -> [JobRecord]
    var payload: @Sendable (JobID) async throws(BackendError) -> JobPayload?
    var schedules: @Sendable () async throws(BackendError) -> [JobSchedule]
    var pausedQueues: @Sendable () async throws(BackendError) -> [String]

    package init(
        list: @escaping @Sendable (JobQuery) async throws(BackendError) -> [JobRecord],
        payload: @escaping @Sendable (JobID) async throws(BackendError) -> JobPayload?,
        schedules: @escaping @Sendable () async throws(BackendError) -> [JobSchedule],
        pausedQueues: @escaping @Sendable () async throws(BackendError) -> [String]
    ) {
        self.list = list
        self.payload = payload
        self.schedules = schedules
        self.pausedQueues = pausedQueues
    }

    /// A backend; what it has no ability for, it has none of.
    init(_ backend: any Backend) {
        list = { query throws(BackendError) in try await backend.list(query) }
        payload = { id throws(BackendError) in try await backend.payload(of: id) }
        schedules = { () throws(BackendError) in
            backend.abilities.contains(.schedules) ? try await backend.schedules() : []
        }
        pausedQueues = { () throws(BackendError) in
            backend.abilities.contains(.queueControl) ? try await backend.pausedQueues() : []
        }
    }
}
