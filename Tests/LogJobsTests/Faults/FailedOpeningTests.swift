import LazyJobs
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

/// What an opening that fails leaves to the next one.
@Suite("An opening that fails", .timeLimit(.minutes(15)))
struct FailedOpeningTests {
    private static let job = NewJob(kind: "work", payload: JobPayload(bytes: [1]))

    @Test("makes the name of a folder durable that another opening has only made")
    func foldersName() async throws {
        let store = TestStore()
        // The process dies between the making of the folder and the sync of its parent.
        store.disk.faults = .crash(afterCall: 3)
        await #expect(throws: LogStoreError.self) { _ = try await store.open() }
        #expect(store.disk.calls.last?.call == .makeFolder)

        let next = store.copy()
        let backend = try await next.open()
        _ = try await backend.enqueue([Self.job])
        let left = TestStore(next.disk.crashed(keeping: .nothing))
        #expect(try left.read().stats().total == 1)
    }

    @Test("trusts no name of a folder whose sync has failed", arguments: [EIO, ENOSPC])
    func lostName(errorNumber: Int32) async throws {
        let store = TestStore()
        store.disk.faults = .crash(afterCall: 3)
        await #expect(throws: LogStoreError.self) { _ = try await store.open() }
        // The next process finds the folder, and the system forgets its name.
        let next = store.copy()
        next.disk.faults = .fail(.syncFolder, number: 1, with: errorNumber)
        await #expect(throws: LogStoreError.self) { _ = try await next.open() }

        let last = next.copy()
        let backend = try await last.open()
        _ = try await backend.enqueue([Self.job])
        let left = TestStore(last.disk.crashed(keeping: .nothing))
        #expect(try left.read().stats().total == 1)
    }

    @Test("removes nothing that the manifest on the device may still name")
    func forgottenManifest() async throws {
        // Each sync of the folder while a segment is retired fails in its turn.
        for number in 1...4 {
            let store = TestStore()
            let backend = try await store.open()
            let id = try await backend.enqueue([Self.job])[0].record.id
            _ = try await backend.cancel([id], reason: "", actor: nil)
            try await backend.close()
            let retiring = store.copy()
            let opened = try await retiring.open()
            let before = retiring.disk.calls.count { $0.call == .syncFolder }
            let call = before + number
            retiring.disk.faults = .fail(.syncFolder, number: call, with: EIO)
            let report = try? await opened.compact()
            await opened.abandonAndWait()
            if number == 1 { #expect(report == nil) }
            try await losePowerWhileOpening(retiring.copy(), expecting: id)
        }
    }

    /// The machine goes off before each call of an opening.
    private func losePowerWhileOpening(_ store: TestStore, expecting id: JobID) async throws {
        let whole = store.copy()
        try await whole.open().close()
        for call in whole.disk.calls.indices {
            let next = store.copy()
            next.disk.faults = .crash(atCall: call + 1)
            do throws(LogStoreError) { try await next.open().abandonAndWait() } catch {}
            let left = TestStore(next.disk.crashed(keeping: .nothing))
            #expect(throws: Never.self, "off at \(whole.disk.calls[call])") { try left.verify() }
            #expect(try left.read().record(of: id)?.state == .cancelled)
        }
    }

    @Test("opens in a folder that it was given below one that it may not read")
    func refusedParent() async throws {
        let store = TestStore()
        try store.disk.makeFolder(TestStore.folder)
        store.disk.faults = .fail(.syncFolder, number: 1, with: EACCES)
        try await store.open().close()
    }

    @Test("has let go of the store when it throws, whoever's thread the writer has")
    func letsGo() async throws {
        let store = TestStore()
        try await store.open().close()
        for number in 1...8 {
            let copy = store.copy()
            copy.disk.faults = .fail(.sync, number: number, with: EIO)
            do throws(LogStoreError) {
                let backend = try await open(copy)
                await backend.abandonAndWait()
            } catch {
                #expect(error.code == .inputOutput)
            }
            #expect(copy.disk.openPaths.isEmpty, "after sync \(number) has failed")
        }
    }

    @Test("makes no call any more when the lock is free")
    func callsNothingAfterwards() async throws {
        for _ in 0..<60 {
            let store = TestStore()
            // While the next segment and the ballast are prepared in the background.
            try await open(store).close()
            #expect(store.disk.calls.last?.path == TestStore.path(StoreLock.fileName))
            #expect(store.disk.openPaths.isEmpty)
        }
    }

    private func open(_ store: TestStore) async throws(LogStoreError) -> LogBackend {
        let environment = store.environment()
        return try await LogBackend.open(
            TestStore.folder,
            TestStore.configuration,
            environment,
            mode: .ownThread
        )
    }
}
