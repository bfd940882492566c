import JobLedger
package import LazyJobs

extension LogReader {
    /// The last events that a filter wants, oldest first, with what is known of their jobs.
    ///
    /// What it finds is what going through all events finds, but it begins near the end, and again
    /// further back while too few are found or a job's source is not known.
    ///
    /// - Parameters:
    ///   - filter: Which events.
    ///   - count: How many at the most.
    ///   - progress: Is told which event is next, if all are gone through.
    /// - Returns: The events.
    /// - Throws: `inputOutput`, `corruption`, `retired`.
    package func lastNamedEvents(
        matching filter: EventFilter,
        count: Int,
        progress: (SequenceNumber) -> Void
    ) throws -> [NamedEvent] {
        guard count > 0 else { return [] }
        let last = min(filter.lastSequence ?? walk.last, walk.last).rawValue
        var sources = LateSources(self)
        var length: UInt64 = 1_000
        while last >= length, last - length >= oldestEvent.rawValue {
            let first = SequenceNumber(rawValue: last - length + 1)
            var tail = EventTail(from: first, filter, count: count, later: ledger)
            var cursor = walk.cursor(from: first, through: filter.lastSequence)
            while let events = try cursor.events() { tail.take(events) }
            if let found = tail.found(&sources) { return found }
            length *= 8
        }
        var events: [NamedEvent] = []
        try forEachNamedEvent(matching: filter, progress: progress) { event in
            events.append(event)
            if events.count >= 2 * count { events.removeFirst(events.count - count) }
        }
        return events.suffix(count)
    }
}

/// The last events of a window that a filter may want.
private struct EventTail {
    private let first: SequenceNumber
    private let count: Int
    private var selection: EventSelection
    private var events: [NamedEvent] = []
    /// Whether older ones were left out.
    private var isCut = false

    init(from first: SequenceNumber, _ filter: EventFilter, count: Int, later: JobLedger) {
        self.first = first
        self.count = count
        selection = EventSelection(filter, later: later, namesJobs: true)
    }

    mutating func take(_ read: [JobEvent]) {
        for event in read {
            guard let possible = selection.pickPossible(event) else { continue }
            // Without its source, it may become wanted yet.
            let isOpen = possible.source == nil && event.transition != nil
            if isOpen || selection.isWanted(possible) { events.append(possible) }
        }
        let bound = 2 * count + 1_000
        guard events.count > bound else { return }
        events.removeFirst(events.count - count - 500)
        isCut = true
    }

    /// The events, if going through all would find no others; `nil` when that cannot be told.
    func found(_ sources: inout LateSources) -> [NamedEvent]? {
        var found: [NamedEvent] = []
        for var event in events.reversed() {
            if event.source == nil, let transition = event.event.transition {
                guard let source = sources.source(of: transition.jobID) else { return nil }
                event.source = source
                guard selection.isWanted(event) else { continue }
            }
            found.append(event)
            if found.count == count { return found.reversed() }
        }
        let isAll = !isCut && selection.filter.firstSequence >= first
        return isAll ? found.reversed() : nil
    }
}

/// Looks up in their histories what jobs were that are gone, as long as they are few.
private struct LateSources {
    private let reader: LogReader
    private var sources: [JobID: JobSource] = [:]
    private var lookupsLeft = 200

    init(_ reader: LogReader) {
        self.reader = reader
    }

    /// What is known of a job; `nil` when it is not to be found here.
    mutating func source(of id: JobID) -> JobSource? {
        if let source = sources[id] { return source }
        guard lookupsLeft > 0 else { return nil }
        lookupsLeft -= 1
        do throws(LogStoreError) {
            let source = JobSource(history: try reader.history(of: id))
            sources[id] = source
            return source
        } catch {
            // Going through all events says what is wrong, or does without.
            return nil
        }
    }
}
