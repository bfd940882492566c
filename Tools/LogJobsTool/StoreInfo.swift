import Foundation
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
    var archives: [ArchiveSummary] = []
    var checkpoints: [Checkpoint] = []
    /// Of each segment; empty when not known.
    var uses: [SegmentUse] = []
    var pins: SegmentPins?
    /// Where the known past begins, and when that was.
    var oldestEvent = SequenceNumber(rawValue: 1)
    var oldestTime: Date?
    /// Through which event whole states are not known; zero when all are.
    var statesSince = SequenceNumber.zero
    var statesTime: Date?

    /// A checkpoint, and the time of the last event in it.
    struct Checkpoint {
        var summary: CheckpointSummary
        var time: Date?
    }

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

    init(_ reader: LogReader, folder: String) throws {
        self.init(
            folder: folder,
            report: reader.report,
            segments: reader.segments,
            stats: reader.stats(),
            schedules: reader.schedules(),
            pausedQueues: reader.pausedQueues()
        )
        archives = reader.archives
        checkpoints = try reader.checkpoints.map { summary in
            Checkpoint(summary: summary, time: try reader.event(at: summary.sequence)?.time)
        }
        uses = reader.segmentUses
        pins = reader.oldestSegmentPins()
        oldestEvent = reader.oldestEvent
        oldestTime = try reader.event(at: oldestEvent)?.time
        statesSince = try reader.statesKnownSince()
        statesTime = try reader.event(at: statesSince)?.time
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
        ]
        if oldestEvent.rawValue > 1 {
            let since = text(of: oldestEvent, oldestTime)
            properties.append((name: "known since", value: since))
        }
        if statesSince > .zero {
            let since = text(of: statesSince, statesTime)
            properties.append((name: "states since", value: since))
        }
        if let pinned { properties.append((name: "oldest", value: pinned)) }
        if let archived { properties.append((name: "archives", value: archived)) }
        properties += checkpoints.map { (name: "checkpoint", value: text(of: $0)) }
        properties.append((name: "jobs", value: jobs))
        if let tail = report.tornTail {
            properties.append((name: "torn tail", value: tail.text))
        }
        properties += queues.map { (name: "queue", value: $0) }
        properties += schedules.map { (name: "schedule", value: text(of: $0)) }
        return properties
    }

    /// What an unclosed store looks like does not tell whether its program still runs.
    private var state: String {
        report.wasClosed
            ? "closed in order" : "open, a copy of an open one, or left by a program that died"
    }

    private func text(of event: SequenceNumber, _ time: Date?) -> String {
        let time = time.map { " of " + RFC3339.string(from: $0) } ?? ""
        return "event \(Quantity.digits(event.rawValue))\(time)"
    }

    private var sizes: String {
        let valid = segments.reduce(0) { $0 + $1.validEnd }
        let size = segments.reduce(0) { $0 + $1.fileSize }
        return "\(Quantity.digits(UInt64(segments.count))), \(Quantity.bytes(valid)) written of "
            + "\(Quantity.bytes(size)) prepared"
    }

    /// What keeps the oldest segment from being given back.
    private var pinned: String? {
        guard segments.count > 1, let pins else { return nil }
        guard let oldest = pins.oldest else { return "segment is needed by no job" }
        return "segment is needed by \(counts(pins.byState).joined(separator: ", ")), "
            + "the first is job \(oldest)"
    }

    private var archived: String? {
        guard let first = archives.first, let last = archives.last else { return nil }
        let size = archives.reduce(0) { $0 + $1.fileSize }
        return "\(Quantity.digits(UInt64(archives.count))), \(Quantity.bytes(size)), events "
            + "\(Quantity.digits(first.firstSequence.rawValue)) to "
            + Quantity.digits(last.lastSequence.rawValue)
    }

    private func text(of checkpoint: Checkpoint) -> String {
        let sequence = checkpoint.summary.sequence.rawValue
        let age = report.lastSequence.rawValue - min(sequence, report.lastSequence.rawValue)
        var parts = ["event \(Quantity.digits(sequence))"]
        if let time = checkpoint.time { parts.append("of " + RFC3339.string(from: time)) }
        parts = [parts.joined(separator: " "), Quantity.count(Int(age), "event") + " ago"]
        parts.append(Quantity.bytes(checkpoint.summary.fileSize))
        if let failure = checkpoint.summary.failure {
            parts.append("not used: " + PlainText.escaped(failure))
        }
        return parts.joined(separator: ", ")
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
            ["SEGMENT", "EPOCH", "FIRST", "LAST", "LIVE", "DEAD", "SIZE", "STATE"],
            numbers: [1, 2, 3, 4, 5, 6]
        )
        for (index, segment) in segments.enumerated() {
            let use = index < uses.count ? uses[index] : nil
            table.add([
                PlainText.escaped(segment.fileName),
                String(segment.epoch),
                segment.firstSequence.description,
                segment.lastSequence < segment.firstSequence
                    ? "" : segment.lastSequence.description,
                use.map { Quantity.bytes($0.liveByteCount) } ?? "",
                use.map { Quantity.bytes($0.deadByteCount) } ?? "",
                Quantity.bytes(segment.fileSize),
                segment.isSealed ? "sealed" : "active",
            ])
        }
        return table
    }
}
