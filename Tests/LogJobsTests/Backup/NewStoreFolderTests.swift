import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Synchronization
import Testing

@Suite("The folder of a new store")
struct NewStoreFolderTests {
    @Test(
        "keeps no more than a lock after a failure, and can be used again",
        arguments: [false, true]
    )
    func leftLock(wasThere: Bool) async throws {
        let store = try await Making.failing.source()
        if wasThere { try store.disk.makeFolder(Making.target) }
        let error = #expect(throws: LogStoreError.self) {
            try Making.failing.run(store, store.disk).get()
        }
        #expect(error?.code == .corruption)
        #expect(store.disk.openPaths.isEmpty)
        #expect(try store.disk.names(inFolder: Making.target) == [StoreLock.fileName])

        let reading = #expect(throws: LogStoreError.self) {
            try LogReader.open(Making.target, of: store.disk, clock: store.clock)
        }
        #expect(reading?.code == .notFound)
        let opened = TestStore(store.disk.copy())
        #expect(try await Rival.kinds(opened.disk) == [])

        let sound = try await Making.linking.source()
        for path in store.disk.paths where path.hasPrefix(TestStore.folder) {
            guard !path.hasSuffix("/") else { continue }
            store.disk.setBytes(of: path, sound.disk.bytes(of: path) ?? [])
        }
        try Making.linking.run(store, store.disk).get()
        let saved = try LogReader.open(Making.target, of: store.disk, clock: store.clock)
        #expect(try StoreContent(saved) == StoreContent(try sound.read()))
    }

    @Test("is read without a right to write, and opened, with the lock that is left in it")
    func readOnly() async throws {
        let store = try await Making.linking.source()
        try Making.linking.run(store, store.disk).get()
        #expect(try store.disk.names(inFolder: Making.target).contains(StoreLock.fileName))
        let files = WatchedFileSystem.readOnly(store.disk, errorNumber: EROFS)
        let reader = try LogReader.open(Making.target, of: files, clock: store.clock)
        #expect(try StoreContent(reader) == StoreContent(try store.read()))
        #expect(try await Rival.kinds(store.disk).count == reader.stats().total)
    }

    @Test("keeps no more than a lock when the disk is full", arguments: Making.whole)
    func fullDisk(making: Making) async throws {
        let source = try await making.source()
        var failureCount = 0
        // Until all of it has room.
        for extra in stride(from: 0 as UInt64, to: 2 << 20, by: 4 << 10) {
            let store = source.copy()
            store.disk.capacity = store.disk.usedBytes + extra
            guard case .failure(let error) = making.run(store, store.disk) else { break }
            failureCount += 1
            #expect(error.code == .storageFull)
            let left = try store.disk.names(inFolder: Making.target)
            #expect(left == [StoreLock.fileName], "\(extra) bytes free")
            store.disk.capacity = nil
            try making.run(store, store.disk).get()
        }
        #expect(failureCount > 0)
    }

    @Test("is refused while another process has it, which is named")
    func locked() async throws {
        let store = try await Making.linking.source()
        try store.disk.makeFolder(Making.target)
        let attempt = try StoreLock.take(inFolder: Making.target, of: store.disk)
        guard case .taken(let lock) = attempt else { throw LogStoreError(.locked, "") }
        let process = ProcessIdentity(pid: 4711, bootID: "boot", host: "host")
        lock.describe(StoreLockHolder(process: process, startTime: "noon"))
        for making in [Making.linking, .repairing] {
            let error = #expect(throws: LogStoreError.self) {
                try making.run(store, store.disk).get()
            }
            #expect(error?.code == .locked)
            #expect(
                error?.message
                    == "Could not make a store in /copy: process 4711 has it since noon. Stop that "
                    + "process, or name another folder."
            )
        }
        #expect(try store.disk.names(inFolder: Making.target) == [StoreLock.fileName])
        lock.release()
        try Making.linking.run(store, store.disk).get()
    }

    @Test("is left alone once it is another", arguments: Making.allCases)
    func replaced(making: Making) async throws {
        let source = try await making.source()
        // While all is verified, and before the names are made durable.
        for moment in [SimulatedCall.read, .syncFolder] {
            let store = source.copy()
            let disk = store.disk
            let rival = Rival(disk, dies: false)
            let isFirst = Atomic(true)
            let watched = WatchedFileSystem(disk) { call, path in
                guard call == moment, path.hasPrefix(Making.target) else { return }
                guard isFirst.exchange(false, ordering: .relaxed) else { return }
                for path in disk.paths where path.hasPrefix(Making.target + "/") {
                    guard !path.hasSuffix("/") else { continue }
                    disk.removeFile(path)
                }
                rival.come()
            }
            let result = making.run(store, watched)
            let isReached = making != .failing || moment == .read
            #expect((rival.answer != nil) == isReached)
            guard let answer = rival.answer else { continue }
            let story = "\(moment): \(answer), \(result)"
            #expect(throws: LogStoreError.self, "\(story)") { try result.get() }
            #expect(throws: Never.self, "\(story)") { try answer.get() }
            try await rival.goOn()
            #expect(try await Rival.kinds(disk) == ["kept", "more"], "\(story)")
        }
    }

    @Test("that could not be locked is not there after", arguments: [EIO, ENOSPC])
    func noLock(errorNumber: Int32) async throws {
        let store = try await Making.linking.source()
        let files = WatchedFileSystem(store.disk) { call, path throws(SystemCallError) in
            guard call == .open, path.hasSuffix("/LOCK") else { return }
            throw SystemCallError(call: "open", errorNumber: errorNumber, path: path)
        }
        let error = #expect(throws: LogStoreError.self) {
            try Making.linking.run(store, files).get()
        }
        #expect(error?.code == (errorNumber == EIO ? .inputOutput : .storageFull))
        #expect(try store.disk.status(of: Making.target) == nil)
    }
}
