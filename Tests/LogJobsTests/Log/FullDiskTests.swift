import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

@Suite("Full disk")
struct FullDiskTests {
    /// Room for the first files of a store and a few more segments.
    private static let capacities = Array(stride(from: 400 << 10, through: 600 << 10, by: 16 << 10))

    /// What is kept back suffices for more than a few commands.
    private static var configuration: LogBackend.Configuration {
        var configuration = TestStore.configuration
        configuration.sizes.ballastBytes = 64 << 10
        return configuration
    }

    private static let longError = String(repeating: "e", count: JobLimits.errorSizeMax)

    private static func job() -> NewJob {
        let bytes = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 7 >> 3) }
        return NewJob(kind: "fill", payload: JobPayload(bytes: bytes))
    }

    private static func claim(_ limit: Int, in store: LogBackend) async throws -> [ClaimedJob] {
        try await store.claim(ClaimRequest(limit: limit, worker: "worker")).jobs
    }

    /// Enqueues until the store refuses it.
    ///
    /// - Returns: The ids of what was accepted.
    private static func fill(
        _ store: LogBackend,
        with job: () -> NewJob = job
    ) async throws -> [JobID] {
        var ids: [JobID] = []
        while true {
            do {
                ids += try await store.enqueue([job()]).map(\.record.id)
                try #require(ids.count < 10_000, "the disk is never full")
            } catch let error as BackendError {
                #expect(error.code == .storageFull)
                return ids
            }
        }
    }

    @Test("lets compaction give space back, and uses that", arguments: capacities)
    func compaction(capacity: Int) async throws {
        let test = TestStore(SimulatedFileSystem(capacity: UInt64(capacity)))
        var configuration = Self.configuration
        configuration.archive = .delete
        let store = try await test.open(configuration)
        let waiting = try await store.enqueue([Self.job()])[0].record
        var generator = SeededGenerator(seed: UInt64(capacity))
        for _ in 0..<3 {
            let ids = try await Self.fill(store) { Self.randomJob(&generator) }
            // One by one, as what is kept back has room for it.
            for id in ids { _ = try await store.cancel([id], reason: "full", actor: nil) }
            test.clock.advance(by: .seconds(1))
            while try await store.prune(finishedBefore: test.clock.now, limit: 20) > 0 {}
            let report = try await store.compact()
            #expect(report.segmentCount > 0 && ids.count > 20)
        }
        #expect(try await store.record(of: waiting.id) == waiting)
        #expect(try await store.payload(of: waiting.id) == Self.job().payload)
        _ = try await store.enqueue([Self.job()])
        try await store.close()
        _ = try test.verify()
    }

    @Test(
        "whatever could be claimed can end, with the longest errors, and the store be closed",
        arguments: [true, false],
        [1 << 20, 2 << 20]
    )
    func endsOfBlocks(assumesPowerSafeOverwrites: Bool, segmentBytes: UInt64) async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 64 << 20))
        var configuration = Self.configuration
        configuration.sizes.segmentBytesFirst = segmentBytes
        configuration.sizes.segmentBytesMax = segmentBytes
        configuration.assumesPowerSafeOverwrites = assumesPowerSafeOverwrites
        let store = try await test.open(configuration)
        let jobs = (0..<600).map { _ in NewJob(kind: "r", payload: JobPayload(bytes: [])) }
        _ = try await store.enqueue(jobs)
        // Another program takes the rest of the disk; the segment that is prepared is used up.
        test.disk.capacity = test.disk.usedBytes
        let segment = store.engine.inspect { $0.machine.place.segment }
        var generator = SeededGenerator(seed: segmentBytes)
        while store.engine.inspect({ $0.machine.place.segment }) == segment {
            _ = try await store.enqueue([Self.randomJob(&generator, isFarAhead: true)])
        }
        test.disk.capacity = test.disk.usedBytes
        var claimed: [ClaimedJob] = []
        let refusal = await #expect(throws: BackendError.self) {
            for _ in jobs { claimed += try await Self.claim(1, in: store) }
        }
        #expect(refusal?.code == .storageFull)
        #expect(claimed.count > 50)
        for job in claimed {
            let error = (0..<JobLimits.errorSizeMax).map { _ in
                Character(UnicodeScalar(UInt8.random(in: 33...126, using: &generator)))
            }
            let end = FinishRequest(
                jobID: job.record.id,
                lease: job.lease,
                outcome: .discard(error: String(error))
            )
            for result in try await store.finish([end]) { _ = try result.get() }
        }
        try await store.close()
        let again = try await test.open(configuration)
        #expect(try await again.stats().byState[.discarded] == claimed.count)
        try await again.close()
    }

    /// A job whose payload deflate cannot shrink.
    private static func randomJob(
        _ generator: inout SeededGenerator,
        isFarAhead: Bool = false
    ) -> NewJob {
        let bytes = (0..<2_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let runAt = isFarAhead ? JobLimits.latest : nil
        return NewJob(kind: "fill", payload: JobPayload(bytes: bytes), runAt: runAt)
    }

    @Test(
        "gives up the oldest history where its bytes are bounded, by itself and by hand",
        arguments: [false, true]
    )
    func dropsArchives(byHand: Bool) async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 700 << 10))
        var configuration = Self.configuration
        configuration.archive = .keep(bytesMax: 10 << 20)
        configuration.retention = JobRetention(cancelled: .seconds(1))
        configuration.compaction.deadBytesMin = 32 << 10
        let store = try await test.open(configuration)
        let sleeper = test.passTime(by: .seconds(1))
        defer { sleeper.cancel() }
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5 {
            let ids = try await Self.fill(store) { Self.randomJob(&generator) }
            #expect(ids.count > 10, "space came back")
            for id in ids { _ = try await store.cancel([id], reason: "full", actor: nil) }
            test.clock.advance(by: .seconds(2))
            if byHand {
                while try await store.prune(finishedBefore: test.clock.now, limit: 20) > 0 {}
                #expect(try await store.compact().segmentCount > 0)
            } else {
                #expect(await store.keepNow().failure == nil)
            }
        }
        #expect(store.upkeepReport.droppedArchiveCount > 0)
        try await store.close()
        _ = try test.verify()
    }

    @Test("keeps what is kept back when more is needed of the oldest segment than has room")
    func leavesLiveSegments() async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 2 << 20))
        var configuration = TestStore.configuration
        configuration.archive = .delete
        configuration.sizes.segmentBytesFirst = 512 << 10
        configuration.sizes.segmentBytesMax = 512 << 10
        configuration.sizes.ballastBytes = 128 << 10
        let store = try await test.open(configuration)
        var generator = SeededGenerator(seed: 1)
        let ids = try await Self.fill(store) { Self.randomJob(&generator) }
        // Only the newest sealed segment has something dead in it.
        let dead = ids[ids.count / 2]
        _ = try await store.cancel([dead], reason: "full", actor: nil)
        test.clock.advance(by: .seconds(1))
        #expect(try await store.prune(finishedBefore: test.clock.now, limit: 1) == 1)
        let before = try await store.storageReport().writtenByteCount
        for _ in 0..<10 {
            let error = await #expect(throws: BackendError.self) { _ = try await store.compact() }
            #expect(error?.code == .storageFull)
        }
        #expect(try await store.storageReport().writtenByteCount == before)
        for id in ids.prefix(20) { _ = try await store.cancel([id], reason: "full", actor: nil) }
        try await store.close()
        _ = try test.verify()
    }

    @Test("keeps the room of what runs from whoever cancels and prunes", arguments: capacities)
    func keepsRoomOfEnds(capacity: Int) async throws {
        let test = TestStore(SimulatedFileSystem(capacity: UInt64(capacity)))
        var store = try await test.open(Self.configuration)
        _ = try await store.enqueue((0..<6).map { _ in Self.job() })
        let running = try await Self.claim(6, in: store)
        let ids = try await Self.fill(store)
        for id in ids {
            do {
                _ = try await store.cancel([id], reason: "full", actor: nil)
            } catch {
                #expect(error.code == .storageFull)
            }
        }
        test.clock.advance(by: .seconds(1))
        do {
            while try await store.prune(finishedBefore: test.clock.now, limit: 1) > 0 {}
        } catch {
            #expect(error.code == .storageFull)
        }
        for job in running {
            let outcome = JobOutcome.retry(error: Self.longError, runAt: JobLimits.latest)
            _ = try await store.finish([job.ending(outcome)])[0].get()
        }
        try await store.close()
        store = try await test.open(Self.configuration)
        #expect(try await store.record(of: running[0].record.id)?.lastError == Self.longError)
        try await store.close()
        _ = try test.verify()
    }

    @Test(
        "refuses what grows, lets what runs end, opens again, and goes on when there is room",
        arguments: capacities
    )
    func survivesFullDisk(capacity: Int) async throws {
        let disk = SimulatedFileSystem(capacity: UInt64(capacity))
        let test = TestStore(disk)
        var store = try await test.open(Self.configuration)
        _ = try await store.enqueue([Self.job(), Self.job(), Self.job(), Self.job()])
        let running = try await Self.claim(3, in: store)
        let ids = try await Self.fill(store)

        // Refused again, with nothing changed; what runs ends, with the longest text.
        let before = try await store.stats()
        await #expect(throws: BackendError.self) { _ = try await store.enqueue([Self.job()]) }
        #expect(try await store.stats() == before)
        let runAt = JobLimits.latest
        let requests = running.prefix(2).map {
            $0.ending(.retry(error: Self.longError, runAt: runAt))
        }
        for result in try await store.finish(requests) { _ = try result.get() }

        // A crash on the full disk: it opens, and a job can be worked.
        await store.abandonAndWait()
        store = try await test.open(Self.configuration)
        let total = try await store.stats().total
        #expect(total == ids.count + 4)
        let claimed = try await Self.claim(1, in: store)
        #expect(claimed.count == 1)
        _ = try await store.finish([claimed[0].ending(.succeeded())])[0].get()

        // Where it was opened on what was kept back, it adds nothing to that.
        let names = StoreFolder.ballastNames.map { TestStore.path($0) }
        if names.contains(where: { disk.bytes(of: $0) == nil }) {
            await #expect(throws: BackendError.self) { _ = try await store.enqueue([Self.job()]) }
        }

        // There is room again, and it is used.
        disk.capacity = nil
        let more = try await store.enqueue([Self.job()])
        #expect(more.count == 1)
        try await store.close()
        #expect(names.allSatisfy { disk.bytes(of: $0) != nil }, "the ballast is there again")

        // Nothing that was answered is lost.
        let reader = try test.read()
        for id in ids { #expect(reader.record(of: id) != nil) }
        #expect(reader.record(of: claimed[0].record.id)?.state == .succeeded)
        for job in running.prefix(2) {
            #expect(reader.record(of: job.record.id)?.lastError == Self.longError)
        }
    }

    @Test(
        "opens again and again, though a neighbour takes all that it gives back",
        arguments: [true, false]
    )
    func savesBallast(closes: Bool) async throws {
        let disk = SimulatedFileSystem(capacity: 600 << 10)
        let test = TestStore(disk)
        var store = try await test.open(Self.configuration)
        let ids = try await Self.fill(store)
        for _ in 0..<6 {
            if closes { try await store.close() } else { await store.abandonAndWait() }
            disk.capacity = disk.usedBytes
            store = try await test.open(Self.configuration)
            #expect(try await store.stats().total == ids.count)
        }
        disk.capacity = nil
        _ = try await store.enqueue([Self.job()])
        try await store.close()
        let names = StoreFolder.ballastNames.map { TestStore.path($0) }
        #expect(names.allSatisfy { disk.bytes(of: $0)?.count == 64 << 10 }, "it is whole again")
    }

    @Test("keeps the room of what runs from large outputs", arguments: capacities)
    func keepsRoomFromOutputs(capacity: Int) async throws {
        let test = TestStore(SimulatedFileSystem(capacity: UInt64(capacity)))
        let store = try await test.open(Self.configuration)
        _ = try await store.enqueue((0..<9).map { _ in Self.job() })
        let running = try await Self.claim(9, in: store)
        _ = try await Self.fill(store)
        var generator = SeededGenerator(seed: UInt64(capacity))
        let output = (0..<16_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var refused: [ClaimedJob] = []
        for job in running {
            do {
                _ = try await store.finish([job.ending(.succeeded(output: output))])[0].get()
            } catch {
                #expect(error.code == .storageFull)
                refused.append(job)
            }
        }
        #expect(refused.count > 2 && refused.count < 9)
        for job in refused {
            _ = try await store.finish([job.ending(.discard(error: Self.longError))])[0].get()
        }
        try await store.close()
        let again = try await test.open(Self.configuration)
        #expect(try await again.stats().byState[.running, default: 0] == 0)
        #expect(try await again.record(of: refused[0].record.id)?.state == .discarded)
        try await again.close()
        _ = try test.verify()
    }

    @Test("gives back at once what is dead, however little it is")
    func retiresWhenFull() async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 600 << 10))
        var configuration = Self.configuration
        configuration.archive = .delete
        configuration.retention = JobRetention(cancelled: .seconds(1))
        let store = try await test.open(configuration)
        let sleeper = test.passTime(by: .seconds(1))
        defer { sleeper.cancel() }
        var generator = SeededGenerator(seed: 1)
        let ids = try await Self.fill(store) { Self.randomJob(&generator) }
        for id in ids { _ = try? await store.cancel([id], reason: "full", actor: nil) }
        test.clock.advance(by: .seconds(2))

        // It is called for as soon as something is asked of it.
        let occasions = store.engine.occasions.makeStream()
        await #expect(throws: BackendError.self) { _ = try await store.enqueue([Self.job()]) }
        var calls = occasions.makeAsyncIterator()
        let ending = Task { await store.keepNow() }
        #expect(await calls.next() != nil)
        _ = await ending.value
        #expect(try await store.enqueue([Self.job()]).count == 1)
        try await store.close()
        _ = try test.verify()
    }

    @Test("has room for the ends of however many ran before it was full")
    func growsBallast() async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 3 << 20))
        let store = try await test.open(Self.configuration)
        _ = try await store.enqueue((0..<60).map { _ in Self.job() })
        let running = try await Self.claim(60, in: store)
        var generator = SeededGenerator(seed: 1)
        _ = try await Self.fill(store) { Self.randomJob(&generator) }
        func randomText() -> String {
            let letters = (0..<JobLimits.errorSizeMax).map { _ in
                UInt8.random(in: UInt8(ascii: "0")...UInt8(ascii: "z"), using: &generator)
            }
            return String(decoding: letters, as: UTF8.self)
        }
        let ends = running.map { $0.ending(.discard(error: randomText())) }
        for end in ends { _ = try await store.finish([end])[0].get() }
        try await store.close()
        try await test.open(Self.configuration).close()
    }

    @Test("has room for segments that begin with many schedules")
    func schedules() async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 3 << 20))
        var store = try await test.open(Self.configuration)
        var generator = SeededGenerator(seed: 1)
        for number in 0..<10 {
            var job = Self.randomJob(&generator)
            job.payload = JobPayload(bytes: (0..<10).flatMap { _ in job.payload.bytes })
            _ = try await store.setSchedule(
                JobSchedule(
                    key: "s\(number)",
                    interval: .seconds(86_400),
                    nextRunAt: JobLimits.latest,
                    job: job
                ),
                actor: nil
            )
        }
        _ = try await store.enqueue((0..<3).map { _ in Self.job() })
        let running = try await Self.claim(3, in: store)
        _ = try await Self.fill(store) { Self.randomJob(&generator) }
        for job in running {
            _ = try await store.finish([job.ending(.discard(error: Self.longError))])[0].get()
        }
        try await store.close()
        store = try await test.open(Self.configuration)
        #expect(try await store.schedules().count == 10)
        // None of them is due: nothing is to be added.
        #expect(try await store.runDueSchedules().enqueued.isEmpty)
        try await store.close()
    }

    @Test(
        "has room for what later segments begin with, though it came within one",
        arguments: [true, false]
    )
    func growingBaseline(isOfPauses: Bool) async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 64 << 20))
        var configuration = Self.configuration
        configuration.sizes.segmentBytesFirst = 4 << 20
        configuration.sizes.segmentBytesMax = 4 << 20
        configuration.archive = .delete
        let store = try await test.open(configuration)
        _ = try await store.enqueue([Self.job()])
        let running = try await Self.claim(1, in: store)
        var generator = SeededGenerator(seed: 1)
        let reason = String(repeating: "r", count: JobLimits.errorSizeMax)
        for number in 0..<60 {
            var job = Self.randomJob(&generator)
            job.payload = JobPayload(bytes: (0..<2).flatMap { _ in job.payload.bytes })
            if isOfPauses {
                try await store.pauseQueue("q\(number)", reason: reason, actor: nil)
            } else {
                let schedule = JobSchedule(
                    key: "s\(number)",
                    interval: .seconds(86_400),
                    nextRunAt: JobLimits.latest,
                    job: job
                )
                _ = try await store.setSchedule(schedule, actor: nil)
            }
        }
        test.disk.capacity = test.disk.usedBytes
        let ids = try await Self.fill(store) { Self.randomJob(&generator, isFarAhead: true) }
        _ = try await store.finish([running[0].ending(.discard(error: Self.longError))])[0].get()
        await #expect(throws: BackendError.self) {
            for number in 60..<1000 {
                try await store.pauseQueue("q\(number)", reason: reason, actor: nil)
            }
        }
        try await store.close()
        let again = try await test.open(configuration)
        #expect(try await again.stats().total == ids.count + 1)
        try await again.close()
    }

    @Test("opens again after a crash at any call of an opening, though a neighbour takes the rest")
    func crashedOpenings() async throws {
        let filled = SimulatedFileSystem(capacity: 600 << 10)
        let store = try await TestStore(filled).open(Self.configuration)
        let ids = try await Self.fill(store)
        await store.abandonAndWait()
        let whole = filled.copy()
        whole.capacity = whole.usedBytes
        try await TestStore(whole).open(Self.configuration).abandonAndWait()
        let changes = whole.calls.indices.filter { index in
            [.rename, .write, .sync, .syncFolder].contains(whole.calls[index].call)
        }
        #expect(changes.count > 8)
        for index in changes {
            let disk = filled.copy()
            disk.capacity = disk.usedBytes
            disk.faults = .crash(atCall: index + 1)
            _ = try? await TestStore(disk).open(Self.configuration).abandonAndWait()
            let rest = disk.copy()
            rest.capacity = rest.usedBytes
            do {
                let again = try await TestStore(rest).open(Self.configuration)
                #expect(try await again.stats().total == ids.count)
                try await again.close()
            } catch {
                Issue.record("behind a crash at \(whole.calls[index]): \(error)")
            }
        }
    }

    @Test("is used again when what needed much room has ended")
    func shrinksBallast() async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 4 << 20))
        var configuration = Self.configuration
        configuration.archive = .delete
        let store = try await test.open(configuration)
        _ = try await store.enqueue((0..<200).map { _ in Self.job() })
        let running = try await Self.claim(200, in: store)
        var generator = SeededGenerator(seed: 1)
        let ids = try await Self.fill(store) { Self.randomJob(&generator) }
        // What is left is less than what 200 ends were given.
        for job in running {
            _ = try await store.finish([job.ending(.succeeded())])[0].get()
        }
        for id in ids.prefix(200) {
            _ = try await store.cancel([id], reason: "", actor: nil)
        }
        test.disk.capacity = test.disk.usedBytes + 400 << 10
        _ = try await store.enqueue([Self.job()])
        try await store.close()
        // What a file of ballast has too much goes back at the next opening.
        try await test.open(configuration).close()
        let names = StoreFolder.ballastNames.map { TestStore.path($0) }
        #expect(names.allSatisfy { test.disk.bytes(of: $0)?.count == 64 << 10 })
    }

    @Test("is closed though its manifest has no spare and no room for one")
    func closesWithoutSpare() async throws {
        let test = TestStore()
        let store = try await test.open(Self.configuration)
        let id = try await store.enqueue([Self.job()])[0].record.id
        test.disk.removeFile(TestStore.path(StoreFolder.spareManifestName))
        test.disk.capacity = test.disk.usedBytes
        try await store.close()
        #expect(try test.read().report.wasClosed)
        test.disk.capacity = nil
        let again = try await test.open(Self.configuration)
        #expect(try await again.record(of: id)?.state == .pending)
        try await again.close()
    }

    @Test("takes of many ends with outputs as many as have room")
    func recordsWhatFits() async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 600 << 10))
        let store = try await test.open(Self.configuration)
        _ = try await store.enqueue((0..<9).map { _ in Self.job() })
        let running = try await Self.claim(9, in: store)
        _ = try await Self.fill(store)
        let output = [UInt8](repeating: 1, count: 16_000)
        let results = try await store.finish(
            running.map { $0.ending(.succeeded(output: output)) }
        )
        let count = results.count { (try? $0.get().state) == .succeeded }
        #expect(count > 0)
        for result in results {
            guard case .failure(let error) = result else { continue }
            #expect(error.code == .storageFull)
        }
        #expect(try await store.stats().byState[.running, default: 0] == 9 - count)
        try await store.close()
    }

    @Test("does not read a segment again and again for an archive that has no room")
    func rests() async throws {
        let test = TestStore(SimulatedFileSystem(capacity: 600 << 10))
        var configuration = Self.configuration
        configuration.archive = .keep()
        configuration.retention = JobRetention(cancelled: .seconds(1))
        let store = try await test.open(configuration)
        let sleeper = test.passTime(by: .milliseconds(1))
        defer { sleeper.cancel() }
        var generator = SeededGenerator(seed: 1)
        let ids = try await Self.fill(store) { Self.randomJob(&generator) }
        for id in ids { _ = try? await store.cancel([id], reason: "full", actor: nil) }
        test.clock.advance(by: .seconds(2))
        test.disk.capacity = test.disk.usedBytes
        func archivesBegun() async -> Int {
            let before = test.disk.callCount
            #expect(await store.keepNow().failure?.code == .storageFull)
            return test.disk.calls[before...].count {
                $0.call == .open && $0.path == TestStore.path(StoreFolder.preparingArchiveName)
            }
        }
        #expect(await archivesBegun() > 0)
        #expect(await archivesBegun() == 0)
        test.clock.advance(by: .seconds(20))
        #expect(await archivesBegun() > 0)
        try await store.close()
    }
}

extension ClaimedJob {
    fileprivate func ending(_ outcome: JobOutcome) -> FinishRequest {
        FinishRequest(jobID: record.id, lease: lease, outcome: outcome)
    }
}
