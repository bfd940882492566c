import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

@Suite("A history costs few reads")
struct HistoryReadsTests {
    @Test(
        "two for each event and two for each archive that is looked into, pruned jobs included",
        arguments: [1, 2, 3] as [UInt64]
    )
    func reads(seed: UInt64) async throws {
        let store = TestStore(seed: seed)
        let backend = try await store.open()
        var ids: [JobID] = []
        for round in 0..<4 {
            let program = ArchiveProgram(seed: 10 * seed + UInt64(round), rounds: 4)
            ids += try await program.run(on: backend, store)
            if round < 3 { _ = try await backend.compact() }
        }
        let archiveCount = backend.engine.catalog.history.archives.count
        #expect(archiveCount == 3)
        try await backend.close()
        var goneCount = 0
        for id in ids {
            let reader = try store.read()
            let before = Self.readCount(of: store)
            let events = try reader.history(of: id)
            let count = Self.readCount(of: store) - before
            #expect(!events.isEmpty)
            #expect(events.first?.transition?.kind == .enqueued, "job \(id)")
            #expect(count <= 2 * events.count + 2 * archiveCount, "job \(id): \(count) reads")
            goneCount += reader.record(of: id) == nil ? 1 : 0
        }
        #expect(goneCount > 20 && goneCount < ids.count)
    }

    private static func readCount(of store: TestStore) -> Int {
        store.disk.calls.count { $0.call == .read }
    }
}
