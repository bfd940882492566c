import LazyJobs
import LogJobs

/// One event on a line: for `tail`.
struct EventLine {
    var event: JobEvent
    var source: JobSource?

    init(_ named: NamedEvent) {
        (event, source) = (named.event, named.source)
    }

    func line(_ format: OutputFormat) throws -> String {
        switch format {
        case .json: try JSONLine.string(EventJSON(event: event, source: source))
        case .text: text
        }
    }

    private var text: String {
        let time = RFC3339.string(from: event.timestamp)
        return "\(time)  \(event.sequence)  \(words)"
    }

    private var words: String {
        switch event.body {
        case .job(let transition): words(of: transition)
        case .schedule(let change): Self.words(of: change)
        case .queue(let change): Self.words(of: change)
        case .store(.opened(let owner, _)):
            "store opened by process \(owner.processID) on \(PlainText.escaped(owner.host))"
        case .store(.closed): "store closed"
        }
    }

    private func words(of transition: JobTransition) -> String {
        let kind = source.map { " (\(PlainText.escaped($0.kind)))" } ?? ""
        var parts = ["job \(transition.jobID)\(kind) \(transition.kind.rawValue)"]
        if transition.attempt > 0 { parts.append("attempt \(transition.attempt)") }
        if case .claimed(let worker) = transition.change {
            parts.append("by \(PlainText.escaped(worker))")
        }
        if let duration = transition.change.duration {
            parts.append("took \(Quantity.duration(duration))")
        }
        let account = transition.change.account
        return parts.joined(separator: ", ") + (account.isEmpty ? "" : ": " + account)
    }

    private static func words(of change: ScheduleChange) -> String {
        switch change {
        case .set(let schedule, let actor):
            words("schedule", schedule.key, "set", nil, actor)
        case .advanced(let key, let nextRunAt, let enqueued):
            words("schedule", key, enqueued ? "enqueued a job" : "enqueued none", nil, nil)
                + "; next at \(RFC3339.string(from: nextRunAt))"
        case .removed(let key, let actor): words("schedule", key, "removed", nil, actor)
        }
    }

    private static func words(of change: QueueChange) -> String {
        switch change {
        case .paused(let queue, let reason, let actor):
            words("queue", queue, "paused", reason, actor)
        case .resumed(let queue, let actor): words("queue", queue, "resumed", nil, actor)
        }
    }

    private static func words(
        _ noun: String,
        _ name: String,
        _ verb: String,
        _ reason: String?,
        _ actor: String?
    ) -> String {
        "\(noun) \(PlainText.escaped(name)) \(verb)"
            + (reason.map { ": \(PlainText.escaped($0))" } ?? "")
            + (actor.map { "; by \(PlainText.escaped($0))" } ?? "")
    }
}
