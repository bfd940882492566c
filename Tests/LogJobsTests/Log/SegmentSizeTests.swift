import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

@Suite("Segments")
struct SegmentSizeTests {
    @Test("double while a store is open, and begin small after each opening")
    func sizes() async throws {
        let store = TestStore()
        let small: UInt64 = 16 << 10
        var backend = try await Self.open(store, first: small)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<40 {
            let bytes = (0..<4000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try await backend.enqueue([NewJob(kind: "a", payload: JobPayload(bytes: bytes))])
        }
        #expect(backend.engine.inspect { $0.active.place.size } == 64 << 10)
        for pid in 8...20 as ClosedRange<Int32> {
            await backend.abandonAndWait()
            backend = try await Self.open(store, first: small, pid: pid)
            #expect(backend.engine.inspect { $0.active.place.size } <= 2 * small)
        }
        #expect(try await backend.stats().total == 40)
        await backend.abandonAndWait()
    }

    private static func open(
        _ store: TestStore,
        first: UInt64,
        pid: Int32 = 7
    ) async throws(LogStoreError) -> LogBackend {
        var configuration = TestStore.configuration
        configuration.sizes.segmentBytesFirst = first
        return try await LogBackend.open(
            TestStore.folder,
            configuration,
            store.environment(pid: pid),
            mode: .inline
        )
    }
}
