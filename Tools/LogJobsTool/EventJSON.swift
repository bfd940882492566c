import Foundation
import LazyJobs

/// One event in JSON: flat, with the keys that its kind has; payloads and outputs never.
struct EventJSON: Encodable {
    var event: JobEvent

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
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(event.sequence.rawValue, forKey: .sequence)
        try container.encode(event.epoch, forKey: .epoch)
        try container.encode(RFC3339.string(from: event.timestamp), forKey: .time)
        guard let transition = event.transition else { return }
        try container.encode(transition.jobID, forKey: .jobID)
        try container.encode(transition.kind, forKey: .event)
        try container.encode(transition.version, forKey: .version)
        try container.encodeIfPresent(transition.previous?.rawValue, forKey: .previous)
        try container.encode(transition.attempt, forKey: .attempt)
        let duration = transition.change.duration.map(GoDuration.string(from:))
        try container.encodeIfPresent(duration, forKey: .duration)
        try Self.encode(transition.change, to: &container)
    }

    private static func encode(
        _ change: JobTransition.Change,
        to container: inout KeyedEncodingContainer<CodingKeys>
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
