import Foundation
import LazyJobs
import LogJobs
import Testing

/// What zlib would take longer for than it is worth, by how long callers wait for the disk.
@Suite("Small frames")
struct SmallFrameTests {
    @Test(
        "one small job stays as it is, and several are deflated; more stay if not synced",
        arguments: [(Durability.synced, 1), (.written(syncEvery: .seconds(1)), 4)]
    )
    func staysAsItIs(durability: Durability, countMax: Int) async throws {
        var store = try ThreadedStore()
        store.configuration.durability = durability
        // None of it is written a second time.
        store.configuration.sizes.segmentBytesFirst = 1 << 20
        let backend = try await store.open()
        let counts = [1, 4, 16]
        for count in counts {
            _ = try await backend.enqueue(
                (0..<count).map { NewJob(kind: "small", payload: Self.payload(count, $0)) }
            )
        }
        await backend.abandonAndWait()
        let path = "\(store.folder)/seg-0000000000000001.ljs"
        let segment = try Data(contentsOf: URL(filePath: path))
        for count in counts {
            let isAsItIs = segment.firstRange(of: Self.payload(count, 0).bytes) != nil
            #expect(isAsItIs == (count <= countMax), "\(count) jobs")
        }

        let reopened = try await store.open()
        let jobs = try await reopened.claim(ClaimRequest(limit: 100, worker: "test")).jobs
        let payloads = counts.flatMap { count in (0..<count).map { Self.payload(count, $0) } }
        #expect(jobs.map(\.payload) == payloads)
        try await reopened.close()
        try store.remove()
    }

    private static func payload(_ count: Int, _ number: Int) -> JobPayload {
        let text = String(repeating: "number \(number) of \(count), ", count: 10)
        return JobPayload(bytes: Array(text.utf8))
    }
}
