import Foundation
import LazyJobs
import LogJobs

/// One event in JSON: flat, with the keys that its kind has; payloads and outputs never.
struct EventJSON: Encodable {
    var event: JobEvent
    /// What is known of its job beside what it says itself.
    var source: JobSource?

    private enum CodingKeys: String, CodingKey {
        case sequence, epoch, time
        case jobID = "job_id"
        case event, version, previous, attempt
        case kind, queue, state, worker, error, reason, actor, duration
        case runAt = "run_at"
        case maxAttempts = "max_attempts"
        case outputSize = "output_size"
        case payloadSize = "payload_size"
        case scheduleKey = "schedule_key"
        case processID = "process_id"
        case host, enqueued
    }

    private typealias Container = KeyedEncodingContainer<CodingKeys>

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(event.sequence.rawValue, forKey: .sequence)
        try container.encode(event.epoch, forKey: .epoch)
        try container.encode(RFC3339.string(from: event.timestamp), forKey: .time)
        try container.encode(event.body.name, forKey: .event)
        switch event.body {
        case .job(let transition): try encode(transition, to: &container)
        case .schedule(let change): try Self.encode(change, to: &container)
        case .queue(let change): try Self.encode(change, to: &container)
        case .store(.opened(let owner, _)):
            try container.encode(owner.processID, forKey: .processID)
            try container.encode(owner.host, forKey: .host)
        case .store(.closed): break
        }
    }

    private func encode(_ transition: JobTransition, to container: inout Container) throws {
        try container.encode(transition.jobID, forKey: .jobID)
        try container.encode(transition.version, forKey: .version)
        try container.encodeIfPresent(transition.previous?.rawValue, forKey: .previous)
        try container.encode(transition.attempt, forKey: .attempt)
        let duration = transition.change.duration.map(GoDuration.string(from:))
        try container.encodeIfPresent(duration, forKey: .duration)
        try container.encodeIfPresent(source?.kind, forKey: .kind)
        try container.encodeIfPresent(source?.queue, forKey: .queue)
        try Self.encode(transition.change, to: &container)
    }

    private static func encode(_ change: ScheduleChange, to container: inout Container) throws {
        switch change {
        case .set(let schedule, let actor):
            try container.encode(schedule.key, forKey: .scheduleKey)
            try container.encode(schedule.job.kind, forKey: .kind)
            try container.encode(schedule.job.queue, forKey: .queue)
            try container.encode(RFC3339.string(from: schedule.nextRunAt), forKey: .runAt)
            try container.encodeIfPresent(actor, forKey: .actor)
        case .advanced(let key, let nextRunAt, let enqueued):
            try container.encode(key, forKey: .scheduleKey)
            try container.encode(RFC3339.string(from: nextRunAt), forKey: .runAt)
            try container.encode(enqueued, forKey: .enqueued)
        case .removed(let key, let actor):
            try container.encode(key, forKey: .scheduleKey)
            try container.encodeIfPresent(actor, forKey: .actor)
        }
    }

    private static func encode(_ change: QueueChange, to container: inout Container) throws {
        switch change {
        case .paused(let queue, let reason, let actor):
            try container.encode(queue, forKey: .queue)
            try container.encodeIfPresent(reason, forKey: .reason)
            try container.encodeIfPresent(actor, forKey: .actor)
        case .resumed(let queue, let actor):
            try container.encode(queue, forKey: .queue)
            try container.encodeIfPresent(actor, forKey: .actor)
        }
    }

    private static func encode(
        _ change: JobTransition.Change,
        to container: inout Container
    ) throws {
        func encode(_ text: String?, _ key: CodingKeys) throws {
            try container.encodeIfPresent(text, forKey: key)
        }
        switch change {
        case .enqueued(let job, let runAt):
            try encode(job.kind, .kind)
            try encode(job.queue, .queue)
            try encode(job.scheduleKey, .scheduleKey)
            try encode(job.actor, .actor)
            try encode(RFC3339.string(from: runAt), .runAt)
            try container.encode(job.payload.bytes.count, forKey: .payloadSize)
        case .claimed(let worker): try encode(worker, .worker)
        case .succeeded(let output, _):
            try container.encodeIfPresent(output?.count, forKey: .outputSize)
        case .retried(let error, let runAt, _):
            try encode(error, .error)
            try encode(RFC3339.string(from: runAt), .runAt)
        case .discarded(let error, let actor, _):
            try encode(error, .error)
            try encode(actor, .actor)
        case .cancelled(let reason, let actor, _):
            try encode(reason, .reason)
            try encode(actor, .actor)
        case .snoozed(let runAt, let reason, _):
            try encode(reason, .reason)
            try encode(RFC3339.string(from: runAt), .runAt)
        case .interrupted(let reason, _): try encode(reason, .reason)
        case .rescued(let error): try encode(error, .error)
        case .requeued(let runAt, let maxAttempts, let reason, let actor):
            try encode(reason, .reason)
            try encode(actor, .actor)
            try encode(RFC3339.string(from: runAt), .runAt)
            try container.encode(maxAttempts, forKey: .maxAttempts)
        case .pruned: break
        case .carried(let carried): try encode(carried.state.rawValue, .state)
        }
    }
}

extension JobEvent.Body {
    /// What happened, in one word.
    var name: String {
        switch self {
        case .job(let transition): transition.kind.rawValue
        case .schedule(.set): "schedule_set"
        case .schedule(.advanced): "schedule_advanced"
        case .schedule(.removed): "schedule_removed"
        case .queue(.paused): "queue_paused"
        case .queue(.resumed): "queue_resumed"
        case .store(.opened): "store_opened"
        case .store(.closed): "store_closed"
        }
    }
}
