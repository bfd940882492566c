import LazyJobs
import LogJobs

/// The answer to `info`.
struct StoreInfo {
    var folder: String
    var report: RecoveryReport
    var segments: [SegmentSummary]
    var stats: JobStats
    var schedules: [JobSchedule]
    var pausedQueues: [String]

    init(
        folder: String,
        report: RecoveryReport,
        segments: [SegmentSummary],
        stats: JobStats,
        schedules: [JobSchedule] = [],
        pausedQueues: [String] = []
    ) {
        self.folder = folder
        self.report = report
        self.segments = segments
        self.stats = stats
        self.schedules = schedules
        self.pausedQueues = pausedQueues
    }

    init(_ reader: LogReader, folder: String) {
        self.init(
            folder: folder,
            report: reader.report,
            segments: reader.segments,
            stats: reader.stats(),
            schedules: reader.schedules(),
            pausedQueues: reader.pausedQueues()
        )
    }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: [try JSONLine.string(self)]
        case .text: TextTable.properties(properties) + [""] + segmentTable.lines
        }
    }
}

extension StoreInfo {
    private var properties: [(name: String, value: String)] {
        var properties = [
            (name: "folder", value: PlainText.escaped(folder)),
            (name: "state", value: state),
            (name: "opened", value: "for writing " + Quantity.count(Int(report.epoch), "time")),
            (name: "events", value: Quantity.digits(report.lastSequence.rawValue)),
            (name: "segments", value: sizes),
            (name: "jobs", value: jobs),
        ]
        if let tail = report.tornTail {
            properties.append((name: "torn tail", value: tail.text))
        }
        properties += queues.map { (name: "queue", value: $0) }
        properties += schedules.map { (name: "schedule", value: text(of: $0)) }
        return properties
    }

    /// What an unclosed store looks like does not tell whether its program still runs.
    private var state: String {
        report.wasClosed ? "closed in order" : "open, or left by a program that died"
    }

    private var sizes: String {
        let valid = segments.reduce(0) { $0 + $1.validEnd }
        let size = segments.reduce(0) { $0 + $1.fileSize }
        return "\(Quantity.digits(UInt64(segments.count))), \(Quantity.bytes(valid)) written of "
            + "\(Quantity.bytes(size)) prepared"
    }

    private var jobs: String {
        ([Quantity.digits(UInt64(stats.total))] + counts(stats.byState)).joined(separator: ", ")
    }

    private var queues: [String] {
        Set(stats.byQueueState.keys).union(pausedQueues).sorted().map { queue in
            let counts = counts(stats.byQueueState[queue] ?? [:])
            let state = pausedQueues.contains(queue) ? ["paused"] : []
            return PlainText.escaped(queue) + ": " + (state + counts).joined(separator: ", ")
        }
    }

    /// In the order of a job's life.
    private func counts(_ byState: [JobState: Int]) -> [String] {
        JobState.allCases.compactMap { state in
            byState[state].map { Quantity.digits(UInt64($0)) + " " + state.rawValue }
        }
    }

    private func text(of schedule: JobSchedule) -> String {
        "\(PlainText.escaped(schedule.key)): \(PlainText.escaped(schedule.job.kind)) every "
            + "\(GoDuration.string(from: schedule.interval)), next at "
            + RFC3339.string(from: schedule.nextRunAt)
    }

    private var segmentTable: TextTable {
        var table = TextTable(
            ["SEGMENT", "EPOCH", "FIRST", "LAST", "WRITTEN", "SIZE", "STATE"],
            numbers: [1, 2, 3, 4, 5]
        )
        for segment in segments {
            table.add([
                PlainText.escaped(segment.fileName),
                String(segment.epoch),
                segment.firstSequence.description,
                segment.lastSequence < segment.firstSequence
                    ? "" : segment.lastSequence.description,
                Quantity.bytes(segment.validEnd),
                Quantity.bytes(segment.fileSize),
                segment.isSealed ? "sealed" : "active",
            ])
        }
        return table
    }
}

extension StoreInfo: Encodable {
    private enum CodingKeys: String, CodingKey {
        case folder, epoch, closed
        case lastSequence = "last_sequence"
        case tornTail = "torn_tail"
        case segments, stats, schedules
        case pausedQueues = "paused_queues"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(folder, forKey: .folder)
        try container.encode(report.epoch, forKey: .epoch)
        try container.encode(report.wasClosed, forKey: .closed)
        try container.encode(report.lastSequence.rawValue, forKey: .lastSequence)
        try container.encodeIfPresent(report.tornTail.map(TornTailJSON.init), forKey: .tornTail)
        try container.encode(segments.map(SegmentJSON.init), forKey: .segments)
        try container.encode(stats, forKey: .stats)
        try container.encode(schedules, forKey: .schedules)
        try container.encode(pausedQueues, forKey: .pausedQueues)
    }
}
