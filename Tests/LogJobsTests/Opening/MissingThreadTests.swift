import LazyJobs
import LogJobsTesting
import Testing

@testable import LogJobs

@Suite("An opening where no thread can be made")
struct MissingThreadTests {
    @Test("says so, lets the store go, and leaves all that it has")
    func writer() async throws {
        let store = TestStore()
        let before = try await store.open()
        _ = try await before.enqueue([NewJob(kind: "k", payload: JobPayload(bytes: [1]))])
        #expect(await before.engine.close() == nil)
        let configuration = TestStore.configuration
        let opening = StoreOpening(
            TestStore.folder,
            store.environment(),
            settings: configuration.settings,
            sizes: configuration.allSizes
        )
        let engine = LogEngine(
            try opening.open(createsFolder: false).takeWriter(),
            mode: .ownThread
        )
        let error = #expect(throws: LogStoreError.self) { try engine.start { _, _ in false } }
        #expect(error?.code == .inputOutput)
        #expect(error?.message.contains("no thread") == true)
        #expect(store.disk.openPaths.isEmpty)
        // Another process would be told that the store is locked.
        let after = try await store.open(pid: 8)
        #expect(try await after.stats().total == 1)
        await after.abandonAndWait()
    }
}
