import Testing

@testable import LazyJobs

@Suite("WorkerPool: random histories")
struct WorkerPoolModelTests {
    @Test(
        "whatever happens in any order, each granted job ends once and the pool comes to an end",
        arguments: 1...300 as ClosedRange<UInt64>
    )
    func survivesRandomHistories(seed: UInt64) {
        var world = RandomWorld(seed: seed)
        for _ in 0..<200 {
            world.step()
            expectInvariants(world.driver.pool, seed)
        }
        world.driver.handle { $0.stop(gracePeriod: .seconds(3), at: $1) }
        for _ in 0..<2000 where world.driver.closes == 0 {
            world.settle()
            expectInvariants(world.driver.pool, seed)
        }
        #expect(world.driver.closes == 1, "seed \(seed)")
        world.driver.handle { $0.closed(nil, at: $1) }
        #expect(world.driver.events.last == "ended", "seed \(seed)")
        #expect(world.unaccounted.isEmpty, "seed \(seed)")
        #expect(world.startedInVain.isEmpty, "seed \(seed)")
        #expect(Set(world.ended).count == world.ended.count, "seed \(seed)")
    }

    private func expectInvariants(_ pool: WorkerPool, _ seed: UInt64) {
        let abandoned = pool.attempts.values.filter { $0.stage == .abandoned }
        #expect(pool.abandonedCount == abandoned.count, "seed \(seed)")
        #expect(pool.busyCount == pool.attempts.count - abandoned.count, "seed \(seed)")
        let asked = pool.claimsUnderway
        #expect(pool.busyCount + asked.jobCount <= pool.settings.workers, "seed \(seed)")
        #expect(asked.count <= WorkerPool.claimCountMax, "seed \(seed)")
        #expect(pool.claims.isUnderway == (asked.count > 0), "seed \(seed)")
        #expect(pool.finishCallCount <= WorkerPool.finishCallCountMax, "seed \(seed)")
        #expect(pool.failure == nil || pool.waiting.isEmpty, "seed \(seed)")
        let deadlines = pool.attempts.values.compactMap(\.deadline)
        if let first = deadlines.min(), pool.phase != .ended, pool.phase != .closing {
            #expect((pool.attemptDeadline ?? .seconds(Int64.max)) <= first, "seed \(seed)")
            #expect((pool.armed ?? .seconds(Int64.max)) <= first, "seed \(seed)")
        }
    }
}

/// A store, jobs and callers that do as chance will have it.
private struct RandomWorld {
    var driver: PoolDriver
    private var generator: SeededGenerator
    private var openClaims: [ClaimsUnderway.Claim] = []
    private var claimsSeen = 0
    private var schedulesSeen = 0
    private var running: [WorkerPool.Token] = []
    private var startedSeen = 0
    private var granted: Set<Grant> = []
    private var revoked: Set<Grant> = []
    /// What the store has cancelled and the pool does not know yet.
    private var untold: [Grant] = []
    /// The last attempt of each job whose cancellation the pool was told.
    private var told: [JobID: Int] = [:]
    /// Attempts that were started although they had been cancelled before.
    private(set) var startedInVain: [Grant] = []
    /// What was cancelled and put back.
    private var requeued: [Grant] = []

    /// An attempt of a job.
    struct Grant: Hashable {
        var id: JobID
        var attempt: Int

        init(_ record: JobRecord) {
            id = record.id
            attempt = record.attempt
        }
    }

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        driver = PoolDriver(
            workers: [1, 2, 3, 6, 20, 64].randomElement(using: &generator) ?? 1,
            pollInterval: .seconds(Int.random(in: 1...20, using: &generator)),
            cancellationGracePeriod: .seconds(Int.random(in: 0...3, using: &generator)),
            hasSchedules: Bool.random(using: &generator)
        )
        driver.start()
        look()
    }

    /// Jobs that neither ended, nor were dropped, nor called off.
    var unaccounted: Set<Grant> {
        // A failed runner cancels what runs, and the store offers it again when it is opened.
        driver.pool.failure == nil ? granted.subtracting(revoked).subtracting(ended) : []
    }

    /// The attempts whose end was told, as often as it was told.
    var ended: [Grant] {
        driver.announcements.compactMap { announcement in
            switch announcement {
            case .event(.finished(let record, _)), .event(.dropped(let record, _, _)):
                Grant(record)
            default: nil
            }
        }
    }

    mutating func step() {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<4: answerClaim()
        case 4..<8: returnJob()
        case 8..<11: judgeJob()
        case 11..<14: answerFinish()
        case 14: answerSchedules()
        case 15: driver.handle { $0.signalled(at: $1) }
        case 16:
            revokeJob()
            if Bool.random(using: &generator) { tellRevoked() }
        case 17: tellRevoked()
        default: driver.advance(by: .milliseconds(Int.random(in: 0...4000, using: &generator)))
        }
        look()
    }

    /// Lets everything that is under way come to its end, and time pass.
    mutating func settle() {
        answerClaim()
        tellRevoked()
        judgeJob()
        answerFinish()
        answerSchedules()
        // Some jobs never return.
        if Int.random(in: 0..<3, using: &generator) == 0 { returnJob() }
        if driver.pool.armed != nil { driver.fireTimer() }
        look()
    }

    private mutating func look() {
        openClaims += driver.claims.dropFirst(claimsSeen)
        claimsSeen = driver.claims.count
        for token in driver.started.dropFirst(startedSeen) {
            running.append(token)
            guard let record = driver.pool.attempts[token]?.job.record else { continue }
            if record.attempt <= told[record.id] ?? 0 { startedInVain.append(Grant(record)) }
        }
        startedSeen = driver.started.count
    }

    private mutating func answerClaim() {
        guard !openClaims.isEmpty else { return }
        // They are answered in any order.
        let claim = openClaims.remove(at: Int.random(in: openClaims.indices, using: &generator))
        guard Int.random(in: 0..<8, using: &generator) > 0 else {
            let error = BackendError(.unavailable, "test")
            return driver.handle { $0.claimFailed(error, of: claim, at: $1) }
        }
        // Mostly as many as were asked for, else there is never a second claim.
        let count = Bool.random(using: &generator) ? claim.limit : 0
        let jobs = (0..<Int.random(in: count...claim.limit, using: &generator)).map { _ in
            let seconds = Int.random(in: 1...5, using: &generator)
            if !requeued.isEmpty, Bool.random(using: &generator) {
                let grant = requeued.removeFirst()
                return ClaimedJob.sample(id: grant.id.rawValue, attempt: grant.attempt + 1)
            }
            return driver.makeJob(
                timeout: Bool.random(using: &generator) ? .seconds(seconds) : nil
            )
        }
        granted.formUnion(jobs.map { Grant($0.record) })
        let dueIn = Duration.seconds(Int.random(in: -1...9, using: &generator))
        driver.handle { $0.claimed(jobs, of: claim, dueIn: dueIn, at: $1) }
    }

    private mutating func returnJob() {
        guard let token = running.randomElement(using: &generator) else { return }
        running.removeAll { $0 == token }
        let success = Bool.random(using: &generator) ? JobOutcome.succeeded() : nil
        driver.handle { $0.returned(token, success, at: $1) }
    }

    private mutating func judgeJob() {
        guard !driver.verdicts.isEmpty else { return }
        driver.judge(driver.verdicts.removeFirst().token)
    }

    private mutating func answerFinish() {
        guard !driver.batches.isEmpty else { return }
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: driver.failBatch(.unavailable)
        case 1: driver.record { _ in .failure(BackendError(.staleLease, "test")) }
        case 2: driver.record { _ in .failure(BackendError(.storageFull, "test")) }
        default: driver.record()
        }
    }

    private mutating func answerSchedules() {
        guard schedulesSeen < driver.scheduleRuns else { return }
        schedulesSeen += 1
        driver.handle { $0.schedulesRun([], dueIn: .seconds(2), at: $1) }
    }

    /// The store cancels a job, which is put back, and may be granted again before that is told.
    private mutating func revokeJob() {
        let running = granted.subtracting(revoked).subtracting(ended)
            .sorted { ($0.id.rawValue, $0.attempt) < ($1.id.rawValue, $1.attempt) }
        guard let grant = running.randomElement(using: &generator) else { return }
        revoked.insert(grant)
        untold.append(grant)
        requeued.append(grant)
    }

    private mutating func tellRevoked() {
        guard !untold.isEmpty else { return }
        let grant = untold.remove(at: Int.random(in: untold.indices, using: &generator))
        told[grant.id] = max(grant.attempt, told[grant.id] ?? 0)
        driver.revoke(grant.id.rawValue, attempt: grant.attempt)
    }
}
