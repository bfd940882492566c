import LazyJobs
import LogJobs

/// Reads the answers from an open store.
struct Answer {
    var reader: LogReader
    var folder: String
    var format: OutputFormat
    var surroundings: Surroundings

    func report(_ command: Command, _ line: (String) throws -> Void) throws -> Report {
        switch command {
        case .export(let export):
            try export.write(reader, progress, line)
            let remarks = export.subject == .events ? try reader.remarks(on: export.filter) : []
            return Report(lines: [], remarks: remarks)
        case .tail(let filter, let count, _):
            try Tail(filter: filter, count: count).write(reader, format, progress, line)
            return Report(lines: [], remarks: count == nil ? try reader.remarks(on: filter) : [])
        case .errors(let filter, _), .stats(let filter, _):
            return Report(lines: try lines(command), remarks: try reader.remarks(on: filter))
        case .history(let id):
            let timeline = try timeline(of: id)
            return Report(lines: try timeline.lines(format), remarks: timeline.remarks)
        default: return Report(lines: try lines(command))
        }
    }

    private func lines(_ command: Command) throws -> [String] {
        switch command {
        case .info: try StoreInfo(reader, folder: folder).lines(format)
        case .list(let filter, let limit):
            try RecordList(reader, filter, limit: limit).lines(format)
        case .show(let id): try details(of: id).lines(format)
        case .why(let id): try explanation(of: id).lines(format)
        case .errors(let filter, let limit): try failures(filter, limit).lines(format)
        case .stats(let filter, let step): try statistics(filter, step).lines(format)
        case .at(let moment, let query):
            try PastList(try state(at: moment), query).lines(format)
        case .diff(let start, let end):
            try PastDifference(from: state(at: start), to: state(at: end)).lines(format)
        // Answered elsewhere.
        case .history, .tail, .export, .verify, .backup, .repair: []
        }
    }

    private var progress: (SequenceNumber) -> Void {
        let (bar, last) = (surroundings.progress, reader.report.lastSequence)
        return { bar.show($0, of: last) }
    }

    private func state(at moment: LogMoment) throws -> PastState {
        try reader.state(at: moment, progress: progress)
    }

    private func explanation(of id: JobID) throws -> Explanation {
        guard let record = reader.record(of: id) else { throw try noJob(id) }
        return try Explanation(record, in: reader, at: surroundings.clock.now)
    }

    private func failures(_ filter: Filter, _ limit: Int) throws -> FailureGroups {
        var groups = FailureGroups(limit: limit)
        try reader.forEachNamedEvent(matching: filter.events, progress: progress) { groups.add($0) }
        return groups
    }

    private func statistics(_ filter: Filter, _ step: Duration?) throws -> Statistics {
        var statistics = Statistics(filter.events, step: step)
        // What came before tells since when a job waits.
        var all = filter
        (all.since, all.until) = (nil, nil)
        try reader.forEachNamedEvent(matching: all.events, progress: progress) {
            statistics.add($0)
        }
        return statistics
    }

    private func details(of id: JobID) throws -> RecordDetails {
        guard let record = reader.record(of: id) else { throw try noJob(id) }
        return RecordDetails(record: record, payload: try reader.payload(of: id))
    }

    private func timeline(of id: JobID) throws -> Timeline {
        let events = try reader.history(of: id)
        guard !events.isEmpty || reader.record(of: id) != nil else { throw try noJob(id) }
        return Timeline(events: events)
    }

    /// Tells a job that is gone from one that never was, as far as is known.
    private func noJob(_ id: JobID) throws -> UsageError {
        guard try reader.history(of: id).isEmpty else {
            return UsageError(
                "job \(id) is not in \(folder) any more: it was pruned; see logjobs history \(id)"
            )
        }
        guard reader.mayHavePruned(id) else {
            return UsageError("there is no job \(id) in \(folder); see logjobs list")
        }
        return UsageError(
            "there is no job \(id) in \(folder); if there was one, it was pruned, and its "
                + "history is not kept any more"
        )
    }
}

extension LogReader {
    /// Where the known past begins, if more was asked for.
    func remarks(on filter: Filter) throws -> [String] {
        guard oldestEvent.rawValue > 1 else { return [] }
        switch filter.since {
        case .sequence(let sequence) where sequence >= oldestEvent: return []
        case .time(let date):
            guard let event = try event(at: oldestEvent), event.time > date else { return [] }
        default: break
        }
        return ["what was before event \(oldestEvent) was not kept"]
    }
}
