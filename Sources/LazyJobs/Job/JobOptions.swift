public import Foundation

/// What may be said of one job when it is enqueued, beyond what its type says.
///
/// ```swift
/// try await runner.enqueue(
///     SendReport(month: 7),
///     options: JobOptions(delay: .seconds(3600), uniqueKey: "report-7")
/// )
/// ```
public struct JobOptions: Sendable, Hashable {
    /// The queue; `nil` means the type's.
    public var queue: String?
    /// The earliest time at which it may run; not together with ``delay``.
    public var runAt: Date?
    /// How long after now it may run at the earliest; not together with ``runAt``.
    public var delay: Duration?
    /// How urgent it is; `nil` means the type's.
    public var priority: JobPriority?
    /// How many attempts it has; `nil` means the type's.
    public var maxAttempts: Int?
    /// How long one attempt may take; `nil` means the type's.
    public var timeout: Duration?
    /// While a job with this key is not final, no second one is accepted.
    public var uniqueKey: String?
    /// A name for this request, so that asking twice enqueues once.
    ///
    /// Use it to ask again after ``BackendError/Code/outcomeUnknown``.
    public var idempotencyKey: String?
    /// Words to find the job by, at most ``JobLimits/tagCountMax``.
    public var tags: [String]
    /// Text that travels with the job, such as a trace context.
    public var metadata: [String: String]
    /// Who enqueues it, in words for people; kept in the history.
    public var actor: String?

    /// Says what is given, and leaves the rest to the job's type.
    public init(
        queue: String? = nil,
        runAt: Date? = nil,
        delay: Duration? = nil,
        priority: JobPriority? = nil,
        maxAttempts: Int? = nil,
        timeout: Duration? = nil,
        uniqueKey: String? = nil,
        idempotencyKey: String? = nil,
        tags: [String] = [],
        metadata: [String: String] = [:],
        actor: String? = nil
    ) {
        self.queue = queue
        self.runAt = runAt
        self.delay = delay
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.timeout = timeout
        self.uniqueKey = uniqueKey
        self.idempotencyKey = idempotencyKey
        self.tags = tags
        self.metadata = metadata
        self.actor = actor
    }
}
