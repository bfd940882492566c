import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

@Suite("A backup")
struct BackupTests {
    private static let target = "/copy"

    @Test("of a live store has all that was answered, and opens")
    func live() async throws {
        let store = TestStore()
        let backend = try await Self.fill(store)
        let running = try await backend.claim(ClaimRequest(worker: "w")).jobs[0].record.id
        let contents = store.contents
        let content = try StoreContent(try store.read())

        let report = try await backend.backup(to: Self.target)

        #expect(report.linkedFileCount == (try store.read().segments.count) - 1)
        #expect(report.copiedFileCount == 1)
        #expect(report.verification.lastSequence == content.events.last?.sequence)
        #expect(try StoreContent(Self.read(store)) == content)
        #expect(store.contents.filter { !$0.key.hasPrefix(Self.target) } == contents)
        #expect(!store.disk.openPaths.contains { $0.hasPrefix(Self.target) })

        let restored = try await Self.open(store)
        #expect(try await restored.record(of: running)?.state == .retrying)
        #expect(restored.recoveryReport.rescuedCount == 1)
        try await restored.close()
        // Neither has noticed the other.
        #expect(try StoreContent(try store.read()) == content)
        try await backend.close()
    }

    @Test("stays as it is while the store goes on, rotates and compacts")
    func independent() async throws {
        let store = TestStore()
        let backend = try await Self.fill(store)
        _ = try await backend.backup(to: Self.target)
        let content = try StoreContent(Self.read(store))
        let ids = content.records.map(\.id)
        _ = try await backend.cancel(ids, reason: "enough", actor: nil)
        store.clock.advance(by: .seconds(60))
        _ = try await backend.prune(finishedBefore: store.clock.now, limit: 1000)
        try await Self.enqueue(backend, 24)
        #expect(try await backend.compact().segmentCount > 0)
        try await backend.close()
        #expect(try StoreContent(Self.read(store)) == content)
    }

    @Test("of a store that is closed is closed as well, all of it linked")
    func closed() async throws {
        let store = TestStore()
        try await Self.fill(store).close()
        let report = try LogBackup.run(from: TestStore.folder, to: Self.target, of: store.disk)
        #expect(report.copiedFileCount == 0)
        #expect(try Self.read(store).report.wasClosed)
        let again = try LogBackup.run(from: Self.target, to: "/third", of: store.disk)
        #expect(again.verification == report.verification)
    }

    @Test("cuts off what a crash has left unfinished")
    func tornTail() async throws {
        let store = TestStore()
        let backend = try await Self.fill(store)
        await backend.abandonAndWait()
        let last = try #require(try store.read().segments.last)
        let content = try StoreContent(try store.read())
        var bytes = store.disk.bytes(of: TestStore.path(last.fileName)) ?? []
        bytes[Int(last.validEnd) + 3] = 7
        store.disk.setBytes(of: TestStore.path(last.fileName), bytes)
        let report = try LogBackup.run(from: TestStore.folder, to: Self.target, of: store.disk)
        #expect(report.verification.tornTail == nil)
        #expect(try StoreContent(Self.read(store)) == content)
    }

    @Test("copies where nothing can be linked", arguments: [EXDEV, EPERM, EMLINK])
    func copied(errorNumber: Int32) async throws {
        let store = TestStore()
        let backend = try await Self.fill(store)
        let content = try StoreContent(try store.read())
        store.disk.faults = .fail(.link, number: 1, with: errorNumber, lasting: true)
        let report = try await backend.backup(to: Self.target)
        #expect(report.linkedFileCount == 0)
        #expect(report.copiedFileCount == (try store.read().segments.count))
        #expect(try StoreContent(Self.read(store)) == content)
        await backend.abandonAndWait()
    }

    @Test("begins anew when what it wants to link is retired")
    func retired() async throws {
        let store = TestStore()
        let backend = try await Self.fill(store)
        let before = store.copy()
        _ = try await backend.cancel([JobID(rawValue: 1)], reason: "enough", actor: nil)
        _ = try await backend.compact()
        let after = store.copy()
        let watched = WatchedFileSystem(before.disk) { call, path throws(SystemCallError) in
            guard call == .link, path == TestStore.path(2) else { return }
            before.become(after)
        }
        _ = try LogBackup.run(from: TestStore.folder, to: Self.target, of: watched)
        let content = try StoreContent(after.read())
        #expect(try StoreContent(Self.read(before)) == content)
        let names = try before.disk.names(inFolder: Self.target)
        #expect(!names.contains(SegmentID(rawValue: 1).fileName))
        await backend.abandonAndWait()
    }

    @Test("of a damaged store is refused, and leaves no store")
    func damaged() async throws {
        let store = TestStore()
        try await Self.fill(store).close()
        store.disk.flipBit(of: TestStore.path(2), 8 * (SegmentHeader.size + 200))
        let error = #expect(throws: LogStoreError.self) {
            try LogBackup.run(from: TestStore.folder, to: Self.target, of: store.disk)
        }
        #expect(error?.code == .corruption)
        #expect(error?.file.map(TestStore.path) == TestStore.path(2))
        #expect(try store.disk.names(inFolder: Self.target) == [StoreLock.fileName])
        #expect(store.disk.openPaths.isEmpty)
    }

    @Test("is made only in a folder that is empty and not the store's")
    func refusals() async throws {
        let store = TestStore()
        try await Self.fill(store).close()
        store.disk.setBytes(of: "/full/note", [1])
        for target in ["/full", TestStore.folder, TestStore.folder + "/copy", "/full/note"] {
            let error = #expect(throws: LogStoreError.self) {
                try LogBackup.run(from: TestStore.folder, to: target, of: store.disk)
            }
            #expect(error?.code == .notOurs)
        }
        let missing = #expect(throws: LogStoreError.self) {
            try LogBackup.run(from: "/full/none", to: Self.target, of: store.disk)
        }
        #expect(missing?.code == .notFound)
        #expect(try store.disk.status(of: Self.target) == nil)
    }

    @Test("of a store that is closed or has failed is refused")
    func ended() async throws {
        let store = TestStore()
        let backend = try await Self.fill(store)
        store.disk.faults = .fail(.sync, number: 1, with: EIO, lasting: true)
        await #expect(throws: BackendError.self) { try await Self.enqueue(backend, 1) }
        let poisoned = await #expect(throws: BackendError.self) {
            try await backend.backup(to: Self.target)
        }
        #expect(poisoned?.code == .poisoned)
        await backend.abandonAndWait()
    }

    @Test("on a real disk shares the bytes of what is ended, beside a busy writer")
    func real() async throws {
        let folder = RealFolder()
        defer { try? folder.remove() }
        let target = folder.path + "-copy"
        defer { try? FileManager.default.removeItem(atPath: target) }
        let backend = try await LogBackend.open(folder.path, configuration: TestStore.configuration)
        try await Self.enqueue(backend, 24)
        let more = Task { try await Self.enqueue(backend, 200) }
        let report = try await backend.backup(to: target)
        try await more.value
        #expect(report.linkedFileCount > 0)
        let first = SegmentID(rawValue: 1).fileName
        let fileSystem = PosixFileSystem()
        #expect(
            try fileSystem.status(of: "\(folder.path)/\(first)")
                == fileSystem.status(of: "\(target)/\(first)")
        )
        try await backend.close()
        let restored = try await LogBackend.open(target, configuration: TestStore.configuration)
        #expect(try await restored.stats().total >= 24)
        try await restored.close()
    }

    /// A store of several segments, open.
    private static func fill(_ store: TestStore) async throws -> LogBackend {
        let first = try await store.open()
        try await enqueue(first, 12)
        await first.abandonAndWait()
        let backend = try await store.open(pid: 8)
        try await enqueue(backend, 12)
        try await backend.pauseQueue("mail", reason: nil, actor: "ada")
        return backend
    }

    private static func enqueue(_ backend: LogBackend, _ count: Int) async throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<count {
            let bytes = (0..<8000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try await backend.enqueue([NewJob(kind: "work", payload: JobPayload(bytes: bytes))])
        }
    }

    private static func read(_ store: TestStore) throws -> LogReader {
        try LogReader.open(target, of: store.disk, clock: store.clock)
    }

    private static func open(_ store: TestStore) async throws -> LogBackend {
        try await LogBackend.open(
            target,
            TestStore.configuration,
            store.environment(pid: 9),
            mode: .inline
        )
    }
}

extension TestStore {
    /// Takes over all files of another disk's store.
    fileprivate func become(_ other: TestStore) {
        for path in other.disk.paths where !path.hasSuffix("/") {
            disk.setBytes(of: path, other.disk.bytes(of: path) ?? [])
        }
        for path in disk.paths where path.hasPrefix(Self.folder) && !path.hasSuffix("/") {
            if other.disk.bytes(of: path) == nil { disk.removeFile(path) }
        }
    }
}
