public import LazyJobs

extension LogReader {
    /// The oldest event that is kept: where the known past begins; those before were dropped.
    ///
    /// In a store without events, the number that its first one will have.
    public var oldestEvent: SequenceNumber { walk.manifest.oldestEvent }

    /// The events that a filter wants, oldest first, those in archives too.
    ///
    /// They are those from ``oldestEvent`` on that were there when this reader was opened. When the
    /// writer retires segments meanwhile, the reading goes on in the archive. A carried event in an
    /// archive lacks its payload.
    ///
    /// - Parameter filter: Which events; all but carried ones unless told otherwise.
    /// - Returns: The events, read as they are asked for.
    /// - Complexity: O(n) in the events that are kept. A filter by job, event, text or number needs
    ///   memory for one block, and begins to read at `since` if that is a number; one by kind,
    ///   queue or tag reads from the beginning, and remembers each job until it is pruned.
    public func events(matching filter: EventFilter = EventFilter()) -> LogEvents {
        LogEvents { [self] () throws(LogStoreError) in work(for: filter) }
    }

    /// Calls a closure with each event that a filter wants, oldest first.
    ///
    /// As ``events(matching:)``, but that it blocks while it reads.
    ///
    /// - Throws: `inputOutput`, `corruption`, `retired`, and what the closure throws.
    public func forEachEvent(
        matching filter: EventFilter,
        _ body: (JobEvent) throws -> Void
    ) throws {
        var work = work(for: filter)
        while let events = try work.cursor.events() {
            for event in events where work.selection.pick(event) != nil { try body(event) }
        }
    }

    /// As the other, with what is known of each event's job; the first closure is told now and then
    /// which event is next.
    package func forEachNamedEvent(
        matching filter: EventFilter,
        progress: (SequenceNumber) -> Void,
        _ body: (NamedEvent) throws -> Void
    ) throws {
        var work = work(for: filter, namesJobs: true)
        while let events = try work.cursor.events() {
            for event in events {
                if let event = work.selection.pick(event) { try body(event) }
            }
            progress(work.cursor.next)
        }
    }

    private func work(for filter: EventFilter, namesJobs: Bool = false) -> EventPump.Work {
        let selection = EventSelection(filter, later: ledger, namesJobs: namesJobs)
        let cursor = walk.cursor(from: selection.first, through: filter.lastSequence)
        return EventPump.Work(cursor: cursor, selection: selection)
    }
}

extension LogReader {
    /// The events of a live store as they happen: those that are there from a moment on, then each
    /// new one, once, in order.
    ///
    /// It goes on while the writer, in this process or another, begins new segments, retires old
    /// ones, closes the store and opens it again, and ends only with its task. The store is looked
    /// at in intervals: that costs reading its manifest and a look at the end of the log.
    ///
    /// An event may be seen before it is on the device. One that was seen, and is lost to a power
    /// cut or a failed sync, was never acknowledged to anyone; another may come to bear its number,
    /// which is not shown then.
    ///
    /// ```swift
    /// for try await event in LogReader.follow("/var/lib/shop/jobs") { print(event) }
    /// ```
    ///
    /// - Parameters:
    ///   - folder: The store's folder.
    ///   - filter: Which events. Without a `since` only new ones; with `.sequence(.zero)` all that
    ///     are kept. Who has seen an event goes on behind it with `.sequence(event.sequence.next)`.
    ///   - interval: How long to wait before looking again.
    ///   - clock: By which to wait.
    /// - Returns: The events. Iterating throws what ``open(_:)`` throws; `unknownPast` when `since`
    ///   names an event that was dropped, with the number of the first that was not; and `retired`
    ///   when the writer has dropped events that were not read yet, which takes
    ///   ``ArchivePolicy/delete`` or a bound, and a reader that is very late.
    public static func follow(
        _ folder: String,
        matching filter: EventFilter = EventFilter(),
        every interval: Duration = .seconds(1),
        clock: any JobClock = SystemClock()
    ) -> LogEvents {
        follow(
            StoreFolder(folder, of: PosixFileSystem()),
            matching: filter,
            every: interval,
            clock: clock
        )
    }

    /// Follows a store on any file system.
    package static func follow(
        _ folder: StoreFolder,
        matching filter: EventFilter,
        every interval: Duration,
        clock: any JobClock
    ) -> LogEvents {
        let polling = LogEvents.Polling(interval: interval, clock: clock)
        return LogEvents(polling: polling) { () throws(LogStoreError) in
            let reader = try open(folder.path, of: folder.fileSystem, clock: clock)
            var filter = filter
            filter.since = filter.since ?? .sequence(reader.report.lastSequence.next)
            let oldest = reader.oldestEvent
            if filter.firstSequence > .zero, filter.firstSequence < oldest {
                throw LogStoreError(
                    .unknownPast,
                    "Could not follow \(folder.path) from event \(filter.firstSequence) on: what "
                        + "was before event \(oldest) was dropped. Begin with that one."
                )
            }
            return reader.workWithoutEnd(for: filter)
        }
    }

    /// Follows the store from behind what this reader knows on, or from a later event, without
    /// opening it again; the events come with what is known of their jobs.
    package func followNamed(
        matching filter: EventFilter,
        every interval: Duration,
        clock: any JobClock
    ) -> LogEvents {
        var filter = filter
        filter.since = .sequence(max(filter.firstSequence, report.lastSequence.next))
        let polling = LogEvents.Polling(interval: interval, clock: clock)
        return LogEvents(polling: polling) { [self, filter] () throws(LogStoreError) in
            workWithoutEnd(for: filter, namesJobs: true)
        }
    }

    private func workWithoutEnd(
        for filter: EventFilter,
        namesJobs: Bool = false
    ) -> EventPump.Work {
        let selection = EventSelection(filter, later: ledger, namesJobs: namesJobs)
        let cursor = LogCursor(walk.manifest, in: folder, from: selection.first, through: nil)
        return EventPump.Work(cursor: cursor, selection: selection)
    }
}

extension LogBackend {
    /// The events of this store as they happen, see ``LogReader/follow(_:matching:every:clock:)``.
    ///
    /// To begin costs opening the store for reading, once.
    ///
    /// - Parameters:
    ///   - filter: Which events; without a `since` only new ones.
    ///   - interval: How long to wait before looking again, by the store's clock.
    /// - Returns: The events; they go on when this store is closed, and end only with their task.
    public func follow(
        matching filter: EventFilter = EventFilter(),
        every interval: Duration = .seconds(1)
    ) -> LogEvents {
        LogReader.follow(engine.folder, matching: filter, every: interval, clock: clock)
    }
}
