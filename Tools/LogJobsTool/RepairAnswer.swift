import LazyJobs
import LogJobs

/// The answer to `repair`.
struct RepairAnswer {
    /// How many jobs are named to people; all of them stand in the JSON.
    private static let namedJobsMax = 20

    var target: String
    var result: RepairReport

    init(target: String, result: RepairReport) {
        self.target = target
        self.result = result
    }

    /// Makes the new store.
    init(from folder: String, into target: String, _ progress: ProgressBar) throws {
        let result = try LogRepair.run(from: folder, into: target, progress: progress.show)
        self.init(target: target, result: result)
    }

    /// A loss is damage, however much was saved.
    func report(_ format: OutputFormat) throws -> Report {
        Report(lines: try lines(format), status: result.isWhole ? .fine : .damage)
    }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: [try JSONLine.string(self)]
        case .text: TextTable.properties(properties)
        }
    }

    private var properties: [(name: String, value: String)] {
        var properties = [
            (name: "new store", value: PlainText.escaped(target)),
            (name: "saved", value: saved),
        ]
        for damage in result.damages { properties.append(("damaged", damage.text)) }
        if let tail = result.tornTail { properties.append(("torn tail", tail.text)) }
        for range in result.lostEvents { properties.append(("lost events", range.text)) }
        for (name, jobs) in concernedJobs where !jobs.isEmpty {
            properties.append((name, Self.text(of: jobs)))
        }
        if result.isWhole { properties.append(("lost", "nothing")) }
        return properties
    }

    private var saved: String {
        "\(Quantity.count(result.jobCount, "job")), from "
            + Quantity.count(result.eventCount, "event")
    }

    private var concernedJobs: [(name: String, jobs: [JobID])] {
        [
            ("lost jobs", result.lostJobs), ("stale jobs", result.staleJobs),
            ("ended by key", result.presumedEndedJobs),
        ]
    }

    private static func text(of jobs: [JobID]) -> String {
        let named = jobs.prefix(namedJobsMax).map(\.description).joined(separator: ", ")
        let rest = jobs.count - min(jobs.count, namedJobsMax)
        return rest > 0 ? "\(named) and \(Quantity.digits(UInt64(rest))) more" : named
    }
}

extension RepairReport.Damage {
    /// Where it is and what, on one line.
    fileprivate var text: String {
        let place = bytes.map { ", bytes \($0.lowerBound) to \($0.upperBound - 1)" } ?? ""
        return "\(PlainText.escaped(file))\(place): \(PlainText.escaped(reason))"
    }
}

extension ClosedRange<SequenceNumber> {
    fileprivate var text: String {
        lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) to \(upperBound)"
    }
}

// MARK: - JSON

extension RepairAnswer: Encodable {
    private enum CodingKeys: String, CodingKey {
        case target, whole, jobs, events, damages
        case tornTail = "torn_tail"
        case lostEvents = "lost_events"
        case lostJobs = "lost_jobs"
        case staleJobs = "stale_jobs"
        case presumedEndedJobs = "presumed_ended_jobs"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(target, forKey: .target)
        try container.encode(result.isWhole, forKey: .whole)
        try container.encode(result.jobCount, forKey: .jobs)
        try container.encode(result.eventCount, forKey: .events)
        try container.encode(result.damages.map(DamagedPlaceJSON.init), forKey: .damages)
        try container.encodeIfPresent(result.tornTail.map(TornTailJSON.init), forKey: .tornTail)
        try container.encode(result.lostEvents.map(EventRangeJSON.init), forKey: .lostEvents)
        try container.encode(result.lostJobs, forKey: .lostJobs)
        try container.encode(result.staleJobs, forKey: .staleJobs)
        try container.encode(result.presumedEndedJobs, forKey: .presumedEndedJobs)
    }
}

/// A damaged place in JSON; `end` is behind its last byte.
private struct DamagedPlaceJSON: Encodable {
    var file: String
    var start: UInt64?
    var end: UInt64?
    var reason: String

    init(_ damage: RepairReport.Damage) {
        file = damage.file
        start = damage.bytes?.lowerBound
        end = damage.bytes?.upperBound
        reason = damage.reason
    }
}

/// Events from one to another in JSON, both included.
private struct EventRangeJSON: Encodable {
    var first: UInt64
    var last: UInt64

    init(_ range: ClosedRange<SequenceNumber>) {
        first = range.lowerBound.rawValue
        last = range.upperBound.rawValue
    }
}
