import Foundation
import LazyJobs
import LogJobs

/// The answer to `at`: the store as it stood at some moment.
struct PastList {
    var state: PastState
    var records: [JobRecord]

    init(_ state: PastState, _ query: JobQuery) throws {
        self.state = state
        records = try state.list(query)
    }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json:
            try [JSONLine.string(PastMoment(state))] + RecordList(records: records).lines(.json)
        case .text:
            try TextTable.properties(properties) + [""] + RecordList(records: records).lines(.text)
        }
    }

    private var properties: [(name: String, value: String)] {
        let stats = state.stats()
        let counts = JobState.allCases.compactMap { state in
            stats.byState[state].map { Quantity.digits(UInt64($0)) + " " + state.rawValue }
        }
        let jobs = ([Quantity.digits(UInt64(stats.total))] + counts).joined(separator: ", ")
        var properties = [
            (name: "event", value: Quantity.digits(state.sequence.rawValue)),
            (name: "time", value: state.time.map { RFC3339.string(from: $0) } ?? "before all"),
            (name: "jobs", value: jobs),
        ]
        if state.knownSince > .zero {
            let since = Quantity.digits(state.knownSince.rawValue)
            properties.append((name: "known since", value: "event \(since)"))
        }
        for queue in state.pausedQueues() {
            properties.append((name: "paused", value: PlainText.escaped(queue)))
        }
        return properties
    }
}

/// The first line of `at` in JSON.
private struct PastMoment: Encodable {
    var sequence: UInt64
    var time: String?
    var knownSince: UInt64
    var stats: JobStats
    var pausedQueues: [String]

    private enum CodingKeys: String, CodingKey {
        case sequence, time, stats
        case knownSince = "known_since"
        case pausedQueues = "paused_queues"
    }

    init(_ state: PastState) {
        sequence = state.sequence.rawValue
        time = state.time.map { RFC3339.string(from: $0) }
        knownSince = state.knownSince.rawValue
        stats = state.stats()
        pausedQueues = state.pausedQueues()
    }
}

/// The answer to `diff`: what became of the jobs between two moments.
struct PastDifference {
    /// A job that is not as it was.
    struct Change: Encodable, Equatable {
        var id: JobID
        var kind: String
        var queue: String
        /// `nil`: it was not there.
        var from: JobState?
        /// `nil`: it is not there any more.
        var to: JobState?
    }

    var changes: [Change]

    init(from start: PastState, to end: PastState) {
        var changes: [Change] = []
        end.forEachRecord { record in
            let before = start.record(of: record.id)
            guard before?.state != record.state else { return }
            changes.append(Change(record, from: before?.state, to: record.state))
        }
        start.forEachRecord { record in
            guard end.record(of: record.id) == nil else { return }
            changes.append(Change(record, from: record.state, to: nil))
        }
        self.changes = changes.sorted { $0.id < $1.id }
    }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: try changes.map { try JSONLine.string($0) }
        case .text: changes.isEmpty ? ["nothing has changed"] : counts + [""] + table.lines
        }
    }

    private var counts: [String] {
        Dictionary(grouping: changes) { $0.step }.sorted { $0.key < $1.key }.map { step, changes in
            "\(step): \(Quantity.count(changes.count, "job"))"
        }
    }

    private var table: TextTable {
        var table = TextTable(["ID", "FROM", "TO", "KIND", "QUEUE"], numbers: [0])
        for change in changes {
            table.add([
                change.id.description,
                change.from?.rawValue ?? "-",
                change.to?.rawValue ?? "-",
                PlainText.escaped(change.kind),
                PlainText.escaped(change.queue),
            ])
        }
        return table
    }
}

extension PastDifference.Change {
    fileprivate init(_ record: JobRecord, from: JobState?, to: JobState?) {
        self.init(id: record.id, kind: record.kind, queue: record.queue, from: from, to: to)
    }

    fileprivate var step: String {
        switch (from, to) {
        case (nil, let to?): "new, \(to.rawValue)"
        case (let from, nil): "gone, \(from?.rawValue ?? "")"
        case (let from?, let to?): "\(from.rawValue) to \(to.rawValue)"
        }
    }
}
