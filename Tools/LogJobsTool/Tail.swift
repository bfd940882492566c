import LazyJobs
import LogJobs

/// The answer to `tail`: the last events, and each new one if that is asked for.
struct Tail {
    var filter: Filter
    /// How many at the most; without, all there are.
    var count: Int?

    /// Hands out the last events.
    func write(
        _ reader: LogReader,
        _ format: OutputFormat,
        _ progress: (SequenceNumber) -> Void,
        _ line: (String) throws -> Void
    ) throws {
        var events: [NamedEvent] = []
        try reader.forEachNamedEvent(matching: filter.events, progress: progress) { event in
            guard let count else { return try line(EventLine(event).line(format)) }
            events.append(event)
            if events.count >= 2 * count { events.removeFirst(events.count - count) }
        }
        for event in events.suffix(count ?? 0) { try line(EventLine(event).line(format)) }
    }

    /// Hands out each event behind those that a reader knows, until the task is cancelled.
    func follow(
        _ reader: LogReader,
        _ folder: String,
        _ format: OutputFormat,
        every interval: Duration = .seconds(1),
        clock: any JobClock,
        _ line: (String) throws -> Void
    ) async throws {
        var wanted = filter.events
        // A time to come, or an event that is not there yet.
        let next = reader.report.lastSequence.next
        if case .sequence(let since) = wanted.since {
            wanted.since = .sequence(max(since, next))
        } else if wanted.since == nil {
            wanted.since = .sequence(next)
        }
        var events = LogReader.follow(
            StoreFolder(folder, of: PosixFileSystem()),
            matching: wanted,
            every: interval,
            clock: clock,
            namesJobs: true
        ).makeAsyncIterator()
        while let event = try await events.nextNamed() {
            if event.event.sequence >= next { try line(EventLine(event).line(format)) }
        }
    }
}
