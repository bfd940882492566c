public import Foundation

extension JobRunner {
    /// Enqueues a job to be run as soon as possible, and returns when it is durable.
    ///
    /// The job's type need not be registered with this runner: another one may work it.
    ///
    /// - Returns: The job as it stands in the store.
    /// - Throws: ``JobRunnerError/Code/encodingFailed``, and what
    ///   ``Backend/enqueue(_:)`` throws.
    @discardableResult
    public func enqueue(_ job: some JobArguments) async throws -> JobRecord {
        try await enqueue(job, options: JobOptions()).record
    }

    /// Enqueues a job to be run at a time or as soon as possible after it.
    ///
    /// - Returns: The job as it stands in the store.
    /// - Throws: As ``enqueue(_:)``.
    @discardableResult
    public func enqueue(_ job: some JobArguments, at date: Date) async throws -> JobRecord {
        try await enqueue(job, options: JobOptions(runAt: date)).record
    }

    /// Enqueues a job to be run after a delay, counted from now by the store's clock.
    ///
    /// - Returns: The job as it stands in the store.
    /// - Throws: As ``enqueue(_:)``.
    @discardableResult
    public func enqueue(
        _ job: some JobArguments,
        in delay: Duration
    ) async throws -> JobRecord {
        try await enqueue(job, options: JobOptions(delay: delay)).record
    }

    /// Enqueues a job of which more is to be said.
    ///
    /// - Returns: The new job; or the one that is there already, when its unique key or its
    ///   idempotency key is that of the options.
    /// - Throws: As ``enqueue(_:)``, and ``JobRunnerError/Code/invalidOptions``.
    @discardableResult
    public func enqueue(
        _ job: some JobArguments,
        options: JobOptions
    ) async throws -> EnqueueResult {
        let newJob = try newJob(job, options)
        let results = try await enqueue([newJob])
        guard let result = results.first else { throw Self.answerMissingError }
        return result
    }

    /// Enqueues many jobs, all or none of them, and returns when they are durable.
    ///
    /// One call costs one sync, however many jobs it has: prefer it to a loop.
    ///
    /// - Parameters:
    ///   - jobs: At most ``JobLimits/batchCountMax``, of any types; their payloads together at
    ///     most ``JobLimits/batchSizeMax`` bytes.
    ///   - options: What is to be said of each. A unique or idempotency key names one job: with
    ///     more than one job it is refused.
    /// - Returns: One result for each job, in their order.
    /// - Throws: As ``enqueue(_:options:)``.
    @discardableResult
    public func enqueue(
        contentsOf jobs: [any JobArguments],
        options: JobOptions = JobOptions()
    ) async throws -> [EnqueueResult] {
        guard jobs.count <= 1 || (options.uniqueKey == nil && options.idempotencyKey == nil)
        else {
            throw JobRunnerError(
                .invalidOptions,
                "Could not enqueue \(jobs.count) jobs: a unique or idempotency key names one job. "
                    + "Enqueue them one by one, each with a key of its own."
            )
        }
        return try await enqueue(jobs.map { try newJob($0, options) })
    }

    private func enqueue(_ jobs: [NewJob]) async throws(BackendError) -> [EnqueueResult] {
        let results = try await backend.enqueue(jobs)
        announce(
            results.compactMap { result in
                if case .enqueued(let record) = result { .enqueued(record) } else { nil }
            }
        )
        return results
    }

    private static var answerMissingError: BackendError {
        BackendError(
            .outcomeUnknown,
            "Could not enqueue the job: the store gave no answer. Look whether it is there."
        )
    }
}

extension JobRunner {
    /// Encodes a job with all that its type and the options say.
    func newJob<Arguments: JobArguments>(
        _ job: Arguments,
        _ options: JobOptions
    ) throws(JobRunnerError) -> NewJob {
        NewJob(
            kind: Arguments.kind,
            queue: options.queue ?? Arguments.queue,
            payload: try payload(of: job),
            priority: options.priority ?? Arguments.priority,
            runAt: try runAt(options, Arguments.kind),
            maxAttempts: options.maxAttempts ?? Arguments.maxAttempts,
            timeout: options.timeout ?? Arguments.timeout,
            uniqueKey: options.uniqueKey,
            idempotencyKey: options.idempotencyKey,
            tags: options.tags,
            metadata: options.metadata,
            actor: options.actor
        )
    }

    private func payload<Arguments: JobArguments>(
        of job: Arguments
    ) throws(JobRunnerError) -> JobPayload {
        do {
            return JobPayload(
                bytes: try configuration.coder.encode(job),
                encoding: configuration.coder.encoding,
                version: Arguments.version
            )
        } catch {
            throw JobRunnerError(
                .encodingFailed,
                "Could not encode a job of kind \"\(Arguments.kind)\": "
                    + "\(CodingFailure.text(for: error)). Check its arguments."
            )
        }
    }

    private func runAt(_ options: JobOptions, _ kind: String) throws(JobRunnerError) -> Date? {
        guard let delay = options.delay else { return options.runAt }
        guard options.runAt == nil else {
            throw JobRunnerError(
                .invalidOptions,
                "Could not enqueue a job of kind \"\(kind)\": its options have both a time and a "
                    + "delay. Give one of them."
            )
        }
        return JobLimits.date(delay, after: backend.clock.now)
    }
}
