public import Foundation

/// The current state of one job, without its payload.
///
/// Its JSON has the keys and shapes of Go's `lazyjobs`: snake_case, RFC 3339 times in UTC, the
/// payload never, what is empty left out. Fields that Go's record lacks appear only when set.
public struct JobRecord: Sendable, Hashable {
    /// The job's number.
    public var id: JobID
    /// The name under which workers know what to do.
    public var kind: String
    /// The queue it stands in.
    public var queue: String
    /// Where it stands.
    public var state: JobState
    /// How many attempts count so far, the running one included.
    public var attempt: Int
    /// How many attempts it has.
    public var maxAttempts: Int
    /// How urgent it is.
    public var priority: JobPriority
    /// The earliest time at which it may run next.
    public var runAt: Date
    /// When it was enqueued.
    public var createdAt: Date
    /// When it last changed state.
    public var updatedAt: Date
    /// The text of the last failure; the history has all of them.
    public var lastError: String?
    /// The worker that runs it or ran it last.
    public var worker: String?
    /// How long one attempt may take.
    public var timeout: Duration?
    /// What it produced, if it succeeded and said something.
    public var output: [UInt8]?
    /// The key that keeps a second such job out while this one is not final.
    public var uniqueKey: String?
    /// The key by which running jobs are limited.
    public var concurrencyKey: String?
    /// The name of the request that made it.
    public var idempotencyKey: String?
    /// The schedule that enqueued it.
    public var scheduleKey: String?
    /// Words to find it by.
    public var tags: [String]
    /// Text that travels with it.
    public var metadata: [String: String]
    /// The jobs whose end it waits for.
    public var waitsFor: [JobID]

    /// Makes a record; backends do.
    public init(
        id: JobID,
        kind: String,
        queue: String,
        state: JobState,
        attempt: Int,
        maxAttempts: Int,
        priority: JobPriority,
        runAt: Date,
        createdAt: Date,
        updatedAt: Date,
        lastError: String? = nil,
        worker: String? = nil,
        timeout: Duration? = nil,
        output: [UInt8]? = nil,
        uniqueKey: String? = nil,
        concurrencyKey: String? = nil,
        idempotencyKey: String? = nil,
        scheduleKey: String? = nil,
        tags: [String] = [],
        metadata: [String: String] = [:],
        waitsFor: [JobID] = []
    ) {
        self.id = id
        self.kind = kind
        self.queue = queue
        self.state = state
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.priority = priority
        self.runAt = runAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lastError = lastError
        self.worker = worker
        self.timeout = timeout
        self.output = output
        self.uniqueKey = uniqueKey
        self.concurrencyKey = concurrencyKey
        self.idempotencyKey = idempotencyKey
        self.scheduleKey = scheduleKey
        self.tags = tags
        self.metadata = metadata
        self.waitsFor = waitsFor
    }
}

extension JobRecord: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, kind, queue
        case scheduleKey = "schedule_key"
        case state, attempt
        case maxAttempts = "max_attempts"
        case runAt = "run_at"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case lastError = "last_error"
        case priority, worker, timeout
        case uniqueKey = "unique_key"
        case concurrencyKey = "concurrency_key"
        case idempotencyKey = "idempotency_key"
        case tags, metadata
        case waitsFor = "waits_for"
    }

    /// Writes the JSON of Go's record; payload and output are never in it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(kind, forKey: .kind)
        try container.encode(queue, forKey: .queue)
        try container.encodeIfPresent(scheduleKey, forKey: .scheduleKey)
        try container.encode(state, forKey: .state)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(maxAttempts, forKey: .maxAttempts)
        try container.encode(RFC3339.string(from: runAt), forKey: .runAt)
        try container.encode(RFC3339.string(from: createdAt), forKey: .createdAt)
        try container.encode(RFC3339.string(from: updatedAt), forKey: .updatedAt)
        try container.encodeIfPresent(lastError, forKey: .lastError)
        if priority != .normal { try container.encode(priority.rawValue, forKey: .priority) }
        try container.encodeIfPresent(worker, forKey: .worker)
        try container.encodeIfPresent(timeout.map(GoDuration.string(from:)), forKey: .timeout)
        try container.encodeIfPresent(uniqueKey, forKey: .uniqueKey)
        try container.encodeIfPresent(concurrencyKey, forKey: .concurrencyKey)
        try container.encodeIfPresent(idempotencyKey, forKey: .idempotencyKey)
        if !tags.isEmpty { try container.encode(tags, forKey: .tags) }
        if !metadata.isEmpty { try container.encode(metadata, forKey: .metadata) }
        if !waitsFor.isEmpty { try container.encode(waitsFor, forKey: .waitsFor) }
    }
}
