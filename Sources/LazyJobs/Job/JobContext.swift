public import Foundation

/// What a running job may know of itself, and where it leaves its output.
public struct JobContext: Sendable {
    /// The job as it was when it was claimed; its attempt is the running one.
    public let record: JobRecord
    /// The runner that works the job; use it to enqueue follow-ups.
    public let runner: JobRunner

    private let execution: JobAttempt

    init(attempt: JobAttempt, runner: JobRunner) {
        record = attempt.job.record
        self.runner = runner
        execution = attempt
    }

    /// The job's number.
    public var id: JobID { record.id }
    /// The kind under which it is stored, which may be an alias.
    public var kind: String { record.kind }
    /// The queue it stands in.
    public var queue: String { record.queue }
    /// The running attempt, from 1.
    public var attempt: Int { record.attempt }
    /// How many attempts it has.
    public var maxAttempts: Int { record.maxAttempts }
    /// Words to find it by.
    public var tags: [String] { record.tags }
    /// Text that travels with it.
    public var metadata: [String: String] { record.metadata }
    /// When it was enqueued.
    public var enqueuedAt: Date { record.createdAt }
    /// The time by which jobs are due; jobs that wait or measure should use it too.
    public var clock: any JobClock { runner.backend.clock }

    /// Keeps bytes as the job's output, in place of what was kept before.
    ///
    /// They are stored when the job succeeds, and only then.
    ///
    /// - Parameter bytes: At most ``JobLimits/outputSizeMax``.
    /// - Throws: ``JobRunnerError/Code/outputTooLarge``; what was kept before stays.
    public func setOutput(_ bytes: [UInt8]) throws(JobRunnerError) {
        guard bytes.count <= JobLimits.outputSizeMax else {
            throw JobRunnerError(
                .outputTooLarge,
                "Could not keep the output of job \(id): it has \(bytes.count) bytes, and "
                    + "\(JobLimits.outputSizeMax) are allowed. Store it elsewhere, keep its name."
            )
        }
        execution.keep(output: bytes)
    }

    // Inlined into an async job, the opening of the coder makes the optimiser of Swift 6.3 crash.
    /// Keeps a value as the job's output, encoded by the runner's coder.
    ///
    /// - Throws: What the coder throws, and ``JobRunnerError/Code/outputTooLarge``.
    @inline(never)
    public func setOutput(encoding value: some Encodable) throws {
        try setOutput(runner.configuration.coder.encode(value))
    }
}
