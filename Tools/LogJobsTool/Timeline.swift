import Foundation
import LazyJobs

/// The answer to `history`: the transitions of one job, oldest first.
struct Timeline {
    var events: [JobEvent]

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: try events.map { try JSONLine.string(EventJSON(event: $0)) }
        case .text: table.lines
        }
    }

    /// That the beginning is missing, if it is.
    var remarks: [String] {
        guard let first = events.first else { return ["nothing of its history was kept"] }
        guard first.transition?.kind != .enqueued else { return [] }
        return ["what came before event \(first.sequence) was not kept"]
    }

    private var table: TextTable {
        var table = TextTable(
            ["TIME", "AFTER", "EVENT", "ATTEMPT", "WORKER", "TOOK", "WHAT"],
            numbers: [1, 3, 5]
        )
        var worker = ""
        var last: Timestamp?
        for event in events {
            guard let transition = event.transition else { continue }
            if case .claimed(let name) = transition.change { worker = PlainText.escaped(name) }
            table.add([
                RFC3339.string(from: event.timestamp),
                last.map { Self.delta(event.timestamp.since($0)) } ?? "",
                transition.kind.rawValue,
                String(transition.attempt),
                transition.change.isOfWorker ? worker : "",
                transition.change.duration.map(Quantity.duration) ?? "",
                transition.change.account,
            ])
            last = event.timestamp
        }
        return table
    }

    /// The wall clock may have been set back: then time is negative.
    private static func delta(_ duration: Duration) -> String {
        (duration < .zero ? "" : "+") + Quantity.duration(duration)
    }
}

extension JobTransition.Change {
    /// Whether the worker that holds the job makes the change or suffers it.
    fileprivate var isOfWorker: Bool {
        switch self {
        case .claimed, .succeeded, .retried, .snoozed, .interrupted, .rescued: true
        case .discarded(_, let actor, let duration): actor == nil && duration != nil
        case .cancelled(_, let actor, let duration): actor == nil && duration != nil
        case .enqueued, .requeued, .pruned, .carried: false
        }
    }

    /// How long the attempt took that ended with the change.
    var duration: Duration? {
        switch self {
        case .succeeded(_, let duration), .retried(_, _, let duration),
            .snoozed(_, _, let duration), .interrupted(_, let duration):
            duration
        case .discarded(_, _, let duration), .cancelled(_, _, let duration): duration
        case .enqueued, .claimed, .rescued, .requeued, .pruned, .carried: nil
        }
    }

    /// The rest of what is to be said, in words.
    var account: String {
        switch self {
        case .enqueued(let job, _): Self.account(of: job)
        case .claimed, .pruned: ""
        case .succeeded(let output, _):
            output.map { "output of " + Quantity.bytes(UInt64($0.count)) } ?? ""
        case .retried(let error, let runAt, _):
            "\(PlainText.escaped(error)); again at \(RFC3339.string(from: runAt))"
        case .discarded(let error, let actor, _): Self.text(error, actor)
        case .cancelled(let reason, let actor, _): Self.text(reason, actor)
        case .snoozed(let runAt, let reason, _):
            Self.text(reason ?? "", nil, "again at \(RFC3339.string(from: runAt))")
        case .interrupted(let reason, _): PlainText.escaped(reason)
        case .rescued(let error): PlainText.escaped(error)
        case .requeued(_, let maxAttempts, let reason, let actor):
            Self.text(reason ?? "", actor, "\(Quantity.count(maxAttempts, "attempt")) allowed")
        case .carried(let carried): "copied forward as \(carried.state.rawValue)"
        }
    }

    private static func account(of job: NewJob) -> String {
        var parts = ["\(PlainText.escaped(job.kind)) in queue \(PlainText.escaped(job.queue))"]
        if let asked = job.runAt { parts.append("not before \(RFC3339.string(from: asked))") }
        if let key = job.scheduleKey { parts.append("by schedule \(PlainText.escaped(key))") }
        if let actor = job.actor { parts.append("by \(PlainText.escaped(actor))") }
        return parts.joined(separator: ", ")
    }

    private static func text(_ reason: String, _ actor: String?, _ more: String? = nil) -> String {
        let reason = reason.isEmpty ? nil : PlainText.escaped(reason)
        let actor = actor.map { "by \(PlainText.escaped($0))" }
        return [reason, actor, more].compactMap { $0 }.joined(separator: "; ")
    }
}
