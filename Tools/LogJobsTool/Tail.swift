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
        guard let count else {
            return try reader.forEachNamedEvent(matching: filter.events, progress: progress) {
                try line(EventLine($0).line(format))
            }
        }
        let events = try reader.lastNamedEvents(
            matching: filter.events,
            count: count,
            progress: progress
        )
        for event in events { try line(EventLine(event).line(format)) }
    }

    /// Hands out each event behind those that a reader knows, until the task is cancelled.
    func follow(
        _ reader: LogReader,
        _ format: OutputFormat,
        every interval: Duration = .seconds(1),
        clock: any JobClock,
        _ line: (String) throws -> Void
    ) async throws {
        let wanted = filter.events
        var events = reader.followNamed(matching: wanted, every: interval, clock: clock)
            .makeAsyncIterator()
        while let event = try await events.nextNamed() {
            // It may be that only a time to come is wanted.
            if wanted.fitsTime(event.event) { try line(EventLine(event).line(format)) }
        }
    }
}
