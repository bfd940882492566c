import LazyJobs
import LogJobs

/// What the tool says: the answer, remarks on it, and how it ends.
struct Report: Equatable {
    /// For standard output.
    var lines: [String]
    /// For standard error.
    var remarks: [String] = []
    var status = ExitStatus.fine
}

extension Invocation {
    /// Does what was asked.
    func report() throws -> Report {
        switch self {
        case .help(let verb): Report(lines: CommandHelp.lines(verb))
        case .run(.verify, let folder, let format): try Verification.report(folder, format)
        case .run(.backup(let target), let folder, let format):
            Report(lines: try BackupAnswer(from: folder, to: target).lines(format))
        case .run(.repair(let target), let folder, let format):
            try RepairAnswer(from: folder, into: target).report(format)
        case .run(let command, let folder, let format):
            Report(lines: try command.lines(LogReader.open(folder), folder: folder, format))
        }
    }
}

extension Command {
    /// Reads the answer from an open store.
    fileprivate func lines(
        _ reader: LogReader,
        folder: String,
        _ format: OutputFormat
    ) throws -> [String] {
        switch self {
        case .info: try StoreInfo(reader, folder: folder).lines(format)
        case .list(let query): try RecordList(records: reader.list(query)).lines(format)
        case .show(let id): try Self.details(of: id, reader, folder).lines(format)
        case .history(let id): try Self.timeline(of: id, reader, folder).lines(format)
        case .why(let id): try Self.explanation(of: id, reader, folder).lines(format)
        case .errors(let filter): try Self.failures(reader, filter).lines(format)
        case .at(let moment, let query): try PastList(reader, at: moment, query).lines(format)
        case .diff(let start, let end):
            try PastDifference(reader, from: start, to: end).lines(format)
        case .verify: try Verification(report: reader.report).lines(format)
        // Answered without an open store.
        case .backup, .repair: []
        }
    }

    private static func explanation(
        of id: JobID,
        _ reader: LogReader,
        _ folder: String
    ) throws -> Explanation {
        guard let record = reader.record(of: id) else { throw noJob(id, folder) }
        return try Explanation(record, in: reader, at: SystemClock().now)
    }

    private static func failures(
        _ reader: LogReader,
        _ filter: FailureGroups.Filter
    ) throws -> FailureGroups {
        var groups = FailureGroups(filter)
        try reader.forEachEvent { groups.add($0) }
        return groups
    }

    private static func details(
        of id: JobID,
        _ reader: LogReader,
        _ folder: String
    ) throws -> RecordDetails {
        guard let record = reader.record(of: id) else { throw noJob(id, folder) }
        return RecordDetails(record: record, payload: try reader.payload(of: id))
    }

    private static func timeline(
        of id: JobID,
        _ reader: LogReader,
        _ folder: String
    ) throws -> Timeline {
        let events = try reader.history(of: id)
        guard !events.isEmpty else { throw noJob(id, folder) }
        return Timeline(events: events)
    }

    private static func noJob(_ id: JobID, _ folder: String) -> UsageError {
        UsageError("there is no job \(id) in \(folder); see logjobs list")
    }
}
