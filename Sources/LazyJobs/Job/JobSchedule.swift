public import Foundation

/// A job enqueued again and again at a fixed interval, as the store keeps it.
///
/// The next time is computed from the last *scheduled* time, not from when the job ran, so that a
/// schedule does not drift. Times missed while no runner worked are made up for by one run.
public struct JobSchedule: Sendable, Hashable {
    /// The schedule's name, unique in the store; at most ``JobLimits/keySizeMax`` bytes.
    public var key: String
    /// The time between two runs, at least one millisecond.
    public var interval: Duration
    /// When the next job is enqueued.
    public var nextRunAt: Date
    /// What is enqueued; its run-at time and schedule key are set when it is.
    public var job: NewJob

    /// Describes a schedule.
    public init(key: String, interval: Duration, nextRunAt: Date, job: NewJob) {
        self.key = key
        self.interval = interval
        self.nextRunAt = nextRunAt
        self.job = job
    }
}

extension JobSchedule: Encodable {
    private enum CodingKeys: String, CodingKey {
        case key, kind, queue, interval
        case nextRunAt = "next_run_at"
    }

    /// Writes the JSON of Go's `ScheduleDefinition`; the payload is not in it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key, forKey: .key)
        try container.encode(job.kind, forKey: .kind)
        try container.encode(job.queue, forKey: .queue)
        try container.encode(GoDuration.string(from: interval), forKey: .interval)
        try container.encode(RFC3339.string(from: nextRunAt), forKey: .nextRunAt)
    }
}
