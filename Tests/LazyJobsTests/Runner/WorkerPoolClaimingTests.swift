import Testing

@testable import LazyJobs

@Suite("WorkerPool: claiming")
struct WorkerPoolClaimingTests {
    @Test("one claim asks for as many jobs as there are free workers")
    func claimsForAllFreeWorkers() {
        var driver = PoolDriver(workers: 4)
        driver.start()
        #expect(driver.claimLimits == [4])
        driver.grant(3)
        #expect(driver.started.count == 3)
        driver.handle { $0.signalled(at: $1) }
        #expect(driver.claimLimits == [4, 1])
    }

    @Test("without plenty one claim is under way at a time, and a signal is not forgotten")
    func claimsOneAtATime() {
        var driver = PoolDriver()
        driver.start()
        driver.handle { $0.signalled(at: $1) }
        #expect(driver.claimLimits == [1])
        driver.grant(0)
        #expect(driver.claimLimits == [1, 1])
        driver.grant(0)
        #expect(driver.claimLimits == [1, 1])
    }

    @Test("while there is plenty, an eighth of the workers does not wait for others' claims")
    func claimsBeside() {
        var driver = PoolDriver(workers: 80)
        driver.start()
        driver.grant(80)
        driver.end(1)
        #expect(driver.claimLimits == [80, 1])
        for token in 2...10 { driver.end(WorkerPool.Token(token)) }
        #expect(driver.claimLimits == [80, 1])
        driver.end(11)
        #expect(driver.claimLimits == [80, 1, 10])
        for token in 12...41 { driver.end(WorkerPool.Token(token)) }
        #expect(driver.claimLimits == [80, 1, 10, 10, 10])
        // The last ten wait for a claim, whichever is answered first.
        driver.grant(10, claim: 4)
        #expect(driver.claimLimits == [80, 1, 10, 10, 10, 10])
        #expect(driver.pool.busyCount == 80 - 41 + 10)
    }

    @Test("of few workers each asks at once, but for a fifth claim")
    func asksForOne() {
        var driver = PoolDriver(workers: 6)
        driver.start()
        driver.grant(6)
        for token in 1...5 { driver.end(WorkerPool.Token(token)) }
        #expect(driver.claimLimits == [6, 1, 1, 1, 1])
        driver.grant(1, claim: 3)
        #expect(driver.claimLimits == [6, 1, 1, 1, 1, 1])
    }

    @Test("once a claim has brought less than it asked for, there is one at a time")
    func claimsAloneWithoutPlenty() {
        var driver = PoolDriver(workers: 32)
        driver.start()
        driver.grant(31)
        driver.handle { $0.signalled(at: $1) }
        for token in 1...31 { driver.end(WorkerPool.Token(token)) }
        #expect(driver.claimLimits == [32, 1])
        driver.grant(1)
        #expect(driver.claimLimits == [32, 1, 31])
        driver.grant(0)
        #expect(driver.claimLimits == [32, 1, 31])
    }

    @Test("after a full answer the next claim follows as soon as a worker is free")
    func claimsAgainAfterFullAnswer() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(1)
        #expect(driver.claimLimits == [1])
        driver.end(1)
        #expect(driver.claimLimits == [1, 1])
    }

    @Test("when nothing is due the runner sleeps until the next due time, not until the poll")
    func wakesWhenDue() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(0, dueIn: .seconds(7))
        #expect(driver.wakes.last == .seconds(7))
        driver.advance(by: .milliseconds(6999))
        #expect(driver.claimLimits.count == 1)
        driver.advance(by: .milliseconds(1))
        #expect(driver.claimLimits.count == 2)
    }

    @Test(
        "of claims that overlapped the earliest due time counts, of a later claim its own",
        arguments: [[2, 3], [3, 2]],
        [[7, 60], [60, 7], [7, nil], [nil, 7]] as [[Int64?]]
    )
    func wakesWhenDueByEitherClaim(claims: [Int], dueTimes: [Int64?]) {
        var driver = PoolDriver(workers: 32)
        driver.start()
        driver.grant(32, dueIn: .seconds(5))
        for token in 1...5 { driver.end(WorkerPool.Token(token)) }
        #expect(driver.claimLimits == [32, 1, 4])
        for (claim, dueIn) in zip(claims, dueTimes) {
            driver.grant(0, claim: claim, dueIn: dueIn.map { .seconds($0) })
        }
        driver.advance(by: .milliseconds(6999))
        #expect(driver.claims.count == 3)
        driver.advance(by: .milliseconds(1))
        #expect(driver.claims.count == 4)
        driver.grant(0, dueIn: .seconds(90))
        driver.advance(by: .seconds(89))
        #expect(driver.claims.count == 4)
        driver.advance(by: .seconds(1))
        #expect(driver.claims.count == 5)
    }

    @Test("without any wake-up the store is asked once in each poll interval")
    func pollsAsSafetyNet() {
        var driver = PoolDriver(pollInterval: .seconds(3))
        driver.start()
        driver.grant(0)
        for count in 2...5 {
            driver.advance(by: .seconds(3))
            #expect(driver.claimLimits.count == count)
            driver.grant(0)
        }
    }

    @Test("a due time that lies in the past does not make the runner spin")
    func doesNotSpinOnPastDueTime() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(0, dueIn: .seconds(-1))
        #expect(driver.claimLimits.count == 1)
        #expect(driver.wakes.last == .milliseconds(1))
    }

    @Test("a passing fault of a claim is tried again after 50 ms, then 100 ms, at most 5 s")
    func backsOffClaims() {
        var driver = PoolDriver()
        driver.start()
        var delay = Duration.milliseconds(50)
        for count in 1...10 {
            #expect(driver.claimLimits.count == count)
            driver.failClaim(.unavailable)
            driver.advance(by: delay - .milliseconds(1))
            #expect(driver.claimLimits.count == count)
            driver.advance(by: .milliseconds(1))
            #expect(driver.claimLimits.count == count + 1)
            delay = min(delay * 2, .seconds(5))
        }
        driver.grant(0)
        #expect(driver.events == Array(repeating: "delayed", count: 10))
    }

    @Test(
        "a fault of a claim that does not pass ends the runner",
        arguments: [BackendError.Code.poisoned, .outcomeUnknown, .closed, .corruption]
    )
    func endsOnFatalClaim(code: BackendError.Code) {
        var driver = PoolDriver()
        driver.start()
        driver.failClaim(code)
        #expect(!driver.pool.isRunning)
        #expect(driver.closes == 1)
        driver.handle { $0.closed(nil, at: $1) }
        #expect(driver.events == ["stopped \(code.rawValue)", "ended"])
    }

    @Test("a job that is cancelled while its claim is under way is never started")
    func skipsJobsRevokedWhileClaiming() {
        var driver = PoolDriver(workers: 2)
        driver.start()
        driver.revoke(1, attempt: 1)
        driver.grant(2)
        #expect(driver.started == [1])
        #expect(driver.pool.attempts[1]?.job.record.id == JobID(rawValue: 2))
    }

    @Test("one that was put back meanwhile is started by whichever claim brings it")
    func startsJobsPutBackWhileClaiming() {
        var driver = PoolDriver(workers: 2)
        driver.start()
        // It waited when it was cancelled; so what is brought is its first attempt.
        driver.revoke(1, attempt: 0)
        driver.revoke(2, attempt: 1)
        driver.grant(2)
        #expect(driver.started == [1])
        #expect(driver.pool.attempts[1]?.job.record.id == JobID(rawValue: 1))
    }

    @Test("of two attempts that were cancelled neither is started, in whichever order it is told")
    func skipsAttemptsRevokedInAnyOrder() {
        var driver = PoolDriver(workers: 3)
        driver.start()
        driver.revoke(7, attempt: 2)
        driver.revoke(7, attempt: 1)
        let jobs = (1...3).map { ClaimedJob.sample(id: 7, attempt: $0) }
        let claim = driver.claims[0]
        driver.handle { $0.claimed(jobs, of: claim, dueIn: nil, at: $1) }
        #expect(driver.pool.attempts.values.map(\.job.record.attempt) == [3])
    }

    @Test("a cancelled job is kept from each claim that was under way")
    func skipsJobsRevokedWhileClaimingBesideOthers() {
        var driver = PoolDriver(workers: 32)
        driver.start()
        driver.grant(32)
        for token in 1...5 { driver.end(WorkerPool.Token(token)) }
        #expect(driver.claimLimits == [32, 1, 4])
        driver.revoke(driver.lastID + 1, attempt: 1)
        driver.grant(0, claim: 2)
        driver.grant(4, claim: 3)
        #expect(driver.started.count == 32 + 3)
    }

    @Test("claims that fail together are one fault, and an older one's success ends no wait")
    func backsOffOnceForAll() {
        var driver = PoolDriver(workers: 64)
        driver.start()
        driver.grant(64)
        for token in 1...32 { driver.end(WorkerPool.Token(token)) }
        #expect(driver.claimLimits == [64, 1, 8, 8, 8])
        for claim in [5, 2, 4] { driver.failClaim(.unavailable, claim: claim) }
        driver.grant(8, claim: 3)
        #expect(driver.claims.count == 5)
        driver.advance(by: .milliseconds(49))
        #expect(driver.claims.count == 5)
        driver.advance(by: .milliseconds(1))
        #expect(driver.claims.count == 6)
        #expect(driver.events == ["delayed"])
        driver.failClaim(.unavailable)
        #expect(driver.events == ["delayed", "delayed"])
        driver.advance(by: .milliseconds(99))
        #expect(driver.claims.count == 6)
    }

    @Test("due schedules are run at the start, on signals and when due, one call at a time")
    func runsSchedules() {
        var driver = PoolDriver(hasSchedules: true)
        driver.start()
        #expect(driver.scheduleRuns == 1)
        driver.handle { $0.signalled(at: $1) }
        #expect(driver.scheduleRuns == 1)
        driver.handle { $0.schedulesRun([], dueIn: .seconds(60), at: $1) }
        #expect(driver.scheduleRuns == 2)
        driver.handle { $0.schedulesRun([], dueIn: .seconds(60), at: $1) }
        driver.advance(by: .seconds(60))
        #expect(driver.scheduleRuns == 3)
    }

    @Test("a store without schedules is never asked to run them")
    func leavesSchedulesAlone() {
        var driver = PoolDriver()
        driver.start()
        driver.handle { $0.signalled(at: $1) }
        driver.handle { $0.scheduleChanged(at: $1) }
        driver.advance(by: .seconds(5000))
        #expect(driver.scheduleRuns == 0)
    }

    @Test("idle is told only after a claim that began after it was asked, and came back empty")
    func tellsIdle() {
        var driver = PoolDriver()
        driver.start()
        driver.handle { $0.awaitIdle(1, at: $1) }
        driver.grant(0)
        #expect(driver.events.isEmpty)
        driver.grant(1)
        driver.end(1)
        driver.grant(0)
        #expect(driver.events.isEmpty)
        driver.record()
        driver.grant(0)
        #expect(driver.events == ["finished", "idle 1"])
    }

    @Test("idle is told to those who waited when it was decided, and not to who came since")
    func tellsIdleToThoseWhoWaited() {
        var driver = PoolDriver()
        driver.start()
        driver.handle { $0.awaitIdle(2, at: $1) }
        driver.handle { $0.awaitIdle(1, at: $1) }
        driver.grant(0)
        driver.grant(0)
        #expect(driver.events == ["idle 2"])
        driver.handle { $0.awaitIdle(3, at: $1) }
        #expect(driver.events == ["idle 2"])
        driver.grant(0)
        #expect(driver.events == ["idle 2", "idle 3"])
    }

    @Test("with a thousand abandoned tasks nothing is claimed until one of them returns")
    func limitsAbandonedTasks() {
        let count = WorkerPool.abandonedCountMax
        var driver = PoolDriver(workers: count, cancellationGracePeriod: .zero)
        driver.start()
        driver.grant(count, timeout: .seconds(1))
        driver.advance(by: .seconds(1))
        for token in driver.started { driver.judge(token, .discard(error: "timed out")) }
        #expect(driver.pool.abandonedCount == count)
        #expect(driver.pool.busyCount == 0)
        for claim in driver.claims.indices.dropFirst() { driver.grant(0, claim: claim + 1) }
        let claimCount = driver.claimLimits.count
        driver.handle { $0.signalled(at: $1) }
        #expect(driver.claimLimits.count == claimCount)
        driver.handle { $0.returned(1, at: $1) }
        #expect(driver.claimLimits.count == claimCount + 1)
    }
}
