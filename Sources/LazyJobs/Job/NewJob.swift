public import Foundation

/// All that is said of a job when it is enqueued: what a backend stores and never changes.
///
/// Applications rarely make one: ``JobRunner`` does it from a typed job and its ``JobOptions``.
public struct NewJob: Sendable, Hashable {
    /// The name under which workers know what to do; 1 to ``JobLimits/kindSizeMax`` bytes.
    public var kind: String
    /// The queue it stands in; 1 to ``JobLimits/queueSizeMax`` bytes.
    public var queue: String
    /// The encoded arguments.
    public var payload: JobPayload
    /// How urgent it is beside the other due jobs.
    public var priority: JobPriority
    /// The earliest time at which it may run; `nil` means at once, the backend's clock deciding.
    public var runAt: Date?
    /// How many attempts it has, from 1 to ``JobLimits/attemptsMax``.
    public var maxAttempts: Int
    /// How long one attempt may take before it is cancelled and counted as failed.
    public var timeout: Duration?
    /// While a job with this key is pending, running or retrying, no second one is accepted: the
    /// answer names the first.
    public var uniqueKey: String?
    /// The key by which running jobs will be limited.
    ///
    /// Kept for a later release: a backend that
    /// does not enforce it refuses the job with ``BackendError/Code/unsupported``.
    public var concurrencyKey: String?
    /// A name for this very request.
    ///
    /// Enqueueing again with the same key while the job is in the
    /// store, whatever its state, answers with that job instead of making a second.
    public var idempotencyKey: String?
    /// The schedule that enqueued it, if one did.
    public var scheduleKey: String?
    /// Words to find the job by, at most ``JobLimits/tagCountMax``.
    public var tags: [String]
    /// Text that travels with the job, such as a trace context.
    public var metadata: [String: String]
    /// The jobs whose end it waits for.
    ///
    /// Kept for a later release: a backend that does not honour
    /// it refuses the job with ``BackendError/Code/unsupported``.
    public var waitsFor: [JobID]
    /// Who enqueued it, in words for people.
    public var actor: String?

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
        self.kind = kind
        self.queue = queue
        self.payload = payload
        self.priority = priority
        self.runAt = runAt
        self.maxAttempts = maxAttempts
        self.timeout = timeout
        self.uniqueKey = uniqueKey
        self.concurrencyKey = concurrencyKey
        self.idempotencyKey = idempotencyKey
        self.scheduleKey = scheduleKey
        self.tags = tags
        self.metadata = metadata
        self.waitsFor = waitsFor
        self.actor = actor
    }
}
