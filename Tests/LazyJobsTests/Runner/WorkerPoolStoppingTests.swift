import Testing

@testable import LazyJobs

@Suite("WorkerPool: time-outs, cancellation and stop")
struct WorkerPoolStoppingTests {
    @Test("a job whose time is up is cancelled, and fails as timed out when it returns")
    func timesOut() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(1, timeout: .seconds(10))
        driver.advance(by: .milliseconds(9999))
        #expect(driver.cancelled.isEmpty)
        driver.advance(by: .milliseconds(1))
        #expect(driver.cancelled == [1])
        #expect(driver.pool.busyCount == 1)
        driver.handle { $0.returned(1, at: $1) }
        #expect(driver.verdicts.map(\.verdict) == [.timedOut])
    }

    @Test("a clean end that comes in time is recorded as it is, and one that comes late judged")
    func settlesSuccesses() {
        var driver = PoolDriver(workers: 2)
        driver.start()
        driver.grant(2, timeout: .seconds(10))
        driver.handle { $0.returned(1, .succeeded(output: [1]), at: $1) }
        #expect(driver.verdicts.isEmpty)
        #expect(driver.batches.first?.map(\.request.outcome) == [.succeeded(output: [1])])
        #expect(driver.pool.busyCount == 1)
        driver.advance(by: .seconds(10))
        driver.handle { $0.returned(2, .succeeded(), at: $1) }
        #expect(driver.verdicts.map(\.verdict) == [.timedOut])
        #expect(driver.batches.count == 1)
    }

    @Test("a clean end counts although the runner stops, and not once the job is cancelled")
    func settlesWhileLeaving() {
        var driver = PoolDriver(workers: 2)
        driver.start()
        driver.grant(2)
        driver.revoke(1, attempt: 1)
        driver.handle { $0.stop(gracePeriod: .zero, at: $1) }
        driver.handle { $0.returned(1, .succeeded(), at: $1) }
        #expect(driver.batches.isEmpty)
        driver.handle { $0.returned(2, .succeeded(), at: $1) }
        #expect(driver.verdicts.isEmpty)
        #expect(driver.batches.map { $0.map(\.request.jobID) } == [[JobID(rawValue: 2)]])
        #expect(driver.pool.attempts.isEmpty)
    }

    @Test("a job that ignores its time-out is recorded without it, and its worker is free again")
    func abandonsJobs() {
        var driver = PoolDriver(cancellationGracePeriod: .seconds(5))
        driver.start()
        driver.grant(1, timeout: .seconds(10))
        driver.advance(by: .seconds(15))
        #expect(driver.verdicts.map(\.verdict) == [.timedOut])
        driver.judge(1, .discard(error: "timed out after 10s"))
        #expect(driver.pool.busyCount == 0)
        #expect(driver.pool.abandonedCount == 1)
        #expect(driver.batches.map(\.count) == [1])
        #expect(driver.events == ["abandoned"])
        driver.handle { $0.returned(1, at: $1) }
        #expect(driver.pool.abandonedCount == 0)
        #expect(driver.pool.attempts.isEmpty)
        #expect(driver.verdicts.count == 1)
        #expect(driver.batches.map(\.count) == [1])
    }

    @Test("the end is the last that is told")
    func tellsNothingAfterTheEnd() {
        var driver = PoolDriver()
        driver.handle { $0.stop(gracePeriod: .zero, at: $1) }
        driver.handle { pool, _ in pool.announce(.enqueued(ClaimedJob.sample().record)) }
        driver.handle { $0.closed(nil, at: $1) }
        driver.handle { pool, _ in pool.announce(.enqueued(ClaimedJob.sample().record)) }
        #expect(driver.events == ["enqueued", "stopped", "ended"])
    }

    @Test("a job that returns while its time-out is worked out is not abandoned")
    func returnsWhileJudged() {
        var driver = PoolDriver(cancellationGracePeriod: .zero)
        driver.start()
        driver.grant(1, timeout: .seconds(10))
        driver.advance(by: .seconds(10))
        driver.handle { $0.returned(1, at: $1) }
        driver.judge(1, .discard(error: "timed out after 10s"))
        #expect(driver.pool.attempts.isEmpty)
        #expect(driver.pool.abandonedCount == 0)
        #expect(driver.verdicts.count == 1)
    }

    @Test("a cancelled job's task is cancelled, and what it returns is not recorded")
    func revokesJobs() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(1)
        driver.revoke(1, attempt: 1)
        #expect(driver.cancelled == [1])
        driver.handle { $0.returned(1, at: $1) }
        #expect(driver.verdicts.isEmpty)
        #expect(driver.batches.isEmpty)
        #expect(driver.pool.busyCount == 0)
    }

    @Test("a job that is cancelled, put back and claimed again before that is known, goes on")
    func keepsLaterAttempts() {
        var driver = PoolDriver(workers: 2)
        driver.start()
        let again = ClaimedJob.sample(attempt: 2)
        driver.handle { [claim = driver.claims[0]] in
            $0.claimed([.sample(), again], of: claim, dueIn: nil, at: $1)
        }
        driver.revoke(1, attempt: 1)
        #expect(driver.cancelled.count == 1)
        #expect(driver.pool.attempts[driver.cancelled[0]]?.job.record.attempt == 1)
        driver.end(2)
        #expect(driver.batches.map { $0.map(\.record.attempt) } == [[2]])
    }

    @Test("stop claims nothing more and closes when the last outcome is durable")
    func stopsGracefully() {
        var driver = PoolDriver(workers: 2)
        driver.start()
        driver.grant(1)
        driver.handle { $0.stop(gracePeriod: .seconds(30), at: $1) }
        driver.handle { $0.signalled(at: $1) }
        #expect(driver.claimLimits.count == 1)
        #expect(driver.pool.isRunning)
        driver.end(1)
        #expect(driver.closes == 0)
        driver.record()
        #expect(driver.closes == 1)
        driver.handle { $0.closed(nil, at: $1) }
        #expect(driver.events == ["finished", "stopped", "ended"])
    }

    @Test("a job granted to a runner that has been stopped meanwhile is given back unstarted")
    func givesBackLateGrants() {
        var driver = PoolDriver()
        driver.start()
        driver.handle { $0.stop(gracePeriod: .seconds(30), at: $1) }
        #expect(driver.closes == 0)
        driver.grant(1)
        #expect(driver.started.isEmpty)
        #expect(
            driver.batches.first?.first?.request.outcome
                == .interrupted(reason: "the runner stopped")
        )
        driver.record()
        #expect(driver.closes == 1)
    }

    @Test("after the grace period jobs are cancelled and judged as interrupted")
    func interruptsAfterGracePeriod() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(1)
        driver.handle { $0.stop(gracePeriod: .seconds(30), at: $1) }
        driver.advance(by: .milliseconds(29_999))
        #expect(driver.cancelled.isEmpty)
        driver.advance(by: .milliseconds(1))
        #expect(driver.cancelled == [1])
        driver.handle { $0.returned(1, at: $1) }
        #expect(driver.verdicts.map(\.verdict) == [.interrupted])
    }

    @Test("stop comes to its end although a job ignores cancellation")
    func stopsDespiteDeafJob() {
        var driver = PoolDriver(cancellationGracePeriod: .seconds(5))
        driver.start()
        driver.grant(1)
        driver.handle { $0.stop(gracePeriod: .seconds(30), at: $1) }
        driver.advance(by: .seconds(35))
        #expect(driver.verdicts.map(\.verdict) == [.interrupted])
        driver.judge(1, .interrupted(reason: "the runner stopped"))
        driver.record()
        #expect(driver.closes == 1)
    }

    @Test("a second stop can shorten the grace period and never lengthens it")
    func shortensGracePeriod() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(1)
        driver.handle { $0.stop(gracePeriod: .seconds(30), at: $1) }
        driver.handle { $0.stop(gracePeriod: .seconds(60), at: $1) }
        driver.handle { $0.stop(gracePeriod: .seconds(3), at: $1) }
        driver.advance(by: .seconds(3))
        #expect(driver.cancelled == [1])
        driver.handle { $0.stop(gracePeriod: .zero, at: $1) }
        #expect(driver.cancelled == [1])
    }

    @Test("stop without a grace period cancels at once")
    func interruptsAtOnce() {
        var driver = PoolDriver(cancellationGracePeriod: .zero)
        driver.start()
        driver.grant(1)
        driver.handle { $0.stop(gracePeriod: .zero, at: $1) }
        #expect(driver.cancelled == [1])
        #expect(driver.verdicts.map(\.verdict) == [.interrupted])
    }

    @Test("stop gives up on a store whose passing fault does not pass, and says so")
    func stopsDespiteFaultyStore() {
        var driver = PoolDriver(cancellationGracePeriod: .seconds(5))
        driver.start()
        driver.grant(1)
        driver.handle { $0.stop(gracePeriod: .seconds(30), at: $1) }
        driver.end(1)
        for _ in 0..<100 where driver.closes == 0 {
            if driver.batches.isEmpty { driver.fireTimer() } else { driver.failBatch(.unavailable) }
        }
        #expect(driver.closes == 1)
        #expect(driver.pool.failure?.code == .unavailable)
        // 30 s of grace, 5 s to return and 5 s to record.
        #expect(driver.now == .seconds(40))
    }

    @Test("an attempt that was given up while its job was decoded does not begin, nor is it told")
    func beginsNothingThatHasEnded() {
        var driver = PoolDriver(workers: 2)
        driver.start()
        driver.grant(2)
        var begins: [Bool] = []
        driver.handle { pool, _ in begins.append(pool.begins(1)) }
        driver.revoke(2, attempt: 1)
        driver.handle { pool, _ in begins.append(pool.begins(2)) }
        driver.handle { $0.stop(gracePeriod: .zero, at: $1) }
        driver.end(1)
        driver.handle { pool, _ in begins.append(pool.begins(1)) }
        #expect(begins == [true, false, false])
        #expect(driver.events == ["started"])
    }

    @Test("a runner that never started ends at once, and cannot be started any more")
    func stopsUnstarted() {
        var driver = PoolDriver()
        driver.handle { $0.stop(gracePeriod: .seconds(30), at: $1) }
        #expect(driver.closes == 1)
        driver.handle { $0.closed(nil, at: $1) }
        #expect(driver.events == ["stopped", "ended"])
        let isWorking = driver.start()
        #expect(!isWorking)
    }

    @Test("starting twice does nothing the second time")
    func startsOnce() {
        var driver = PoolDriver()
        driver.start()
        let isWorking = driver.start()
        #expect(isWorking)
        #expect(driver.claimLimits == [1])
    }
}
