import LazyJobs
import LogJobs

/// All that a reader shows.
struct StoreContent: Hashable, Sendable {
    var events: [JobEvent] = []
    var records: [JobRecord]
    var stats: JobStats
    var schedules: [JobSchedule]
    var pausedQueues: [String]

    init(_ reader: LogReader) throws {
        records = try reader.list(JobQuery(limit: JobLimits.listCountMax))
        stats = reader.stats()
        schedules = reader.schedules()
        pausedQueues = reader.pausedQueues()
        var events: [JobEvent] = []
        try reader.forEachEvent { events.append($0) }
        self.events = events
    }
}
