import Testing

@testable import LazyJobs

@Suite("WorkerPool: recording")
struct WorkerPoolFinishingTests {
    @Test("a worker is free as soon as its job's outcome waits, so a slow sync idles nobody")
    func freesWorkerBeforeSync() {
        var driver = PoolDriver(workers: 1)
        driver.start()
        for token in 1...5 {
            driver.grant(1)
            driver.end(WorkerPool.Token(token))
            #expect(driver.pool.busyCount == 0)
        }
        #expect(driver.claimLimits.count == 6)
        #expect(driver.batches.map(\.count) == [1, 1])
    }

    @Test("at most two calls are under way; what ends meanwhile goes together with the next")
    func gathersBatches() {
        var driver = PoolDriver(workers: 6)
        driver.start()
        driver.grant(6)
        for token in 1...6 { driver.end(WorkerPool.Token(token)) }
        #expect(driver.batches.map(\.count) == [1, 1])
        driver.record()
        #expect(driver.batches.map(\.count) == [1, 4])
    }

    @Test("one call takes no more outcomes than fit with outputs of the largest size")
    func limitsBatches() {
        let max = WorkerPool.finishBatchCountMax
        #expect(max * JobLimits.outputSizeMax <= JobLimits.batchSizeMax)
        #expect(max <= JobLimits.batchCountMax)
        var driver = PoolDriver(workers: max + 3)
        driver.start()
        driver.grant(max + 3)
        for token in 1...max + 3 { driver.end(WorkerPool.Token(token)) }
        driver.record()
        #expect(driver.batches.map(\.count) == [1, max])
        driver.record()
        #expect(driver.batches.map(\.count) == [max, 1])
    }

    @Test("with 64 outcomes not yet recorded nothing more is claimed")
    func limitsUnrecordedOutcomes() {
        var driver = PoolDriver(workers: 1)
        driver.start()
        var ended: WorkerPool.Token = 0
        while driver.claimLimits.count > Int(ended) {
            driver.grant(1)
            ended += 1
            driver.end(ended)
        }
        #expect(ended == 64)
        #expect(driver.pool.unrecordedCountMax == 64)
        driver.record()
        #expect(driver.claimLimits.count == 65)
    }

    @Test("the end of an attempt is told only when it is durable")
    func tellsDurableEnds() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(1)
        driver.end(1)
        #expect(driver.events.isEmpty)
        driver.record()
        #expect(driver.events == ["finished"])
    }

    @Test("a passing fault is tried again with the same outcomes in the same order")
    func retriesTransientFaults() {
        var driver = PoolDriver(workers: 2)
        driver.start()
        driver.grant(2)
        driver.end(1)
        driver.failBatch(.unavailable)
        driver.end(2)
        #expect(driver.batches.isEmpty)
        driver.advance(by: .milliseconds(49))
        #expect(driver.batches.isEmpty)
        driver.advance(by: .milliseconds(1))
        #expect(driver.batches.map { $0.map(\.record.id.rawValue) } == [[1, 2]])
        driver.record()
        #expect(driver.events == ["delayed", "finished", "finished"])
    }

    @Test("a request that alone meets a passing fault is tried again alone")
    func retriesSingleRequests() {
        var driver = PoolDriver(workers: 1)
        driver.start()
        driver.grant(1)
        driver.end(1)
        driver.record { _ in .failure(BackendError(.storageFull, "test")) }
        driver.advance(by: .milliseconds(50))
        #expect(driver.batches.map(\.count) == [1])
        driver.record()
        #expect(driver.events == ["delayed", "finished"])
    }

    @Test("a call refused one by one is one fault: waited for once, longer each time, told once")
    func countsRefusedCallsOnce() {
        var driver = PoolDriver(workers: 10)
        driver.start()
        driver.grant(10)
        for token in 1...10 { driver.end(WorkerPool.Token(token)) }
        driver.record()
        driver.record()
        #expect(driver.batches.map(\.count) == [8])
        let full: (WorkerPool.Completion) -> FinishResult = { _ in
            .failure(BackendError(.storageFull, "test"))
        }
        driver.record(full)
        driver.advance(by: .milliseconds(50))
        #expect(driver.batches.map(\.count) == [8])
        driver.record(full)
        driver.advance(by: .milliseconds(99))
        #expect(driver.batches.isEmpty)
        driver.advance(by: .milliseconds(1))
        // Some are recorded now: the store works again, if not for all.
        driver.record { $0.record.id.rawValue > 5 ? full($0) : .success($0.record) }
        driver.advance(by: .milliseconds(50))
        #expect(driver.batches.map { $0.map(\.record.id.rawValue) } == [[6, 7, 8, 9, 10]])
        #expect(driver.events.count { $0 == "delayed" } == 3)
    }

    @Test("outcomes that a fatal answer beside them leaves waiting are dropped, and told")
    func dropsWhatWaitsBesideFatalAnswers() {
        var driver = PoolDriver(workers: 4)
        driver.start()
        driver.grant(4)
        for token in 1...4 { driver.end(WorkerPool.Token(token)) }
        driver.record()
        driver.record()
        driver.record { completion in
            let isFirst = completion.record.id.rawValue == 3
            return .failure(BackendError(isFirst ? .storageFull : .poisoned, "test"))
        }
        #expect(driver.pool.failure?.code == .poisoned)
        #expect(driver.pool.waiting.isEmpty)
        #expect(driver.events.suffix(2).sorted() == ["dropped poisoned", "dropped storageFull"])
    }

    @Test(
        "a runner that stops beside a full store gives up when its time is over",
        arguments: [true, false]
    )
    func givesUpWhenStopping(isOneByOne: Bool) {
        var driver = PoolDriver(workers: 2, cancellationGracePeriod: .seconds(1))
        driver.start()
        driver.grant(2)
        driver.end(1)
        driver.end(2)
        driver.handle { $0.stop(gracePeriod: .zero, at: $1) }
        for number in driver.claims.indices.dropFirst() { driver.grant(0, claim: number + 1) }
        for _ in 0..<1000 where driver.closes == 0 {
            if driver.batches.isEmpty {
                driver.fireTimer()
            } else if isOneByOne {
                driver.record { _ in .failure(BackendError(.storageFull, "test")) }
            } else {
                driver.failBatch(.storageFull)
            }
        }
        #expect(driver.closes == 1)
        #expect(driver.now == .seconds(2))
        #expect(driver.pool.failure?.code == .storageFull)
        #expect(driver.events.count { $0 == "dropped storageFull" } == 2)
    }

    @Test(
        "the outcome of a lease that has ended is dropped, told, and harms nobody",
        arguments: [BackendError.Code.staleLease, .notFound]
    )
    func dropsStaleLeases(code: BackendError.Code) {
        var driver = PoolDriver()
        driver.start()
        driver.grant(1)
        driver.end(1)
        driver.record { _ in .failure(BackendError(code, "test")) }
        #expect(driver.events == ["dropped \(code.rawValue)"])
        #expect(driver.pool.isRunning)
    }

    @Test(
        "a fault that does not pass ends the runner, and every outcome that is lost is told",
        arguments: [BackendError.Code.poisoned, .outcomeUnknown, .closed, .corruption]
    )
    func endsOnFatalFaults(code: BackendError.Code) {
        var driver = PoolDriver(workers: 5)
        driver.start()
        driver.grant(5)
        for token in 1...4 { driver.end(WorkerPool.Token(token)) }
        driver.failBatch(code)
        #expect(driver.cancelled == [5])
        driver.handle { $0.returned(5, at: $1) }
        driver.failBatch(code)
        for claim in 2...driver.claims.count {
            #expect(driver.closes == 0)
            driver.grant(0, claim: claim)
        }
        #expect(driver.closes == 1)
        driver.handle { $0.closed(nil, at: $1) }
        let dropped = "dropped \(code.rawValue)"
        #expect(
            driver.events == Array(repeating: dropped, count: 4)
                + ["stopped \(code.rawValue)", "ended"]
        )
        #expect(driver.pool.failure?.code == code)
    }

    @Test("a store that refuses an outcome as invalid ends the runner rather than lose it")
    func endsOnInvalidRequests() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(1)
        driver.end(1)
        driver.grant(0)
        driver.record { _ in .failure(BackendError(.invalidRequest, "test")) }
        #expect(driver.pool.failure?.code == .invalidRequest)
        #expect(driver.closes == 1)
    }

    @Test("an answer of the wrong length leaves the outcome unknown, and ends the runner")
    func checksAnswerCount() {
        var driver = PoolDriver()
        driver.start()
        driver.grant(1)
        driver.end(1)
        let batch = driver.batches.removeFirst()
        driver.handle { $0.finished(batch, [], at: $1) }
        #expect(driver.pool.failure?.code == .outcomeUnknown)
    }
}
