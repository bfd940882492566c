import LazyJobs
import LogJobs
import Synchronization
import Testing

/// Payloads that left memory, and are read back when their jobs are claimed.
@Suite("Payloads read back")
struct PayloadReadTests {
    /// How many pieces of work were done beside the writer.
    private final class Pieces: Sendable {
        let count = Mutex(0)

        func perform(_ side: LogEngine.Side, _ work: LogEngine.Work) {
            if side == .beside { count.withLock { $0 += 1 } }
            work()
        }
    }

    @Test("what the last frame has is not waited for, once it is decoded")
    func keepsFrame() async throws {
        let store = TestStore()
        let payloads = (0..<6).map { JobPayload(bytes: [UInt8](repeating: $0, count: 40)) }
        let before = try await store.open()
        _ = try await before.enqueue(payloads.map { NewJob(kind: "mail", payload: $0) })
        try await before.close()
        let pieces = Pieces()
        // Opened again, the store has none of them in memory.
        let backend = try await LogBackend.open(
            TestStore.folder,
            TestStore.configuration,
            store.environment(),
            mode: .simulated { pieces.perform($0, $1) }
        )
        var counts: [Int] = []
        for payload in payloads {
            let start = pieces.count.withLock(\.self)
            let claim = try await backend.claim(ClaimRequest(limit: 1, worker: "w"))
            #expect(claim.jobs.map(\.payload) == [payload])
            counts.append(pieces.count.withLock(\.self) - start)
        }
        #expect(counts == [1, 1, 0, 0, 0, 0])
        await backend.abandonAndWait()
    }

    @Test("each job is claimed with its own, wherever compaction has brought it")
    func followsCompaction() async throws {
        let store = TestStore()
        let before = try await store.open()
        for number in [0, 2, 4, 6] as [UInt8] {
            _ = try await before.enqueue([job(number, in: "kept"), job(number + 1, in: "kept")])
        }
        try await before.close()
        let backend = try await store.open()
        var found: [UInt8?] = []
        while found.count < 8 {
            found += try await claim(from: "kept", backend).map(\.payload?.bytes.first)
            // What ends at once fills segments, which compaction then gives back.
            _ = try await backend.enqueue((0..<8).map { _ in job(99, in: "passing") })
            let ends = try await claim(from: "passing", backend).map { job in
                FinishRequest(jobID: job.record.id, lease: job.lease, outcome: .succeeded())
            }
            for result in try await backend.finish(ends) { _ = try result.get() }
            if found.count % 2 == 1 {
                #expect(try await backend.compact().segmentCount > 0)
            }
        }
        #expect(found == [0, 1, 2, 3, 4, 5, 6, 7])
        await backend.abandonAndWait()
    }

    private func job(_ number: UInt8, in queue: String) -> NewJob {
        let bytes = [number] + (0..<9000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        return NewJob(kind: "mail", queue: queue, payload: JobPayload(bytes: bytes))
    }

    private func claim(from queue: String, _ backend: LogBackend) async throws -> [ClaimedJob] {
        let limit = queue == "kept" ? 1 : 8
        let request = ClaimRequest(queues: [queue], limit: limit, worker: "w")
        return try await backend.claim(request).jobs
    }
}
