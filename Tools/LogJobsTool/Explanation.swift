import Foundation
import LazyJobs
import LogJobs

/// The answer to `why`: why a job does not run, as far as the store knows.
///
/// What it cannot know is what the runner that works the store was told: for which queues it
/// claims, and how many jobs of a queue it lets run at once.
struct Explanation: Encodable, Equatable {
    struct Reason: Encodable, Equatable {
        /// For programs: ended, running, closed, paused, not_due, behind, limited, next.
        var code: String
        /// For people.
        var text: String
    }

    var id: JobID
    var state: JobState
    var reasons: [Reason]

    private enum CodingKeys: String, CodingKey {
        case id, state, reasons
    }

    /// Asks an open store about one of its jobs.
    init(_ record: JobRecord, in reader: LogReader, at now: Date) throws {
        id = record.id
        state = record.state
        reasons = []
        guard !record.state.isFinal else {
            let time = RFC3339.string(from: record.updatedAt)
            add("ended", "it has ended: \(record.state.rawValue) at \(time)")
            return
        }
        if reader.report.wasClosed {
            add("closed", "the store is closed, so no runner works it")
        }
        guard record.state != .running else {
            addRunning(record, now)
            return
        }
        if reader.pausedQueues().contains(record.queue) {
            add("paused", "its queue \(PlainText.escaped(record.queue)) is paused")
        }
        guard record.runAt <= now else {
            let wait = Quantity.duration(.microseconds(Timestamp(record.runAt).since(now)))
            let cause = record.state == .retrying ? "the next attempt is due" : "it is due"
            add("not_due", "\(cause) at \(RFC3339.string(from: record.runAt)), in \(wait)")
            return
        }
        try addCompetitors(of: record, in: reader, at: now)
    }

    private mutating func add(_ code: String, _ text: String) {
        reasons.append(Reason(code: code, text: text))
    }

    private mutating func addRunning(_ record: JobRecord, _ now: Date) {
        let time = RFC3339.string(from: record.updatedAt)
        let worker = record.worker.map { " by \(PlainText.escaped($0))" } ?? ""
        add("running", "it has been running since \(time)\(worker), attempt \(record.attempt)")
    }

    private mutating func addCompetitors(
        of record: JobRecord,
        in reader: LogReader,
        at now: Date
    ) throws {
        let stats = reader.stats()
        let running = stats.byQueueState[record.queue]?[.running] ?? 0
        if running > 0 {
            let jobs = Quantity.count(running, "job")
            add("limited", "\(jobs) of its queue run; a runner's limit may not allow another")
        }
        let waiting = try reader.list(
            JobQuery(states: [.pending, .retrying], limit: JobLimits.listCountMax)
        )
        let paused = Set(reader.pausedQueues())
        let ahead = waiting.count { other in
            other.runAt <= now && !paused.contains(other.queue) && other.isClaimed(before: record)
        }
        if ahead > 0 {
            let isMore = waiting.count == JobLimits.listCountMax
            let jobs = (isMore ? "at least " : "") + Quantity.count(ahead, "job")
            add("behind", "\(jobs) that may run will be claimed before it")
        }
        if reasons.isEmpty {
            add("next", "nothing in the store holds it back: it is next, for a runner of its queue")
        }
    }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: [try JSONLine.string(self)]
        case .text: ["job \(id) is \(state.rawValue)"] + reasons.map { "  \($0.text)" }
        }
    }
}

extension JobRecord {
    /// The claim order: priority, then run-at time, then id.
    fileprivate func isClaimed(before other: JobRecord) -> Bool {
        (-priority.rawValue, runAt, id) < (-other.priority.rawValue, other.runAt, other.id)
    }
}

extension Timestamp {
    /// Microseconds until this time.
    fileprivate func since(_ date: Date) -> Int64 {
        microseconds - Timestamp(date).microseconds
    }
}
