import LazyJobs
import LogJobs

/// What an event says, by column.
struct EventDetails {
    private(set) var kind: String?
    private(set) var queue: String?
    private(set) var worker: String?
    private(set) var error: String?
    private(set) var reason: String?
    private(set) var actor: String?
    private(set) var runAt: String?
    private(set) var payloadSize: Int?
    private(set) var outputSize: Int?
    private(set) var scheduleKey: String?

    init(_ named: NamedEvent) {
        kind = named.source?.kind
        queue = named.source?.queue
        switch named.event.body {
        case .job(let transition): take(transition.change)
        case .schedule(let change): take(change)
        case .queue(.paused(let name, let why, let who)):
            (queue, reason, actor) = (name, why, who)
        case .queue(.resumed(let name, let who)): (queue, actor) = (name, who)
        case .store: break
        }
    }

    private mutating func take(_ change: JobTransition.Change) {
        error = change.failure
        switch change {
        case .enqueued(let job, let date):
            (scheduleKey, actor) = (job.scheduleKey, job.actor)
            runAt = RFC3339.string(from: date)
            payloadSize = job.payload.bytes.count
        case .claimed(let name): worker = name
        case .succeeded(let output, _): outputSize = output?.count
        case .retried(_, let date, _): runAt = RFC3339.string(from: date)
        case .discarded(_, let who, _): actor = who
        case .cancelled(let why, let who, _): (reason, actor) = (why, who)
        case .snoozed(let date, let why, _):
            (reason, runAt) = (why, RFC3339.string(from: date))
        case .interrupted(let why, _): reason = why
        case .requeued(let date, _, let why, let who):
            (reason, actor, runAt) = (why, who, RFC3339.string(from: date))
        case .rescued, .pruned, .carried: break
        }
    }

    private mutating func take(_ change: ScheduleChange) {
        switch change {
        case .set(let schedule, let who):
            (scheduleKey, actor) = (schedule.key, who)
            (kind, queue) = (schedule.job.kind, schedule.job.queue)
            runAt = RFC3339.string(from: schedule.nextRunAt)
        case .advanced(let key, let date, _):
            (scheduleKey, runAt) = (key, RFC3339.string(from: date))
        case .removed(let key, let who): (scheduleKey, actor) = (key, who)
        }
    }
}
