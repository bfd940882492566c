import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

@Suite("A repair, case by case")
struct RepairStoryTests {
    @Test("of a segment whose header is damaged uses its frames if the salt is whole")
    func damagedHeader() async throws {
        let oracle = try RepairOracle(try await RepairProgram().run())
        for byte in [0, 8, 40, 80, 96, 104, 144, 3000, 4092] {
            let damaged = oracle.store.copy()
            damaged.disk.flipBit(of: TestStore.path(2), 8 * byte)
            let report = try #require(try await oracle.check(damaged, "byte \(byte)"))
            #expect(report.lostEvents.isEmpty, "byte \(byte)")
            #expect(report.eventCount == oracle.logged.count, "byte \(byte)")
            #expect(!report.isWhole)
        }
        let damaged = oracle.store.copy()
        damaged.disk.flipBit(of: TestStore.path(2), 8 * 64)
        let report = try #require(try await oracle.check(damaged, "the salt"))
        #expect(!report.lostEvents.isEmpty)
    }

    @Test("gives a key to the job that had it last, and ends the one before")
    func keyTaken() async throws {
        let store = TestStore()
        let backend = try await store.open()
        var job = NewJob(kind: "keyed", payload: JobPayload(bytes: [1]))
        job.uniqueKey = "k"
        let first = try await backend.enqueue([job])[0].record.id
        let start = Int(try store.read().segments[0].validEnd)
        _ = try await backend.cancel([first], reason: "over", actor: nil)
        let second = try await backend.enqueue([job])[0].record.id
        try await backend.close()
        let damaged = TestStore(store.disk.crashed(keeping: .everything))
        damaged.disk.flipBit(of: TestStore.path(1), 8 * (start + 50))

        let report = try Self.repair(damaged)

        #expect(report.presumedEndedJobs == [first])
        #expect(report.lostEvents.map(\.lowerBound.rawValue) == [3])
        let reader = try Self.read(damaged)
        #expect(reader.record(of: first)?.state == .discarded)
        #expect(reader.record(of: second)?.state == .pending)
    }

    @Test("names jobs whose beginning is lost, and those that may have gone on")
    func concerned() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let kept = try await backend.enqueue([Self.job()])[0].record.id
        let start = Int(try store.read().segments[0].validEnd)
        let lost = try await backend.enqueue([Self.job()])[0].record.id
        _ = try await backend.cancel([lost], reason: "r", actor: nil)
        try await backend.close()
        let damaged = TestStore(store.disk.crashed(keeping: .everything))
        damaged.disk.flipBit(of: TestStore.path(1), 8 * (start + 50))

        let report = try Self.repair(damaged)

        #expect(report.lostJobs == [lost])
        #expect(report.staleJobs == [kept])
        #expect(report.damages.count == 1)
        #expect(report.damages[0].file == SegmentID(rawValue: 1).fileName)
        #expect(report.damages[0].bytes?.lowerBound == UInt64(start))
    }

    @Test("is refused while a process has the store open")
    func locked() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let error = #expect(throws: LogStoreError.self) { try Self.repair(store) }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("process 7") == true)
        try await backend.close()
        #expect(try Self.repair(store).isWhole)
    }

    @Test("of a folder without a store, or with nothing that verifies, makes none")
    func nothing() async throws {
        let store = TestStore()
        store.disk.setBytes(of: TestStore.path("note"), [1])
        let missing = #expect(throws: LogStoreError.self) { try Self.repair(store) }
        #expect(missing?.code == .notFound)
        store.disk.setBytes(of: TestStore.path(1), [1, 2, 3])
        let damaged = #expect(throws: LogStoreError.self) { try Self.repair(store) }
        #expect(damaged?.code == .corruption)
        #expect(try store.disk.names(inFolder: RepairOracle.target) == [StoreLock.fileName])
    }

    @Test("of a store with another one's segment leaves that out", arguments: [false, true])
    func stranger(hasManifest: Bool) async throws {
        let oracle = try RepairOracle(try await RepairProgram().run())
        let other = TestStore(seed: 77)
        try await other.open().close()
        let damaged = oracle.store.copy()
        let strange = TestStore.path(0x99)
        damaged.disk.setBytes(of: strange, other.disk.bytes(of: TestStore.path(1)) ?? [])
        if !hasManifest { damaged.disk.removeFile(TestStore.path(Manifest.fileName)) }
        let report = try #require(try await oracle.check(damaged, "a stranger"))
        #expect(report.lostEvents.isEmpty)
        #expect(report.damages.contains { TestStore.path($0.file) == strange })
    }

    @Test("of a store with an old manifest has what is newer")
    func oldManifest() async throws {
        let store = TestStore()
        let backend = try await store.open()
        _ = try await backend.enqueue([Self.job()])
        let old = store.disk.bytes(of: TestStore.path("MANIFEST")) ?? []
        await backend.abandonAndWait()
        let again = try await store.open()
        let id = try await again.enqueue([Self.job()])[0].record.id
        try await again.close()
        let damaged = TestStore(store.disk.crashed(keeping: .everything))
        damaged.disk.setBytes(of: TestStore.path("MANIFEST"), old)
        let report = try Self.repair(damaged)
        #expect(report.damages.map(\.file) == ["MANIFEST"])
        #expect(report.lostEvents.isEmpty)
        #expect(try Self.read(damaged).record(of: id) != nil)
    }

    private static func job() -> NewJob { NewJob(kind: "job", payload: JobPayload(bytes: [7])) }

    @discardableResult
    private static func repair(_ store: TestStore) throws -> RepairReport {
        let target = RepairOracle.target
        return try LogRepair.run(from: TestStore.folder, into: target, store.environment())
    }

    private static func read(_ store: TestStore) throws -> LogReader {
        try LogReader.open(RepairOracle.target, of: store.disk, clock: store.clock)
    }
}
