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
        try reader.forEachEvent { events.append($0.withoutCarriedPayload) }
        self.events = events
    }
}

extension JobEvent {
    /// As an archive keeps it.
    var withoutCarriedPayload: JobEvent {
        guard case .job(var transition) = body, case .carried(var carried) = transition.change
        else { return self }
        carried.job.payload.bytes = []
        carried.payloadLost = true
        transition.change = .carried(carried)
        var event = self
        event.body = .job(transition)
        return event
    }
}

extension StoreContent {
    /// Whether this is what another one showed, before or after segments were retired and jobs
    /// carried, which nobody notices but by the events that are left.
    func isSame(as earlier: StoreContent) -> Bool {
        let first = max(events.first?.sequence ?? .zero, earlier.events.first?.sequence ?? .zero)
        let shown = events.drop { $0.sequence < first }
        let expected = earlier.events.drop { $0.sequence < first }
        return records == earlier.records && stats == earlier.stats
            && schedules == earlier.schedules && pausedQueues == earlier.pausedQueues
            && shown.starts(with: expected)
            && shown.dropFirst(expected.count).allSatisfy { $0.transition?.kind == .carried }
    }
}

extension [SequenceNumber: StoreContent] {
    /// What was shown at an event, or before those with which jobs were carried up to it.
    func state(at last: SequenceNumber, of content: StoreContent) -> StoreContent? {
        let carried = content.events.reversed().prefix { $0.transition?.kind == .carried }
        let earliest = carried.last.map(\.sequence.rawValue) ?? last.rawValue + 1
        return filter { $0.key <= last && $0.key.rawValue + 1 >= earliest }
            .max { $0.key < $1.key }?.value
    }
}
