import Foundation
import JobLedger
import LazyJobs
import LazyJobsTesting
import LogJobsTesting
import Testing

@testable import LogJobs

@Suite("Compaction")
struct CompactionTests {
    @Test("lets go of segments whose jobs are gone, and carries those that wait")
    func retires() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let waiting = try await backend.enqueue([Self.job("waiting", uniqueKey: "u")])[0].record
        try await backend.pauseQueue("mail", reason: "later", actor: "ada")
        try await Self.churn(backend, store)
        let before = try StoreContent(try store.read())
        let count = try store.read().segments.count

        var shares: [Double] = []
        let report = try await backend.compact { shares.append($0) }

        #expect(shares.last == 1)
        #expect(report.segmentCount == count - 1)
        #expect(report.carriedCount == 1)
        let after = try StoreContent(try store.read())
        #expect(after.isSame(as: before))
        #expect(try store.read().segments.count < count)
        let files = try store.disk.names(inFolder: TestStore.folder)
        #expect(!files.contains(SegmentID(rawValue: 1).fileName))
        #expect(try await backend.payload(of: waiting.id) == Self.job("waiting").payload)
        try await backend.close()

        let again = try await store.open()
        #expect(try await again.record(of: waiting.id) == waiting)
        #expect(try await again.payload(of: waiting.id) == Self.job("waiting").payload)
        #expect(try await again.pausedQueues() == ["mail"])
        let second = try await again.enqueue([Self.job("second", uniqueKey: "u")])
        #expect(second == [.duplicate(of: waiting)])
        await again.abandonAndWait()
    }

    @Test("keeps the attempts that a retry by hand has given")
    func retried() async throws {
        let store = TestStore()
        let backend = try await store.open()
        var job = Self.job("again")
        job.maxAttempts = 1
        let id = try await backend.enqueue([job])[0].record.id
        let claim = try await backend.claim(ClaimRequest(worker: "w")).jobs[0]
        let end = FinishRequest(jobID: id, lease: claim.lease, outcome: .discard(error: "no"))
        _ = try await backend.finish([end])
        let retried = try await backend.retry([id], reason: "mended", actor: "ada")[0].get()
        #expect(retried.maxAttempts == 2)
        try await Self.churn(backend, store)
        let before = try StoreContent(try store.read())
        #expect(try await backend.compact().carriedCount == 1)
        #expect(try StoreContent(try store.read()).isSame(as: before))
        try await backend.close()
        let again = try await store.open()
        #expect(try await again.record(of: id) == retried)
        await again.abandonAndWait()
    }

    @Test("leaves a running job its lease, across a crash its attempt")
    func running() async throws {
        let store = TestStore()
        let backend = try await store.open()
        _ = try await backend.enqueue([Self.job("first"), Self.job("second")])
        let claims = try await backend.claim(ClaimRequest(limit: 2, worker: "w")).jobs
        try await Self.churn(backend, store)
        #expect(try await backend.compact().carriedCount == 2)
        let request = FinishRequest(
            jobID: claims[0].record.id,
            lease: claims[0].lease,
            outcome: .succeeded(output: [7])
        )
        _ = try await backend.finish([request])[0].get()
        await backend.abandonAndWait()

        let again = try await store.open(pid: 8)
        #expect(again.recoveryReport.rescuedCount == 1)
        let done = try await again.record(of: claims[0].record.id)
        #expect(done?.state == .succeeded)
        #expect(done?.output == [7])
        let rescued = try await again.record(of: claims[1].record.id)
        #expect(rescued?.attempt == 1)
        await again.abandonAndWait()
    }

    @Test("on a disk with no room for one archive of all retires one segment after the other")
    func fullDisk() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let kept = try await backend.enqueue([Self.job("kept")])[0].record
        try await Self.churn(backend, store, rounds: 60)
        let count = backend.engine.sealedSegments().count
        #expect(count > 3)
        // Enough for what one segment holds, which cannot be deflated, and less than for two.
        store.disk.capacity = store.disk.usedBytes + (96 << 10)

        let report = try await backend.compact()

        #expect(report.segmentCount == count)
        let archives = backend.engine.catalog.history.archives
        #expect(archives.count > 1 && archives.count <= count)
        let names = try store.disk.names(inFolder: TestStore.folder)
        #expect(!names.contains(StoreFolder.preparingArchiveName))
        #expect(try await backend.payload(of: kept.id) == Self.job("kept").payload)
        await backend.abandonAndWait()
    }

    @Test("does nothing when nothing is dead")
    func nothingDead() async throws {
        let store = TestStore()
        let backend = try await store.open()
        #expect(try await backend.compact() == CompactionReport())
        await backend.abandonAndWait()
    }

    @Test("of a block that is damaged loses only its own, and the log goes on shrinking")
    func damaged() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let lost = try await backend.enqueue([Self.job("lost", uniqueKey: "u")])[0].record
        let kept = try await backend.enqueue([Self.job("kept")])[0].record
        try await Self.churn(backend, store)
        let place = try #require(
            backend.engine.catalog.location(of: SequenceNumber(rawValue: 2))?.offset
        )
        store.disk.flipBit(of: TestStore.path(1), 8 * (Int(place) + FrameHeader.size + 9))

        let report = try await backend.compact()

        let file = SegmentID(rawValue: 1).fileName
        let second = SequenceNumber(rawValue: 2)
        let range = DamagedRange(file: file, firstSequence: second, lastSequence: second)
        #expect(report.damage == [range])
        #expect(report.carriedCount == 2)
        #expect(backend.engine.catalog.headers.count == 1)
        let names = try store.disk.names(inFolder: TestStore.folder)
        #expect(names.contains(file + StoreFolder.damagedSuffix) && !names.contains(file))
        #expect(try await backend.payload(of: kept.id) == Self.job("kept").payload)
        #expect(try await backend.record(of: lost.id) == lost)
        await backend.abandonAndWait()

        _ = try LogReader.open(
            TestStore.folder,
            of: store.disk,
            clock: store.clock,
            depth: .everything
        )
        let again = try await store.open(pid: 9)
        #expect(try await again.record(of: lost.id) == lost)
        let claims = try await again.claim(ClaimRequest(limit: 2, worker: "w")).jobs
        #expect(claims.map(\.payload) == [nil, Self.job("kept").payload])
        #expect(try await again.history(of: kept.id).count == 2)
        await again.abandonAndWait()
    }

    @Test("of a block that cannot be read loses only that, and the log goes on shrinking")
    func unreadable() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let lost = try await backend.enqueue([Self.job("lost", uniqueKey: "u")])[0].record
        try await Self.churn(backend, store)
        let place = try #require(
            backend.engine.catalog.location(of: SequenceNumber(rawValue: 2))?.offset
        )
        let before = try await backend.list(JobQuery(limit: JobLimits.listCountMax))
        store.disk.makeUnreadable(TestStore.path(1), Int(place)..<Int(place) + 512)

        let report = try await backend.compact()

        #expect(report.damage.map(\.file) == [SegmentID(rawValue: 1).fileName])
        #expect(report.damage[0].lastSequence >= SequenceNumber(rawValue: 2))
        #expect(backend.engine.catalog.headers.count == 1)
        #expect(try await backend.list(JobQuery(limit: JobLimits.listCountMax)) == before)
        let claims = try await backend.claim(ClaimRequest(limit: 1, worker: "w")).jobs
        #expect(claims.map(\.record.id) == [lost.id])
        #expect(claims.map(\.payload) == [nil])
        let error = await #expect(throws: BackendError.self) {
            try await backend.payload(of: lost.id)
        }
        #expect(error?.code == .corruption)
        await backend.abandonAndWait()
    }

    @Test("of a damaged block leaves jobs that a move names, and does not stop at")
    func movedPastDamage() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let lost = try await backend.enqueue([Self.job("lost")])[0].record.id
        let kept = try await backend.enqueue([Self.job("kept")])[0].record.id
        try await Self.churn(backend, store)
        let place = try #require(
            backend.engine.catalog.location(of: SequenceNumber(rawValue: 2))?.offset
        )
        store.disk.flipBit(of: TestStore.path(1), 8 * (Int(place) + FrameHeader.size + 9))
        _ = try await backend.compact()
        let other = try await TestStore(seed: 5).open()

        var pairs: [MovedPair] = []
        let report = try await JobMove(source: "old").run(from: backend, to: other) {
            pairs.append($0)
        }

        #expect(report.lostJobs == [lost])
        #expect(report.copiedCount == 1)
        #expect(pairs.map(\.oldID) == [kept])
        await other.abandonAndWait()
        await backend.abandonAndWait()
    }

    @Test("while the device is away retires nothing")
    func away() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let kept = try await backend.enqueue([Self.job("kept")])[0].record
        try await Self.churn(backend, store)
        for number in 1...3 {
            let count = store.disk.calls.count { $0.call == .read }
            store.disk.faults = .fail(.read, number: count + number, with: EIO, lasting: true)
            await #expect(throws: BackendError.self, "read \(number)") {
                try await backend.compact()
            }
            store.disk.faults = .none
        }
        let report = try await backend.compact()
        #expect(report.damage.isEmpty)
        #expect(try await backend.payload(of: kept.id) == Self.job("kept").payload)
        await backend.abandonAndWait()
    }

    @Test(
        "of segments that are damaged anywhere keeps every job, and what it can of the rest",
        arguments: [1, 2, 3] as [UInt64]
    )
    func damagedAnywhere(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<40 {
            let store = TestStore(seed: seed)
            let backend = try await store.open()
            let ids = try await ArchiveProgram(seed: seed, rounds: 4).run(on: backend, store)
            let before = try await backend.list(JobQuery(limit: JobLimits.listCountMax))
            let target = try #require(backend.engine.sealedSegments().first)
            let first = SegmentHeader.size
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let byte = Int.random(in: first..<Int(target.validEnd), using: &generator)
                store.disk.flipBit(of: TestStore.path(1), 8 * byte)
            }
            let story: Comment = "seed \(seed), round \(round)"
            _ = try await backend.compact()
            #expect(!backend.engine.catalog.headers.contains { $0.segment.rawValue == 1 }, story)
            let records = try await backend.list(JobQuery(limit: JobLimits.listCountMax))
            #expect(records == before, story)
            for id in ids { _ = try await backend.history(of: id) }
            await backend.abandonAndWait()
            _ = try LogReader.open(
                TestStore.folder,
                of: store.disk,
                clock: store.clock,
                depth: .everything
            )
        }
    }

    @Test(
        "knows what is needed of each segment as a recount would",
        arguments: [1, 2, 3] as [UInt64]
    )
    func accounts(seed: UInt64) async throws {
        let store = TestStore(seed: seed)
        let backend = try await store.open()
        for round in 0..<4 {
            _ = try await backend.enqueue([Self.job("kept-\(round)")])
            try await Self.churn(backend, store, rounds: 6)
            if round % 2 == 1 { _ = try await backend.compact() }
        }
        let open = backend.engine.inspect { $0.machine.ledger.accounts.segments }
        #expect(open.reduce(0) { $0 + $1.liveCount } == (try await backend.stats().total))
        #expect(open.allSatisfy { $0.liveWeight >= 0 && $0.liveWeight <= $0.weight })
        try await backend.close()
        let again = try await store.open()
        let reopened = again.engine.inspect { $0.machine.ledger.accounts.segments }
        #expect(Array(reopened.dropLast(2)) == Array(open.dropLast()))
        await again.abandonAndWait()
    }

    private static func job(_ kind: String, uniqueKey: String? = nil) -> NewJob {
        NewJob(
            kind: kind,
            payload: JobPayload(bytes: Array(kind.utf8)),
            uniqueKey: uniqueKey
        )
    }

    /// Jobs that come, end and are pruned, in several segments.
    private static func churn(
        _ backend: LogBackend,
        _ store: TestStore,
        rounds: Int = 24
    ) async throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<rounds {
            let bytes = (0..<6000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let job = NewJob(kind: "gone", payload: JobPayload(bytes: bytes))
            let id = try await backend.enqueue([job])[0].record.id
            _ = try await backend.cancel([id], reason: "enough", actor: nil)
            store.clock.advance(by: .seconds(1))
            _ = try await backend.prune(finishedBefore: store.clock.now, limit: 10)
        }
    }
}
