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

    @Test("of processes that died are dead where they are zeros, and are given back as such")
    func zerosAreDead() async throws {
        let store = TestStore()
        var ids: [JobID] = []
        for pid in 7...12 as ClosedRange<Int32> {
            let backend = try await Self.open(store, first: 32 << 10, pid: pid)
            ids += try await backend.enqueue([
                NewJob(kind: "a", payload: JobPayload(bytes: [UInt8(pid)]))
            ]).map(\.record.id)
            await backend.abandonAndWait()
        }
        let backend = try await Self.open(store, first: 32 << 10, pid: 13)
        let before = try await backend.storageReport()
        #expect(before.sealedByteCount >= 6 * (32 << 10))
        #expect(before.liveByteCount < before.sealedByteCount / 4)
        let uses = try store.read().segmentUses
        #expect(uses.dropLast().allSatisfy { $0.deadByteCount > 16 << 10 })

        let report = try await backend.compact()

        #expect(report.byteCount == before.sealedByteCount)
        #expect(try await backend.storageReport().sealedByteCount == 0)
        for id in ids { #expect(try await backend.payload(of: id) != nil) }
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
