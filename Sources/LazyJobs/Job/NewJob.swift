public import Foundation

/// All that is said of a job when it is enqueued: what a backend stores and never changes,
/// but for the attempts: see ``Backend/retry(_:reason:actor:)``.
///
/// Applications rarely make one: ``JobRunner`` does it from a typed job and its ``JobOptions``.
///
/// A copy costs one reference, however much is said: a job goes through many hands on its way. For
/// the same reason its fields are read without a call.
public struct NewJob: Sendable, Hashable {
    @usableFromInline var fields: CopyOnWrite<Fields>

    /// The name under which workers know what to do; 1 to ``JobLimits/kindSizeMax`` bytes.
    public var kind: String {
        @inlinable get { fields.value.kind }
        set { fields.value.kind = newValue }
    }

    /// The queue it stands in; 1 to ``JobLimits/queueSizeMax`` bytes.
    public var queue: String {
        @inlinable get { fields.value.queue }
        set { fields.value.queue = newValue }
    }

    /// The encoded arguments.
    public var payload: JobPayload {
        @inlinable get { fields.value.payload }
        set { fields.value.payload = newValue }
    }

    /// How urgent it is beside the other due jobs.
    public var priority: JobPriority {
        @inlinable get { fields.value.priority }
        set { fields.value.priority = newValue }
    }

    /// The earliest time at which it may run; `nil` means at once, the backend's clock deciding.
    public var runAt: Date? {
        @inlinable get { fields.value.runAt }
        set { fields.value.runAt = newValue }
    }

    /// How many attempts it has, from 1 to ``JobLimits/attemptsMax``.
    public var maxAttempts: Int {
        @inlinable get { fields.value.maxAttempts }
        set { fields.value.maxAttempts = newValue }
    }

    /// How long one attempt may take before it is cancelled and counted as failed.
    public var timeout: Duration? {
        @inlinable get { fields.value.timeout }
        set { fields.value.timeout = newValue }
    }

    /// While a job with this key is pending, running or retrying, no second one is accepted: the
    /// answer names the first.
    public var uniqueKey: String? {
        @inlinable get { fields.value.uniqueKey }
        set { fields.value.uniqueKey = newValue }
    }

    /// The key by which running jobs will be limited.
    ///
    /// Kept for a later release: a backend that
    /// does not enforce it refuses the job with ``BackendError/Code/unsupported``.
    public var concurrencyKey: String? {
        @inlinable get { fields.value.concurrencyKey }
        set { fields.value.concurrencyKey = newValue }
    }

    /// A name for this very request.
    ///
    /// Enqueueing again with the same key while the job is in the
    /// store, whatever its state, answers with that job instead of making a second.
    public var idempotencyKey: String? {
        @inlinable get { fields.value.idempotencyKey }
        set { fields.value.idempotencyKey = newValue }
    }

    /// The schedule that enqueued it, if one did.
    public var scheduleKey: String? {
        @inlinable get { fields.value.scheduleKey }
        set { fields.value.scheduleKey = newValue }
    }

    /// Words to find the job by, at most ``JobLimits/tagCountMax``.
    public var tags: [String] {
        @inlinable get { fields.value.tags }
        set { fields.value.tags = newValue }
    }

    /// Text that travels with the job, such as a trace context.
    public var metadata: [String: String] {
        @inlinable get { fields.value.metadata }
        set { fields.value.metadata = newValue }
    }

    /// The jobs whose end it waits for.
    ///
    /// Kept for a later release: a backend that does not honour
    /// it refuses the job with ``BackendError/Code/unsupported``.
    public var waitsFor: [JobID] {
        @inlinable get { fields.value.waitsFor }
        set { fields.value.waitsFor = newValue }
    }

    /// Who enqueued it, in words for people.
    public var actor: String? {
        @inlinable get { fields.value.actor }
        set { fields.value.actor = newValue }
    }

    /// Whether it has no timeout, keys, tags, metadata and jobs to wait for, as most.
    ///
    /// One look for all of them: each by itself costs a call, a retain and a release.
    @inlinable package var isPlain: Bool { fields.value.isPlain }

    /// Describes a job; what is not given has the defaults of Go's `lazyjobs`.
    public init(
        kind: String,
        queue: String = JobDefaults.queue,
        payload: JobPayload,
        priority: JobPriority = .normal,
        runAt: Date? = nil,
        maxAttempts: Int = JobDefaults.maxAttempts,
        timeout: Duration? = nil,
        uniqueKey: String? = nil,
        concurrencyKey: String? = nil,
        idempotencyKey: String? = nil,
        scheduleKey: String? = nil,
        tags: [String] = [],
        metadata: [String: String] = [:],
        waitsFor: [JobID] = [],
        actor: String? = nil
    ) {
        fields = CopyOnWrite(
            Fields(
                kind: kind,
                queue: queue,
                payload: payload,
                priority: priority,
                runAt: runAt,
                maxAttempts: maxAttempts,
                timeout: timeout,
                uniqueKey: uniqueKey,
                concurrencyKey: concurrencyKey,
                idempotencyKey: idempotencyKey,
                scheduleKey: scheduleKey,
                tags: tags,
                metadata: metadata,
                waitsFor: waitsFor,
                actor: actor
            )
        )
    }
}

// MARK: - Storage

extension NewJob {
    @usableFromInline struct Fields: Sendable, Hashable {
        @usableFromInline var kind: String
        @usableFromInline var queue: String
        @usableFromInline var payload: JobPayload
        @usableFromInline var priority: JobPriority
        @usableFromInline var runAt: Date?
        @usableFromInline var maxAttempts: Int
        @usableFromInline var timeout: Duration?
        @usableFromInline var uniqueKey: String?
        @usableFromInline var concurrencyKey: String?
        @usableFromInline var idempotencyKey: String?
        @usableFromInline var scheduleKey: String?
        @usableFromInline var tags: [String]
        @usableFromInline var metadata: [String: String]
        @usableFromInline var waitsFor: [JobID]
        @usableFromInline var actor: String?

        @inlinable var isPlain: Bool {
            timeout == nil && uniqueKey == nil && concurrencyKey == nil && idempotencyKey == nil
                && scheduleKey == nil && tags.isEmpty && metadata.isEmpty && waitsFor.isEmpty
        }
    }
}

extension NewJob: CustomReflectable {
    /// What the job is made of, for texts made of a job.
    public var customMirror: Mirror { fields.mirror(of: self) }
}

extension NewJob {
    /// What a job was enqueued with, as its record says: all but its run-at time, which may have
    /// changed, and its actor, who is in its history alone.
    package init(_ record: JobRecord, payload: JobPayload) {
        self.init(
            kind: record.kind,
            queue: record.queue,
            payload: payload,
            priority: record.priority,
            maxAttempts: record.maxAttempts,
            timeout: record.timeout,
            uniqueKey: record.uniqueKey,
            concurrencyKey: record.concurrencyKey,
            idempotencyKey: record.idempotencyKey,
            scheduleKey: record.scheduleKey,
            tags: record.tags,
            metadata: record.metadata,
            waitsFor: record.waitsFor
        )
    }
}
