public import Foundation

/// The current state of one job, without its payload.
///
/// Its JSON has the keys and shapes of Go's `lazyjobs`: snake_case, RFC 3339 times in UTC, the
/// payload never, what is empty left out. Fields that Go's record lacks appear only when set.
///
/// A copy costs one reference: a record goes through many hands on its way to who asked.
public struct JobRecord: Sendable, Hashable {
    private var fields: CopyOnWrite<Fields>

    /// The job's number.
    public var id: JobID {
        get { fields.value.id }
        set { fields.value.id = newValue }
    }

    /// The name under which workers know what to do.
    public var kind: String {
        get { fields.value.kind }
        set { fields.value.kind = newValue }
    }

    /// The queue it stands in.
    public var queue: String {
        get { fields.value.queue }
        set { fields.value.queue = newValue }
    }

    /// Where it stands.
    public var state: JobState {
        get { fields.value.state }
        set { fields.value.state = newValue }
    }

    /// How many attempts count so far, the running one included.
    public var attempt: Int {
        get { fields.value.attempt }
        set { fields.value.attempt = newValue }
    }

    /// How many attempts it has.
    public var maxAttempts: Int {
        get { fields.value.maxAttempts }
        set { fields.value.maxAttempts = newValue }
    }

    /// How urgent it is.
    public var priority: JobPriority {
        get { fields.value.priority }
        set { fields.value.priority = newValue }
    }

    /// The earliest time at which it may run next.
    public var runAt: Date {
        get { fields.value.runAt }
        set { fields.value.runAt = newValue }
    }

    /// When it was enqueued.
    public var createdAt: Date {
        get { fields.value.createdAt }
        set { fields.value.createdAt = newValue }
    }

    /// When it last changed state.
    public var updatedAt: Date {
        get { fields.value.updatedAt }
        set { fields.value.updatedAt = newValue }
    }

    /// The text of the last failure; the history has all of them.
    public var lastError: String? {
        get { fields.value.lastError }
        set { fields.value.lastError = newValue }
    }

    /// The worker that runs it or ran it last.
    public var worker: String? {
        get { fields.value.worker }
        set { fields.value.worker = newValue }
    }

    /// How long one attempt may take.
    public var timeout: Duration? {
        get { fields.value.timeout }
        set { fields.value.timeout = newValue }
    }

    /// What it produced, if it succeeded and said something.
    public var output: [UInt8]? {
        get { fields.value.output }
        set { fields.value.output = newValue }
    }

    /// The key that keeps a second such job out while this one is not final.
    public var uniqueKey: String? {
        get { fields.value.uniqueKey }
        set { fields.value.uniqueKey = newValue }
    }

    /// The key by which running jobs are limited.
    public var concurrencyKey: String? {
        get { fields.value.concurrencyKey }
        set { fields.value.concurrencyKey = newValue }
    }

    /// The name of the request that made it.
    public var idempotencyKey: String? {
        get { fields.value.idempotencyKey }
        set { fields.value.idempotencyKey = newValue }
    }

    /// The schedule that enqueued it.
    public var scheduleKey: String? {
        get { fields.value.scheduleKey }
        set { fields.value.scheduleKey = newValue }
    }

    /// Words to find it by.
    public var tags: [String] {
        get { fields.value.tags }
        set { fields.value.tags = newValue }
    }

    /// Text that travels with it.
    public var metadata: [String: String] {
        get { fields.value.metadata }
        set { fields.value.metadata = newValue }
    }

    /// The jobs whose end it waits for.
    public var waitsFor: [JobID] {
        get { fields.value.waitsFor }
        set { fields.value.waitsFor = newValue }
    }

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
        fields = CopyOnWrite(
            Fields(
                id: id,
                kind: kind,
                queue: queue,
                state: state,
                attempt: attempt,
                maxAttempts: maxAttempts,
                priority: priority,
                runAt: runAt,
                createdAt: createdAt,
                updatedAt: updatedAt,
                lastError: lastError,
                worker: worker,
                timeout: timeout,
                output: output,
                uniqueKey: uniqueKey,
                concurrencyKey: concurrencyKey,
                idempotencyKey: idempotencyKey,
                scheduleKey: scheduleKey,
                tags: tags,
                metadata: metadata,
                waitsFor: waitsFor
            )
        )
    }
}

extension JobRecord: CustomReflectable {
    /// What is known of the job, for texts made of a record.
    public var customMirror: Mirror { fields.mirror(of: self) }
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

// MARK: - Storage

extension JobRecord {
    fileprivate struct Fields: Sendable, Hashable {
        var id: JobID
        var kind: String
        var queue: String
        var state: JobState
        var attempt: Int
        var maxAttempts: Int
        var priority: JobPriority
        var runAt: Date
        var createdAt: Date
        var updatedAt: Date
        var lastError: String?
        var worker: String?
        var timeout: Duration?
        var output: [UInt8]?
        var uniqueKey: String?
        var concurrencyKey: String?
        var idempotencyKey: String?
        var scheduleKey: String?
        var tags: [String]
        var metadata: [String: String]
        var waitsFor: [JobID]
    }
}
