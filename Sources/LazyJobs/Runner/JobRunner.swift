import Synchronization

/// Works the jobs of a store: claims what is due, runs it, records how it ended.
///
/// ```swift
/// let runner = try JobRunner(backend: backend, configuration: .init(workers: 4))
/// try runner.register(SendWelcome.self)
/// try runner.start()
/// try await runner.enqueue(SendWelcome(userID: 7))
/// // …
/// try await runner.stop()
/// ```
///
/// A runner that only enqueues and looks needs neither registrations nor ``start()``. A runner
/// works once: after ``stop(gracePeriod:)`` make a new one. A started runner keeps itself alive
/// until it has ended.
///
/// The runner is woken by the store, by jobs that end and by the next due time; it does not poll,
/// but for the safety net ``Configuration/pollInterval``.
public final class JobRunner: Sendable {
    /// The store.
    public let backend: any Backend
    /// What was chosen.
    public let configuration: Configuration

    /// The runner whose job the current task works, if it works one.
    @TaskLocal public static var current: JobRunner?

    let registry = Mutex(JobRegistry())
    /// By which payloads may be decoded.
    let coders: [any PayloadCoder]
    let hub: EventHub
    let core: Mutex<Core>
    /// Wakes it when something is due.
    let alarm: Alarm

    /// Makes a runner that does nothing yet.
    ///
    /// - Throws: ``JobRunnerError/Code/invalidConfiguration``.
    public init(
        backend: any Backend,
        configuration: Configuration = Configuration()
    ) throws(JobRunnerError) {
        try configuration.validate()
        self.backend = backend
        self.configuration = configuration
        coders = [configuration.coder] + configuration.decoders
        hub = EventHub(observers: configuration.observers)
        let settings = WorkerPool.Settings(
            workers: configuration.workers,
            pollInterval: min(configuration.pollInterval, .longest),
            cancellationGracePeriod: min(configuration.cancellationGracePeriod, .longest),
            hasSchedules: backend.abilities.contains(.schedules)
        )
        core = Mutex(Core(pool: WorkerPool(settings: settings)))
        alarm = Alarm(by: backend.clock)
    }
}

extension JobRunner {
    /// Registers a type whose jobs work themselves.
    ///
    /// Register all types before ``start()``: a job whose kind is not registered when it is
    /// claimed counts a failed attempt.
    ///
    /// - Throws: ``JobRunnerError/Code/duplicateKind``,
    ///   ``JobRunnerError/Code/invalidDefinition``; nothing is registered then.
    public func register<Work: Job>(_ type: Work.Type) throws(JobRunnerError) {
        try register(type) { job, context in try await job.work(context) }
    }

    /// Registers a type whose jobs are worked by a closure, which may hold what a decoded value
    /// cannot.
    ///
    /// Register all types before ``start()``: a job whose kind is not registered when it is
    /// claimed counts a failed attempt.
    ///
    /// - Parameters:
    ///   - type: The type of the arguments.
    ///   - work: What to do; see ``Job/work(_:)`` for what its end means.
    /// - Throws: ``JobRunnerError/Code/duplicateKind``,
    ///   ``JobRunnerError/Code/invalidDefinition``; nothing is registered then.
    public func register<Arguments: JobArguments>(
        _ type: Arguments.Type,
        _ work: @escaping @Sendable (Arguments, JobContext) async throws -> Void
    ) throws(JobRunnerError) {
        let registration = JobRegistry.Registration(type, work: work)
        try registry.withLock { registry throws(JobRunnerError) in
            try registry.add(registration)
        }
    }

    /// The registered types, sorted by kind.
    public var definitions: [JobDefinition] {
        registry.withLock { $0.definitions }
    }
}
