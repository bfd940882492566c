import Dispatch
import Foundation
import LazyJobs
import LogJobs
import LogJobsTesting
import Synchronization
import Testing

/// The next segment is made ahead of need, on a queue of its own, while the store goes on.
@Suite("The preparation of a segment")
struct PreparationTests {
    @Test("makes no file by the name of one that was taken and still has it")
    func taken() throws {
        let disk = SimulatedFileSystem()
        try disk.makeFolder("/store")
        let folder = StoreFolder("/store", of: disk)
        let preparer = try SegmentPreparer(in: folder, ballastSize: 4096)
        #expect(try preparer.restore(nextSize: 8192))
        let taken = try #require(
            try preparer.take(size: 4096, target: 8192, usesBallast: false)
        )
        let path = folder.path(of: taken.name)
        let handle = try disk.open(path, .readWrite)
        try disk.write(handle, [1, 2, 3], at: 0)
        // One that was asked for before, and comes late.
        #expect(try !preparer.restore(nextSize: 8192))
        #expect(disk.bytes(of: path)?.prefix(3) == [1, 2, 3])
        let segment = folder.path(of: SegmentID(rawValue: 1))
        try disk.rename(path, to: segment)
        preparer.renamed()
        #expect(try preparer.restore(nextSize: 8192))
        #expect(disk.bytes(of: segment)?.prefix(3) == [1, 2, 3])
        #expect(disk.bytes(of: path)?.prefix(3) == [0, 0, 0])
        disk.close(handle)
    }

    @Test("leaves nothing of a beginning that was cut short", arguments: [false, true])
    func begun(usesBallast: Bool) throws {
        let disk = SimulatedFileSystem()
        try disk.makeFolder("/store")
        let folder = StoreFolder("/store", of: disk)
        let first = try SegmentPreparer(in: folder, ballastSize: 8192)
        #expect(try first.restore(nextSize: usesBallast ? 4096 : 8192))
        // As a crash may leave it: the first sector of what was written is lost.
        for name in StoreFolder.ballastNames + [StoreFolder.nextSegmentName] {
            let handle = try disk.open(folder.path(of: name), .readWrite)
            try disk.write(handle, [1, 2, 3], at: 600)
            disk.close(handle)
        }
        if usesBallast { disk.capacity = 0 }
        let second = try SegmentPreparer(in: folder, ballastSize: 8192)
        let taken = try #require(
            try second.take(size: 8192, target: 8192, usesBallast: usesBallast)
        )
        #expect(StoreFolder.ballastNames.contains(taken.name) == usesBallast)
        #expect(disk.bytes(of: folder.path(of: taken.name))?.allSatisfy { $0 == 0 } == true)
    }

    @Test("makes a file good that cannot be read")
    func unreadable() async throws {
        let store = TestStore()
        try await store.open().close()
        let files = WatchedFileSystem(store.disk) { call, path throws(SystemCallError) in
            guard call == .read, path.hasSuffix(StoreFolder.nextSegmentName) else { return }
            throw SystemCallError(call: "pread", errorNumber: EIO, path: path)
        }
        var environment = store.environment()
        environment.fileSystem = files
        let backend = try await LogBackend.open(
            TestStore.folder,
            TestStore.configuration,
            environment,
            mode: .inline
        )
        try await backend.close()
    }

    @Test("keeps back nearly all that a full disk has")
    func keepsAll() throws {
        let disk = SimulatedFileSystem()
        try disk.makeFolder("/store")
        let size = 1 << 20
        let preparer = try SegmentPreparer(
            in: StoreFolder("/store", of: disk),
            ballastSize: UInt64(size)
        )
        disk.capacity = disk.usedBytes + 2 * UInt64(size) - 20_000
        try preparer.saveBallast()
        #expect(preparer.ballast.fileCount == 2)
        #expect(disk.usedBytes + 4096 > disk.capacity ?? 0)
    }

    @Test("keeps out of the way of the manifest's spare", .timeLimit(.minutes(15)))
    func besideManifests() async throws {
        var store = try ThreadedStore()
        // Each other job needs another block of ids, and so another manifest.
        store.configuration.jobIDBlock = 2
        let barrier = try await Self.holdUp(store)
        let backend = try await store.open();
        await barrier.waitUntilReached()
        for number in 0..<8 { _ = try await backend.enqueue("job-\(number)") }
        let closing = store.callers.begin { try await backend.close() }
        await store.callers.waitUntilAllWait()
        barrier.open()
        try await closing.value

        #expect(try store.kinds() == (0..<8).map { "job-\($0)" })
        let names = try FileManager.default.contentsOfDirectory(atPath: store.folder)
        #expect(names.contains(StoreFolder.nextSegmentName))
        #expect(!names.contains { $0.hasSuffix(".tmp") })
        try await store.open().close()
        try store.remove()
    }

    @Test("is over when the lock is given back", .timeLimit(.minutes(15)))
    func beforeUnlocking() async throws {
        let store = try ThreadedStore()
        let lock = "\(store.folder)/\(StoreLock.fileName)"
        let calls = Mutex<[String]>([])
        let barrier = try await Self.holdUp(store) { call, path in
            if call == .truncate, path.hasSuffix(".ljs") { return true }
            if call == .close, path == lock { calls.withLock { $0.append("unlock") } }
            if call == .rename, path.hasSuffix(StoreFolder.preparingName) {
                calls.withLock { $0.append("prepared") }
            }
            return false
        }
        let backend = try await store.open();
        await barrier.waitUntilReached()
        calls.withLock { $0 = [] }
        // Its last step before it unlocks opens the barrier.
        try await backend.close()
        #expect(calls.withLock { $0 } == ["prepared", "unlock"])
        try store.remove()
    }

    /// Makes a store, and holds up the preparation that follows its next opening, until a call is
    /// made that lets it go on.
    private static func holdUp(
        _ store: ThreadedStore,
        until opens: @escaping @Sendable (SimulatedCall, String) -> Bool = { _, _ in false }
    ) async throws -> Barrier {
        try await store.open().close()
        let number = try await preparationNumber()
        let count = Atomic(0)
        let barrier = Barrier()
        barrier.close()
        store.files.watch { call, path in
            if opens(call, path) { barrier.open() }
            guard call == .allocate, path.hasSuffix(StoreFolder.preparingName) else { return }
            if count.add(1, ordering: .relaxed).newValue == number { barrier.pass() }
        }
        return barrier
    }

    /// How many files are prepared when a store is opened again; the last one when it is open.
    private static func preparationNumber() async throws -> Int {
        let files = WatchedFileSystem(SimulatedFileSystem())
        let count = Mutex(0)
        let store = TestStore()
        var environment = store.environment()
        environment.fileSystem = files
        for _ in 1...2 {
            count.withLock { $0 = 0 }
            files.watch { call, path in
                guard call == .allocate, path.hasSuffix(StoreFolder.preparingName) else { return }
                count.withLock { $0 += 1 }
            }
            let backend = try await LogBackend.open(
                TestStore.folder,
                TestStore.configuration,
                environment,
                mode: .inline
            )
            files.watch(nil)
            try await backend.close()
        }
        return count.withLock { $0 }
    }
}
