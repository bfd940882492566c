import Foundation
import InMemoryJobs
import LazyJobsTesting
import Testing

@testable import LazyJobs

@Suite("JobMove")
struct JobMoveTests {
    private let clock = ManualClock()
    private let old: InMemoryBackend
    private let new: InMemoryBackend
    private let move = JobMove(source: "shop", actor: "ada")

    init() {
        old = InMemoryBackend(clock: clock)
        new = InMemoryBackend(clock: clock)
    }

    @Test("a job keeps all that was said of it")
    func keepsContent() async throws {
        let job = fullJob
        // The numbers of the two stores must not be the same by chance.
        _ = try await new.enqueue([plain("other")])
        let record = try await old.enqueue([job])[0].record
        var pairs: [MovedPair] = []
        let report = try await move.run(from: old, to: new) { pairs.append($0) }
        #expect(report.copiedCount == 1 && report.jobCount == 1)
        let pair = try #require(pairs.first)
        #expect(pair.oldID == record.id && pair.newID != record.id && pair.outcome == .copied)
        var expected = record
        expected.id = pair.newID
        expected.metadata[JobMove.originKey] = "shop/\(record.id)"
        #expect(try await new.record(of: pair.newID) == expected)
        #expect(try await new.payload(of: pair.newID) == job.payload)
        #expect(try await old.record(of: record.id) == record)
    }

    @Test("attempts so far and the last error go into the metadata")
    func keepsFailures() async throws {
        _ = try await old.enqueue([plain("a")])
        let claim = try await old.claim(ClaimRequest(worker: "w")).jobs[0]
        let later = clock.now.addingTimeInterval(60)
        let error = String(repeating: "e", count: 4_000)
        let outcome = JobOutcome.retry(error: error, runAt: later)
        let end = FinishRequest(jobID: claim.record.id, lease: claim.lease, outcome: outcome)
        _ = try await old.finish([end])
        _ = try await move.run(from: old, to: new)
        let moved = try #require(try await new.list(JobQuery()).first)
        #expect(moved.attempt == 0 && moved.state == .pending && moved.runAt == later)
        #expect(moved.metadata[JobMove.attemptsKey] == "1")
        #expect(moved.metadata[JobMove.errorKey] == error)
        #expect(moved.idempotencyKey == "moved/shop/\(claim.record.id)")
    }

    @Test("full metadata stays as it is")
    func keepsFullMetadata() {
        let value = String(repeating: "x", count: JobLimits.metadataSizeMax - 1)
        var job = plain("a")
        job.metadata = ["k": value]
        let moved = MovedJob(
            id: JobID(rawValue: 1),
            job: job,
            attempt: 3,
            lastError: "no",
            isRunning: false
        )
        #expect(moved.newJob(from: "shop", actor: nil).metadata == job.metadata)
        job.metadata = ["k": String(value.dropLast(200))]
        var roomy = moved
        roomy.job = job
        roomy.lastError = String(repeating: "e", count: 999)
        let metadata = roomy.newJob(from: "shop", actor: nil).metadata
        #expect(metadata.textSize <= JobLimits.metadataSizeMax)
        #expect(metadata[JobMove.errorKey]?.hasSuffix("… (cut)") == true)
    }

    @Test("a move that is run again adds nothing twice, and what is new")
    func runsAgain() async throws {
        _ = try await old.enqueue((0..<2_500).map { plain("k\($0)") })
        #expect(try await move.run(from: old, to: new).copiedCount == 2_500)
        _ = try await new.claim(ClaimRequest(limit: 10, worker: "w"))
        _ = try await old.enqueue([plain("late")])
        let again = try await move.run(from: old, to: new)
        #expect(again.copiedCount == 1 && again.alreadyThereCount == 2_500)
        #expect(try await new.stats().total == 2_501)
    }

    @Test("final jobs stay behind, and a unique key keeps a job out")
    func leavesOut() async throws {
        let ids = try await old.enqueue([plain("a"), plain("b")]).map(\.record.id)
        _ = try await old.cancel([ids[0]], reason: "no", actor: nil)
        var unique = plain("c")
        unique.uniqueKey = "once"
        _ = try await old.enqueue([unique])
        let holder = try await new.enqueue([unique])[0].record
        var pairs: [MovedPair] = []
        let report = try await move.run(from: old, to: new) { pairs.append($0) }
        #expect(report.copiedCount == 1 && report.keptOutCount == 1)
        #expect(pairs.last?.newID == holder.id && pairs.last?.outcome == .keptOut)
    }

    @Test("running jobs are refused unless they may be copied")
    func running() async throws {
        _ = try await old.enqueue([plain("a"), plain("b")])
        _ = try await old.claim(ClaimRequest(worker: "w"))
        let error = await #expect(throws: BackendError.self) {
            try await move.run(from: old, to: new)
        }
        #expect(error?.code == .invalidState)
        #expect(try await new.stats().total == 0)
        var bold = move
        bold.takesRunning = true
        let report = try await bold.run(from: old, to: new)
        #expect(report.copiedCount == 2 && report.runningCount == 1)
    }

    @Test("waits name the new jobs, and those for jobs that ended are dropped")
    func waits() async throws {
        var arrival = try JobArrival(in: WaitingBackend(new), of: move)
        var second = plain("second")
        second.waitsFor = [JobID(rawValue: 7), JobID(rawValue: 3)]
        for (id, job) in [(7, plain("first")), (9, second)] as [(UInt64, NewJob)] {
            let moved = MovedJob(
                id: JobID(rawValue: id),
                job: job,
                attempt: 0,
                lastError: nil,
                isRunning: false
            )
            try await arrival.take(.job(moved)) { _ in }
        }
        let report = try await arrival.finish { _ in }
        #expect(report.copiedCount == 2 && report.droppedWaitCount == 1)
        let records = try await new.list(JobQuery(order: .byID(after: nil)))
        #expect(records[1].tags == ["waits for \(records[0].id)"])
    }

    @Test("schedules and pauses go along, and a schedule does not overlap")
    func schedules() async throws {
        let schedule = JobSchedule(
            key: "nightly",
            interval: .seconds(60),
            nextRunAt: clock.now,
            job: plain("night")
        )
        _ = try await old.setSchedule(schedule, actor: nil)
        _ = try await old.runDueSchedules()
        try await old.pauseQueue("mail", reason: nil, actor: nil)
        let report = try await move.run(from: old, to: new)
        #expect(report.scheduleCount == 1 && report.pausedQueueCount == 1)
        #expect(try await new.schedules() == old.schedules())
        #expect(try await new.pausedQueues() == ["mail"])
        clock.advance(by: .seconds(60))
        #expect(try await new.runDueSchedules().enqueued.isEmpty)
    }

    @Test("the source has a name, and not too long a one")
    func sourceNames() async throws {
        for name in ["", String(repeating: "x", count: JobMove.sourceSizeMax + 1)] {
            let error = await #expect(throws: BackendError.self) {
                try await moveJobs(from: old, to: new, source: name)
            }
            #expect(error?.code == .invalidRequest)
        }
        let longest = String(repeating: "x", count: JobMove.sourceSizeMax)
        _ = try await old.enqueue([plain("a")])
        #expect(try await moveJobs(from: old, to: new, source: longest).copiedCount == 1)
    }

    private var fullJob: NewJob {
        NewJob(
            kind: "report",
            queue: "nightly",
            payload: JobPayload(bytes: [0, 255, 10], encoding: "cbor", version: 7),
            priority: JobPriority(rawValue: -3),
            runAt: clock.now.addingTimeInterval(3.25),
            maxAttempts: 4,
            timeout: .microseconds(90_000_001),
            uniqueKey: "u",
            idempotencyKey: "i",
            scheduleKey: "s",
            tags: ["a", "b"],
            metadata: ["trace": "00-1", "": "empty"]
        )
    }

    private func plain(_ kind: String) -> NewJob {
        NewJob(kind: kind, payload: JobPayload(bytes: Array(kind.utf8)))
    }
}

/// A store that keeps waits as tags, since the one behind it keeps none.
private final class WaitingBackend: Backend {
    private let base: any Backend

    init(_ base: any Backend) { self.base = base }

    var clock: any JobClock { base.clock }
    var abilities: BackendAbilities { [] }

    func enqueue(_ jobs: [NewJob]) async throws(BackendError) -> [EnqueueResult] {
        var jobs = jobs
        for index in jobs.indices {
            jobs[index].tags += jobs[index].waitsFor.map { "waits for \($0)" }
            jobs[index].waitsFor = []
        }
        return try await base.enqueue(jobs)
    }

    func claim(_ request: ClaimRequest) async throws(BackendError) -> ClaimResult {
        try await base.claim(request)
    }

    func finish(_ requests: [FinishRequest]) async throws(BackendError) -> [FinishResult] {
        try await base.finish(requests)
    }

    func cancel(
        _ ids: [JobID],
        reason: String,
        actor: String?
    ) async throws(BackendError) -> [FinishResult] {
        try await base.cancel(ids, reason: reason, actor: actor)
    }

    func record(of id: JobID) async throws(BackendError) -> JobRecord? {
        try await base.record(of: id)
    }

    func payload(of id: JobID) async throws(BackendError) -> JobPayload? {
        try await base.payload(of: id)
    }

    func list(_ query: JobQuery) async throws(BackendError) -> [JobRecord] {
        try await base.list(query)
    }

    func stats() async throws(BackendError) -> JobStats { try await base.stats() }

    func signals() -> AsyncStream<Void> { base.signals() }

    func close() async throws(BackendError) { try await base.close() }
}
