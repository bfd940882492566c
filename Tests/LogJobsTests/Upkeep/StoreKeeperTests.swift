import LazyJobs
import LazyJobsTesting
import LogJobsTesting
import Testing

@testable import LogJobs

@Suite("Upkeep")
struct StoreKeeperTests {
    @Test("goes on with the rest while segments are retired")
    func meanwhile() async throws {
        let store = TestStore()
        var configuration = TestStore.configuration
        configuration.retention = JobRetention(succeeded: nil, cancelled: .seconds(60))
        let backend = try await store.open(configuration)
        // Payloads that deflate cannot shrink, enough for compaction to be due.
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<60 {
            let bytes = (0..<60_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let job = NewJob(kind: "gone", payload: JobPayload(bytes: bytes))
            let id = try await backend.enqueue([job])[0].record.id
            _ = try await backend.cancel([id], reason: "enough", actor: nil)
        }
        _ = try await backend.enqueue(
            (0..<20).map { NewJob(kind: "stays", payload: JobPayload(bytes: [$0])) }
        )
        store.clock.advance(by: .seconds(30))
        _ = try await backend.prune(finishedBefore: store.clock.now, limit: 1000)
        let late = try await backend.enqueue(
            (0..<20).map { NewJob(kind: "late", payload: JobPayload(bytes: [$0])) }
        )
        _ = try await backend.cancel(late.map(\.record.id), reason: "enough", actor: nil)
        store.clock.advance(by: .seconds(61))

        let keeper = keeper(of: backend, configuration, store.clock)
        var pruning = Pruning()
        // The sleeps of a gentle pace end when the time is moved on.
        let sleeper = store.passTime(by: .seconds(1))
        defer { sleeper.cancel() }
        try await keeper.compact(&pruning, at: { Timestamp(store.clock.now) })
        let report = keeper.report.current
        #expect(report.compaction.segmentCount > 0)
        #expect(report.prunedCount == late.count)
        #expect(report.checkpointCount == 1)
        await backend.abandonAndWait()
    }

    @Test("prunes at its first look, though nothing it does by itself has begun")
    func firstLook() async throws {
        let store = TestStore()
        var configuration = TestStore.configuration
        configuration.retention = JobRetention(cancelled: .seconds(60))
        let backend = try await store.open(configuration)
        let job = NewJob(kind: "gone", payload: JobPayload(bytes: []))
        let id = try await backend.enqueue([job])[0].record.id
        _ = try await backend.cancel([id], reason: "enough", actor: nil)
        store.clock.advance(by: .seconds(61))
        let keeper = keeper(of: backend, configuration, store.clock)
        let upkeep = Upkeep(keeper, Turnstile())
        upkeep.start(lastChange: nil)
        await upkeep.look()
        #expect(keeper.report.current.prunedCount == 1)
        await upkeep.stop()
        await backend.abandonAndWait()
    }

    /// One that its test alone tells to do something.
    private func keeper(
        of backend: LogBackend,
        _ configuration: LogBackend.Configuration,
        _ clock: ManualClock
    ) -> StoreKeeper {
        StoreKeeper(
            engine: backend.engine,
            configuration: configuration,
            clock: clock,
            checkpointer: Checkpointer(backend.engine, readByteCount: 1 << 30)
        )
    }
}
