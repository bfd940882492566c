/// The arguments of a job: a `Codable` value that names what is to be done.
///
/// A type that only conforms to this protocol is worked by the closure it is registered with,
/// ``JobRunner/register(_:_:)``; so the work can hold a database pool or a client that no decoded
/// value can. A type that needs nothing of the kind conforms to ``Job`` and works itself.
///
/// ```swift
/// struct SendWelcome: JobArguments {
///     static let kind = "send-welcome"
///     var userID: Int
/// }
///
/// try runner.register(SendWelcome.self) { job, context in
///     try await mailer.welcome(job.userID)
/// }
/// ```
///
/// Everything but ``kind`` has a default. What is said here of queue, attempts, priority and
/// timeout is stored with each job when it is enqueued: a change holds for later jobs only.
public protocol JobArguments: Codable, Sendable {
    /// The name under which the job is stored; 1 to ``JobLimits/kindSizeMax`` bytes.
    ///
    /// It has no default on purpose: a Swift type may be renamed, but jobs under the old name may
    /// wait in the store for weeks. See ``aliases``.
    static var kind: String { get }

    /// The queue its jobs stand in; "default" unless said otherwise.
    static var queue: String { get }

    /// How many attempts its jobs have; 25 unless said otherwise.
    static var maxAttempts: Int { get }

    /// How urgent its jobs are; ``JobPriority/normal`` unless said otherwise.
    static var priority: JobPriority { get }

    /// How long one attempt may take; `nil`, the default, means as long as it likes.
    static var timeout: Duration? { get }

    /// The version of the arguments' schema, 0 unless said otherwise; stored with each payload.
    ///
    /// A payload of a *greater* version was written by a newer program. It is not guessed at: the
    /// attempt fails with that reason and the job backs off until the newer program is back.
    static var version: UInt32 { get }

    /// Former kinds, whose jobs in the store are worked as jobs of this type; none by default.
    static var aliases: [String] { get }

    /// How long to wait after a failed attempt; ``RetryPolicy/default`` unless said otherwise.
    ///
    /// A runner that stops waits for it, and it keeps a thread of Swift's pool: let it be quick,
    /// and block on nothing.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1.
    ///   - error: What it threw; ``JobTimeoutError`` when it took too long.
    /// - Returns: The delay before the next attempt; less than zero means none.
    func retryDelay(attempt: Int, error: any Error) -> Duration

    /// Rewrites a payload of an older ``version`` so that this type can be decoded from it.
    ///
    /// Called before decoding when the payload's version is smaller than ``version``. The default
    /// returns it unchanged, which is right when only optional properties were added.
    ///
    /// - Throws: Anything; the attempt fails with that reason, and the job is kept.
    static func upcast(_ payload: JobPayload) throws -> JobPayload
}

extension JobArguments {
    /// The queue "default".
    public static var queue: String { JobDefaults.queue }
    /// 25 attempts.
    public static var maxAttempts: Int { JobDefaults.maxAttempts }
    /// Normal urgency.
    public static var priority: JobPriority { .normal }
    /// No limit.
    public static var timeout: Duration? { nil }
    /// The first version, 0.
    public static var version: UInt32 { 0 }
    /// No former kinds.
    public static var aliases: [String] { [] }

    /// Waits as ``RetryPolicy/default`` says, whatever the error.
    public func retryDelay(attempt: Int, error: any Error) -> Duration {
        RetryPolicy.default.delay(attempt: attempt)
    }

    /// Returns the payload unchanged.
    public static func upcast(_ payload: JobPayload) throws -> JobPayload { payload }
}

/// A job that carries its own work.
///
/// ```swift
/// struct Greet: Job {
///     static let kind = "greet"
///     var name: String
///
///     func work(_ context: JobContext) async throws {
///         try context.setOutput(encoding: "Hello, \(name)!")
///     }
/// }
/// ```
///
/// A job runs at least once: when the process dies after the work and before its end was stored,
/// it runs again. Write work that may be repeated.
public protocol Job: JobArguments {
    /// Does the work.
    ///
    /// Returning means success. A thrown error fails the attempt: the job runs again after
    /// ``JobArguments/retryDelay(attempt:error:)``, or is discarded when it is out of attempts. A
    /// thrown ``JobControl`` snoozes, cancels or discards it instead. The task is cancelled when
    /// the job's time is up, when the job is cancelled and when the runner's grace period ends:
    /// work that takes long should notice, and throw.
    ///
    /// - Parameter context: What the job may know of itself, and where it leaves its output.
    /// - Throws: Anything; a trap is no error, it ends the process, and the next open of the store
    ///   offers the job again with the attempt counted.
    func work(_ context: JobContext) async throws
}
