import Foundation
@testable import JobLedger
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

/// Checkpoints make an opening faster, and change nothing else.
@Suite("Checkpoint")
struct CheckpointTests {
    @Test(
        "with the newest, the older or none, the state is the same after every commit",
        arguments: [1, 2, 3, 4, 5, 6] as [UInt64]
    )
    func equivalence(seed: UInt64) async throws {
        let store = TestStore(seed: seed)
        var program = try await KeptProgram(store, seed: seed)
        var checkpointCount = 0
        for _ in 0..<60 {
            try await program.step()
            let whole = try store.recover(.none)
            #expect(whole.report.checkpoint == nil)
            for named in [TestStore.Named.older, .newest, .both] {
                let log = try store.recover(named)
                if log.report.checkpoint != nil { checkpointCount += 1 }
                expectSame(log, whole, "seed \(seed), named \(named)")
            }
            let open = program.backend.engine.inspect { $0.machine.ledger }
            #expect(open.view() == whole.ledger.view(), "seed \(seed)")
        }
        #expect(checkpointCount > 30)
        await program.backend.abandonAndWait()
    }

    @Test("of which a bit has changed is passed over", arguments: [1, 2] as [UInt64])
    func flips(seed: UInt64) async throws {
        let store = TestStore(seed: seed)
        var program = try await KeptProgram(store, seed: seed)
        for _ in 0..<30 { try await program.step() }
        try await program.backend.takeCheckpoint()
        await program.backend.abandonAndWait()
        try expectPassedOver(in: store, flips: 300, seed: seed)
    }

    @Test("has room for names that its first part has none for")
    func manyNames() async throws {
        let store = TestStore()
        let backend = try await store.open()
        // More than two pieces of a mebibyte.
        let count = 2 * (1 << 20) / JobLimits.queueSizeMax + 100
        for start in stride(from: 0, to: count, by: 1000) {
            let jobs = (start..<min(start + 1000, count)).map { number in
                let name = "\(number)-" + String(repeating: "q", count: JobLimits.queueSizeMax)
                let queue = String(name.prefix(JobLimits.queueSizeMax))
                return NewJob(kind: "k", queue: queue, payload: JobPayload(bytes: []))
            }
            _ = try await backend.enqueue(jobs)
        }
        try await backend.takeCheckpoint()
        await backend.abandonAndWait()
        let log = try store.recover(.newest)
        #expect(log.report.checkpoint != nil && log.report.ignoredCheckpoints.isEmpty)
        expectSame(log, try store.recover(.none), "many names")
    }

    @Test("is the same when a thread of its own reads it, and so is what is wrong with it")
    func readAhead() async throws {
        let store = TestStore()
        let backend = try await store.open()
        for number in 0..<10 {
            var job = NewJob(kind: "k", queue: "\(number)", payload: JobPayload(bytes: []))
            var jobs = Array(repeating: job, count: 999)
            job.tags = ["a", "b"]
            jobs.insert(job, at: 90 * number)
            _ = try await backend.enqueue(jobs)
        }
        try await backend.takeCheckpoint()
        await backend.abandonAndWait()
        try expectPassedOver(in: store, flips: 8, seed: 1)
        #expect(store.disk.openPaths.isEmpty)
    }

    @Test("is not used when it is missing, cut off, or of another store")
    func wrongFiles() async throws {
        let store = TestStore()
        var program = try await KeptProgram(store, seed: 9)
        for _ in 0..<10 { try await program.step() }
        try await program.backend.takeCheckpoint()
        await program.backend.abandonAndWait()
        let entry = try #require(try store.manifest.checkpoints.last)
        let path = TestStore.path(entry.fileName)
        let bytes = store.disk.bytes(of: path) ?? []
        let other = TestStore(seed: 77)
        let another = try await other.open()
        try await another.takeCheckpoint()
        await another.abandonAndWait()
        let foreign = try #require(try other.manifest.checkpoints.last)
        let foreignBytes = other.disk.bytes(of: TestStore.path(foreign.fileName)) ?? []
        for wrong in [
            [], Array(bytes.dropLast()), bytes + [0], Array(bytes.reversed()), foreignBytes,
        ] {
            store.disk.setBytes(of: path, wrong)
            let log = try store.recover(.newest)
            #expect(log.report.ignoredCheckpoints.map(\.file) == [entry.fileName])
            let verified = try store.verify().ignoredCheckpoints
            #expect(verified == log.report.ignoredCheckpoints)
        }
        store.disk.removeFile(path)
        let log = try store.recover(.newest)
        #expect(log.report.ignoredCheckpoints.map(\.file) == [entry.fileName])
        let again = try await store.open(pid: 9)
        #expect(again.recoveryReport.checkpoint != entry.sequence)
        await again.abandonAndWait()
    }

    @Test("gives a state that nobody else holds, so that to change it copies nothing")
    func soleOwner() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let job = NewJob(kind: "k", queue: "q", payload: JobPayload(bytes: []))
        _ = try await backend.enqueue([job, job, job])
        try await backend.takeCheckpoint()
        await backend.abandonAndWait()
        var log = try store.recover(.newest)
        try #require(log.report.checkpoint != nil)
        let place = try log.ledger.placeOfRows()
        var events: [JobEvent] = []
        let request = ClaimRequest(queues: nil, limit: 1, worker: "w")
        let now = Timestamp(store.clock.now)
        _ = try log.ledger.claim(request, at: now, into: &events)
        #expect(!events.isEmpty)
        #expect(try log.ledger.placeOfRows() == place)
    }

    /// Changes bits of the newest checkpoint, one at a time.
    private func expectPassedOver(in store: TestStore, flips: Int, seed: UInt64) throws {
        let whole = try store.recover(.none)
        let entry = try #require(store.manifest.checkpoints.last)
        let path = TestStore.path(entry.fileName)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<flips {
            let bit = Int.random(in: 0..<8 * Int(entry.fileSize), using: &generator)
            store.disk.flipBit(of: path, bit)
            defer { store.disk.flipBit(of: path, bit) }
            let log = try store.recover(.newest)
            #expect(log.report.ignoredCheckpoints.map(\.file) == [entry.fileName], "bit \(bit)")
            expectSame(log, whole, "seed \(seed), bit \(bit)")
        }
        let log = try store.recover(.newest)
        #expect(log.report.checkpoint == entry.sequence)
        expectSame(log, whole, "seed \(seed), as it was written")
    }

    private func expectSame(_ log: RecoveredLog, _ whole: RecoveredLog, _ story: String) {
        log.ledger.checkInvariants()
        #expect(log.ledger.view() == whole.ledger.view(), "\(story)")
        let first = whole.manifest.segments.first?.firstSequence ?? .zero
        let segments = log.ledger.accounts.segments.filter { $0.first >= first }
        #expect(segments == whole.ledger.accounts.segments, "\(story)")
        #expect(log.segments.map(\.places) == whole.segments.map(\.places), "\(story)")
    }
}

extension JobLedger {
    /// Where the first rows stand in memory; they move when they are changed and shared.
    fileprivate func placeOfRows() throws -> Int {
        let chunk = Mirror(reflecting: rows).descendant("chunks", 0) as? [JobRow]
        return unsafe try #require(chunk).withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    }
}

extension TestStore {
    /// Which checkpoints an opening finds named.
    fileprivate enum Named {
        case none, older, newest, both
    }

    fileprivate var manifest: Manifest {
        get throws { try LogRecovery.manifest(in: StoreFolder(Self.folder, of: disk)) }
    }

    /// Reads the log as an opening would.
    fileprivate func recover(_ named: Named) throws -> RecoveredLog {
        var manifest = try manifest
        switch named {
        case .none: manifest.checkpoints = []
        case .older: manifest.checkpoints = Array(manifest.checkpoints.prefix(1))
        case .newest: manifest.checkpoints = manifest.checkpoints.suffix(1)
        case .both: break
        }
        let folder = StoreFolder(Self.folder, of: disk)
        return try LogRecovery.run(manifest, in: folder, for: .reading)
    }
}
