import Foundation

@testable import LazyJobs

/// Drives a pool by hand: collects what it decides, and answers for runner, store and jobs.
struct PoolDriver {
    var pool: WorkerPool
    var now = Duration.zero
    var started: [WorkerPool.Token] = []
    var cancelled: [WorkerPool.Token] = []
    var wakes: [Duration] = []
    var claims: [ClaimsUnderway.Claim] = []
    var batches: [[WorkerPool.Completion]] = []
    var verdicts: [(token: WorkerPool.Token, verdict: WorkerPool.Verdict)] = []
    var scheduleRuns = 0
    var closes = 0
    var announcements: [WorkerPool.Announcement] = []
    private(set) var lastID: UInt64 = 0

    init(
        workers: Int = 1,
        pollInterval: Duration = .seconds(1000),
        cancellationGracePeriod: Duration = .seconds(5),
        hasSchedules: Bool = false
    ) {
        let settings = WorkerPool.Settings(
            workers: workers,
            pollInterval: pollInterval,
            cancellationGracePeriod: cancellationGracePeriod,
            hasSchedules: hasSchedules
        )
        pool = WorkerPool(settings: settings)
    }

    /// Lets something happen and collects what follows.
    mutating func handle(_ event: (inout WorkerPool, Duration) -> Void) {
        event(&pool, now)
        for order in pool.takeOrders() {
            switch order {
            case .start(let token, _): started.append(token)
            case .cancel(let token): cancelled.append(token)
            case .forget: break
            case .wake(let deadline): wakes.append(deadline)
            }
        }
        for effect in pool.takeEffects() {
            switch effect {
            case .claim(let claim): claims.append(claim)
            case .runSchedules: scheduleRuns += 1
            case .judge(let token, let verdict): verdicts.append((token, verdict))
            case .finish(let batch): batches.append(batch)
            case .close: closes += 1
            }
        }
        announcements += pool.takeAnnouncements()
    }

    /// Starts the pool, and says whether it works now.
    @discardableResult
    mutating func start() -> Bool {
        var isWorking = false
        handle { isWorking = $0.start(at: $1) }
        return isWorking
    }

    /// Moves the time to where the timer goes off.
    mutating func fireTimer() {
        now = max(now, pool.armed ?? now)
        handle { $0.timerFired(at: $1) }
    }

    mutating func advance(by duration: Duration) {
        let end = now + duration
        while let armed = pool.armed, armed <= end {
            fireTimer()
        }
        now = end
    }

    /// A job is cancelled through the runner during an attempt; 0 is before the first.
    mutating func revoke(_ id: UInt64, attempt: Int) {
        let record = ClaimedJob.sample(id: id, attempt: attempt).record
        handle { $0.revoked(record, at: $1) }
    }

    mutating func makeJob(timeout: Duration? = nil) -> ClaimedJob {
        lastID += 1
        return .sample(id: lastID, timeout: timeout)
    }

    /// How many jobs each claim asked for so far.
    var claimLimits: [Int] { claims.map(\.limit) }

    /// Answers a claim with so many new jobs: the last one, unless its number is given, from 1.
    mutating func grant(
        _ count: Int,
        claim number: Int? = nil,
        timeout: Duration? = nil,
        dueIn: Duration? = nil
    ) {
        let jobs = (0..<count).map { _ in makeJob(timeout: timeout) }
        let claim = claims[(number ?? claims.count) - 1]
        handle { $0.claimed(jobs, of: claim, dueIn: dueIn, at: $1) }
    }

    /// Lets a claim fail: the last one, unless its number is given, from 1.
    mutating func failClaim(_ code: BackendError.Code, claim number: Int? = nil) {
        let claim = claims[(number ?? claims.count) - 1]
        handle { $0.claimFailed(BackendError(code, "test"), of: claim, at: $1) }
    }

    /// Lets the task of an attempt return and the outcome be worked out.
    mutating func end(
        _ token: WorkerPool.Token,
        _ outcome: JobOutcome = .succeeded()
    ) {
        handle { $0.returned(token, at: $1) }
        judge(token, outcome)
    }

    mutating func judge(_ token: WorkerPool.Token, _ outcome: JobOutcome = .succeeded()) {
        handle { $0.judged(token, outcome, at: $1) }
    }

    /// Answers the oldest batch that is under way.
    mutating func record(_ result: ((WorkerPool.Completion) -> FinishResult)? = nil) {
        let batch = batches.removeFirst()
        let results = batch.map { result?($0) ?? .success($0.record) }
        handle { $0.finished(batch, results, at: $1) }
    }

    mutating func failBatch(_ code: BackendError.Code) {
        let batch = batches.removeFirst()
        handle { $0.finishFailed(batch, BackendError(code, "test"), at: $1) }
    }

    /// The names of the events announced so far.
    var events: [String] {
        announcements.map { announcement in
            switch announcement {
            case .event(let event): event.name
            case .becameIdle(let waiter): "idle \(waiter)"
            case .ended: "ended"
            }
        }
    }
}

extension ClaimedJob {
    /// A claimed job with nothing particular about it.
    static func sample(
        id: UInt64 = 1,
        kind: String = "sample",
        attempt: Int = 1,
        maxAttempts: Int = 25,
        timeout: Duration? = nil,
        payload: JobPayload? = JobPayload(bytes: Array("{}".utf8))
    ) -> ClaimedJob {
        let record = JobRecord(
            id: JobID(rawValue: id),
            kind: kind,
            queue: "default",
            state: .running,
            attempt: attempt,
            maxAttempts: maxAttempts,
            priority: .normal,
            runAt: .sample,
            createdAt: .sample,
            updatedAt: .sample,
            timeout: timeout
        )
        return ClaimedJob(record: record, payload: payload, lease: Lease(high: 1, low: id))
    }
}

extension Date {
    /// 2026-01-01T00:00:00Z.
    static let sample = Date(timeIntervalSince1970: 1_767_225_600)
}

extension RunnerEvent {
    var name: String {
        switch self {
        case .enqueued: "enqueued"
        case .scheduled: "scheduled"
        case .started: "started"
        case .finished: "finished"
        case .dropped(_, _, let error): "dropped \(error.code.rawValue)"
        case .abandoned: "abandoned"
        case .delayed: "delayed"
        case .stopped(let error): error.map { "stopped \($0.code.rawValue)" } ?? "stopped"
        }
    }
}
