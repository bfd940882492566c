import Foundation

/// A job as it stands in a dump: times in microseconds since 1970, what is empty left out.
struct DumpedJob: Codable {
    private var id: UInt64?
    private var kind: String
    private var queue: String
    private var payload: Data
    private var encoding: String
    private var version: UInt32?
    private var priority: Int8?
    private var runAt: Int64?
    private var maxAttempts: Int
    private var timeout: Int64?
    private var uniqueKey: String?
    private var concurrencyKey: String?
    private var idempotencyKey: String?
    private var scheduleKey: String?
    private var tags: [String]?
    private var metadata: [String: String]?
    private var waitsFor: [UInt64]?
    private var actor: String?
    private var attempt: UInt32?
    private var lastError: String?
    private var running: Bool?

    private enum CodingKeys: String, CodingKey {
        case id, kind, queue, payload, encoding, version, priority, tags, metadata, actor, attempt
        case runAt = "run_at_us"
        case maxAttempts = "max_attempts"
        case timeout = "timeout_us"
        case uniqueKey = "unique_key"
        case concurrencyKey = "concurrency_key"
        case idempotencyKey = "idempotency_key"
        case scheduleKey = "schedule_key"
        case waitsFor = "waits_for"
        case lastError = "last_error"
        case running
    }

    init(_ moved: MovedJob) {
        self.init(moved.job)
        id = moved.id.rawValue
        attempt = moved.attempt > 0 ? UInt32(clamping: moved.attempt) : nil
        lastError = moved.lastError
        running = moved.isRunning ? true : nil
    }

    init(_ job: NewJob) {
        kind = job.kind
        queue = job.queue
        payload = Data(job.payload.bytes)
        encoding = job.payload.encoding
        version = job.payload.version > 0 ? job.payload.version : nil
        priority = job.priority == .normal ? nil : job.priority.rawValue
        runAt = job.runAt.map { Timestamp($0).microseconds }
        maxAttempts = job.maxAttempts
        timeout = job.timeout?.wholeMicroseconds
        uniqueKey = job.uniqueKey
        concurrencyKey = job.concurrencyKey
        idempotencyKey = job.idempotencyKey
        scheduleKey = job.scheduleKey
        tags = job.tags.isEmpty ? nil : job.tags
        metadata = job.metadata.isEmpty ? nil : job.metadata
        waitsFor = job.waitsFor.isEmpty ? nil : job.waitsFor.map(\.rawValue)
        actor = job.actor
    }

    /// What was dumped; nothing when it has no number.
    var movedJob: MovedJob? {
        guard let id else { return nil }
        return MovedJob(
            id: JobID(rawValue: id),
            job: job,
            attempt: Int(attempt ?? 0),
            lastError: lastError,
            isRunning: running ?? false
        )
    }

    var job: NewJob {
        NewJob(
            kind: kind,
            queue: queue,
            payload: JobPayload(
                bytes: Array(payload),
                encoding: encoding,
                version: version ?? 0
            ),
            priority: JobPriority(rawValue: priority ?? 0),
            runAt: runAt.map { Timestamp(microseconds: $0).date },
            maxAttempts: maxAttempts,
            timeout: timeout.map { .microseconds($0) },
            uniqueKey: uniqueKey,
            concurrencyKey: concurrencyKey,
            idempotencyKey: idempotencyKey,
            scheduleKey: scheduleKey,
            tags: tags ?? [],
            metadata: metadata ?? [:],
            waitsFor: (waitsFor ?? []).map(JobID.init),
            actor: actor
        )
    }
}

/// A schedule as it stands in a dump.
struct DumpedSchedule: Codable {
    private var key: String
    private var interval: Int64
    private var nextRunAt: Int64
    private var job: DumpedJob

    private enum CodingKeys: String, CodingKey {
        case key, job
        case interval = "interval_us"
        case nextRunAt = "next_run_at_us"
    }

    init(_ schedule: JobSchedule) {
        key = schedule.key
        interval = schedule.interval.wholeMicroseconds
        nextRunAt = Timestamp(schedule.nextRunAt).microseconds
        job = DumpedJob(schedule.job)
    }

    var schedule: JobSchedule {
        JobSchedule(
            key: key,
            interval: .microseconds(interval),
            nextRunAt: Timestamp(microseconds: nextRunAt).date,
            job: job.job
        )
    }
}
