import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Each says what could not be done, to what, why, and what to do about it.
@Suite("The message of a failed call")
struct FailureMessageTests {
    @Test("names the failed sync, and is another for what was asked later")
    func failedSync() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let reason = try await Self.failNextSync(of: store)
        let unknown = await Self.error { _ = try await backend.enqueue("job") }
        #expect(unknown?.code == .outcomeUnknown)
        #expect(
            unknown?.message == """
                Could not make a change durable: \(reason). It may have happened or not. Open the \
                store again to know.
                """
        )
        let poisoned = await Self.error { _ = try await backend.stats() }
        #expect(poisoned?.code == .poisoned)
        #expect(
            poisoned?.message == """
                Could not use the store, since a write to it has failed: \(reason). Open the store \
                again.
                """
        )
        #expect(await Self.error { try await backend.close() }?.code == .poisoned)
    }

    @Test("says of a close that failed that its outcome is unknown")
    func failedClose() async throws {
        let store = TestStore()
        let backend = try await store.open()
        _ = try await backend.enqueue("job")
        let reason = try await Self.failNextSync(of: store)
        let error = await Self.error { try await backend.close() }
        #expect(error?.code == .outcomeUnknown)
        #expect(error?.message.contains("\(reason)") == true)
        try await store.open().close()
    }

    @Test("says that the store was closed")
    func closed() async throws {
        let store = TestStore()
        let backend = try await store.open()
        try await backend.close()
        let error = await Self.error { _ = try await backend.enqueue("job") }
        #expect(error?.message == "Could not use the store: it was closed. Open it again.")
    }

    @Test("asks for a segment that is gone, and tells where one is damaged")
    func reading() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let id = try await backend.enqueue("job")
        let path = TestStore.path(1)
        var bytes = store.disk.bytes(of: path) ?? []
        let end = try #require(try store.read().segments.first).validEnd
        for index in SegmentHeader.size + FrameHeader.size..<Int(end) { bytes[index] ^= 0xFF }
        store.disk.setBytes(of: path, bytes)
        let damage = await Self.error { _ = try await backend.history(of: id) }
        #expect(damage?.code == .corruption)
        #expect(damage?.message.contains("damaged(") == false)
        #expect(damage?.message.hasPrefix("Could not read the history of job \(id): ") == true)
        store.disk.removeFile(path)
        let gone = await Self.error { _ = try await backend.history(of: id) }
        #expect(
            gone?.message == """
                Could not read the history of job \(id): there is no \(path) any more. Nothing was \
                changed; put it back, then try again.
                """
        )
        await backend.abandonAndWait()
    }

    private static func failNextSync(of store: TestStore) async throws -> SystemCallError {
        let calls = store.disk.calls.filter { $0.call == .sync }
        store.disk.faults = .fail(.sync, number: calls.count + 1, with: EIO)
        return SystemCallError(
            call: "fdatasync",
            errorNumber: EIO,
            path: TestStore.path(1)
        )
    }

    private static func error(_ body: () async throws -> Void) async -> BackendError? {
        await #expect(throws: BackendError.self) { try await body() }
    }
}
