import Foundation
import LazyJobs

/// One run of one check: a fresh store, its clock, and the words in which checks speak.
struct Trial: Sendable {
    /// The clock that the store lives by.
    let clock: ManualClock
    /// The store as it was opened last.
    private(set) var backend: any Backend

    private let harness: any BackendHarness

    init(clock: ManualClock, backend: any Backend, harness: any BackendHarness) {
        self.clock = clock
        self.backend = backend
        self.harness = harness
    }

    mutating func crashAndReopen() async throws {
        backend = try await harness.crashAndReopen(any: backend, clock: clock)
    }

    mutating func closeAndReopen() async throws {
        backend = try await harness.closeAndReopen(any: backend, clock: clock)
    }

    /// The time so long after the start of the check.
    func time(_ seconds: Double) -> Date {
        // The nearest microsecond: a `Duration` of fractions would be cut off to the one before.
        let microseconds = Int64((seconds * 1e6).rounded())
        return Timestamp(ManualClock.defaultStart).advanced(by: .microseconds(microseconds)).date
    }
}

extension Trial {
    /// Enqueues a job that is no duplicate.
    @discardableResult
    func enqueue(_ job: NewJob, line: Int = #line) async throws -> JobRecord {
        let records = try await enqueue([job], line: line)
        return try unwrap(records.first, "the result of enqueue", line: line)
    }

    /// Enqueues jobs that are no duplicates.
    @discardableResult
    func enqueue(_ jobs: [NewJob], line: Int = #line) async throws -> [JobRecord] {
        let results = try await backend.enqueue(jobs)
        try expect(results.count, is: jobs.count, "number of results", line: line)
        return try results.map { result in
            guard case .enqueued(let record) = result else {
                throw ExpectationFailure(message: "expected enqueued, found \(result)", line: line)
            }
            return record
        }
    }

    /// Enqueues a job that must be refused as a duplicate; gives the record it duplicates.
    func enqueueDuplicate(_ job: NewJob, line: Int = #line) async throws -> JobRecord {
        let results = try await backend.enqueue([job])
        guard case .duplicate(let record) = results.first, results.count == 1 else {
            throw ExpectationFailure(message: "expected duplicate, found \(results)", line: line)
        }
        return record
    }

    /// Claims what is due.
    func claim(
        _ limit: Int = 100,
        from queues: [String]? = nil,
        limits: [String: Int] = [:],
        worker: String = "worker"
    ) async throws -> [ClaimedJob] {
        let request = ClaimRequest(
            queues: queues,
            limit: limit,
            queueLimits: limits,
            worker: worker
        )
        return try await backend.claim(request).jobs
    }

    /// Claims one job, which must be there.
    func claimOne(worker: String = "worker", line: Int = #line) async throws -> ClaimedJob {
        let jobs = try await claim(1, worker: worker)
        try expect(jobs.count, is: 1, "number of claimed jobs", line: line)
        return try unwrap(jobs.first, "the claimed job", line: line)
    }

    /// Enqueues a job and claims it; no other may be due.
    func run(_ job: NewJob = .sample(), line: Int = #line) async throws -> ClaimedJob {
        let id = try await enqueue(job, line: line).id
        let claimed = try await claimOne(line: line)
        try expect(claimed.record.id, is: id, "claimed job", line: line)
        return claimed
    }

    /// Finishes a job, which must be accepted.
    @discardableResult
    func finish(
        _ job: ClaimedJob,
        _ outcome: JobOutcome,
        line: Int = #line
    ) async throws -> JobRecord {
        let results = try await backend.finish([FinishRequest(job, outcome)])
        try expect(results.count, is: 1, "number of results", line: line)
        switch results[0] {
        case .success(let record): return record
        case .failure(let error):
            throw ExpectationFailure(message: "finish was refused: \(error)", line: line)
        }
    }

    /// Cancels a job, which must be accepted.
    @discardableResult
    func cancel(
        _ id: JobID,
        reason: String = "not wanted",
        actor: String? = nil,
        line: Int = #line
    ) async throws -> JobRecord {
        let results = try await backend.cancel([id], reason: reason, actor: actor)
        try expect(results.count, is: 1, "number of results", line: line)
        switch results[0] {
        case .success(let record): return record
        case .failure(let error):
            throw ExpectationFailure(message: "cancel was refused: \(error)", line: line)
        }
    }

    /// Retries a job by hand, which must be accepted.
    @discardableResult
    func retry(
        _ id: JobID,
        reason: String? = nil,
        actor: String? = nil,
        line: Int = #line
    ) async throws -> JobRecord {
        let results = try await backend.retry([id], reason: reason, actor: actor)
        try expect(results.count, is: 1, "number of results", line: line)
        switch results[0] {
        case .success(let record): return record
        case .failure(let error):
            throw ExpectationFailure(message: "retry was refused: \(error)", line: line)
        }
    }

    /// The record of a job, which must be there.
    func record(of id: JobID, line: Int = #line) async throws -> JobRecord {
        try unwrap(try await backend.record(of: id), "the record of job \(id)", line: line)
    }

    /// Fails the check unless a job's record is the expected one.
    func expectRecord(_ expected: JobRecord, line: Int = #line) async throws {
        try expect(try await record(of: expected.id, line: line), is: expected, line: line)
    }
}
