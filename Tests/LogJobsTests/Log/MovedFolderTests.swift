import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import Testing

/// What an administrator may do to the folder of a store that is open.
@Suite("A folder that is moved under its store", .timeLimit(.minutes(15)))
struct MovedFolderTests {
    @Test("keeps what was answered, wherever it is, and says so when it cannot go on")
    func renamed() async throws {
        let store = try ThreadedStore()
        let backend = try await store.open()
        _ = try await backend.enqueue("before")
        let other = "\(store.parent)/other"
        try FileManager.default.moveItem(atPath: store.folder, toPath: other)
        let (kept, failure) = try await Self.enqueueUntilFailure(on: backend)
        // It had not begun, so nothing of it has happened.
        #expect(failure.code == .poisoned)
        #expect(
            failure.message == """
                Could not use the store, since a write to it has failed: \(store.folder) was \
                moved, removed or replaced while the store was open. Put the folder back in its \
                place, then open the store again.
                """
        )
        await Self.expectMoved(store) { try await backend.close() }
        await Self.expectMoved(store) { _ = try await backend.enqueue("late") }

        #expect(!FileManager.default.fileExists(atPath: store.folder))
        try FileManager.default.moveItem(atPath: other, toPath: store.folder)
        try await store.open().close()
        #expect(Set(try store.kinds()).isSuperset(of: ["before"] + kept))
        try store.remove()
    }

    @Test("is not made again when it was removed")
    func removed() async throws {
        let store = try ThreadedStore()
        let backend = try await store.open()
        // In one step: a preparation that is under way would rename what is to be removed next.
        try FileManager.default.moveItem(atPath: store.folder, toPath: "\(store.parent)/gone")
        try FileManager.default.removeItem(atPath: "\(store.parent)/gone")
        await Self.expectMoved(store) { try await backend.close() }
        #expect(!FileManager.default.fileExists(atPath: store.folder))
        try await store.open().close()
        #expect(try store.kinds().isEmpty)
        try store.remove()
    }

    @Test("takes no jobs any more a second after it was removed")
    func removedWhileWriting() async throws {
        let clock = ManualClock()
        var store = try ThreadedStore()
        store.clock = clock
        let backend = try await store.open()
        _ = try await backend.enqueue("before")
        try FileManager.default.moveItem(atPath: store.folder, toPath: "\(store.parent)/gone")
        try FileManager.default.removeItem(atPath: "\(store.parent)/gone")
        clock.advance(by: .seconds(1))
        let error = await #expect(throws: BackendError.self) {
            _ = try await backend.enqueue("late")
        }
        #expect(error?.code == .poisoned)
        await Self.expectMoved(store) { _ = try await backend.enqueue("later") }
        await backend.abandonAndWait()
        try store.remove()
    }

    @Test("does not touch the store that was put in its place", arguments: [true, false])
    func replaced(isClosing: Bool) async throws {
        var store = try ThreadedStore()
        store.configuration.jobIDBlock = 2
        let copy = "\(store.parent)/copy"
        try await store.open().close()
        try FileManager.default.copyItem(atPath: store.folder, toPath: copy)
        let backend = try await store.open()
        try FileManager.default.moveItem(atPath: store.folder, toPath: "\(store.parent)/other")
        try FileManager.default.moveItem(atPath: copy, toPath: store.folder)
        let content = try Self.content(of: store.folder)
        if isClosing {
            await Self.expectMoved(store) { try await backend.close() }
        } else {
            _ = try await Self.enqueueUntilFailure(on: backend)
        }
        await backend.abandonAndWait()
        // Nothing but what a preparation that was under way may have left.
        let now = try Self.content(of: store.folder)
        for (name, bytes) in content { #expect(now[name] == bytes, "\(name)") }
        try await store.open().close()
        try store.remove()
    }

    /// Enqueues until the store needs another segment, or another manifest.
    private static func enqueueUntilFailure(
        on backend: LogBackend
    ) async throws -> (kept: [String], failure: BackendError) {
        var kept: [String] = []
        while true {
            let kind = "job-\(kept.count)"
            do throws(BackendError) {
                _ = try await backend.enqueue(kind)
                kept.append(kind)
            } catch {
                return (kept, error)
            }
            try #require(kept.count < 10_000, "the segment is never full")
        }
    }

    private static func expectMoved(
        _ store: ThreadedStore,
        _ body: () async throws -> Void
    ) async {
        let error = await #expect(throws: BackendError.self) { try await body() }
        let reason = "\(store.folder) was moved, removed or replaced while the store was open"
        #expect(error?.message.contains(reason) == true)
        #expect(error?.message.contains("Put the folder back in its place") == true)
    }

    private static func content(of folder: String) throws -> [String: Data] {
        var content: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            content[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
        }
        return content
    }
}
