import Foundation
import LazyJobs
import LogJobs
import LogJobsTesting
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What cannot be opened is told apart, and left as it is.
@Suite("An opening that is refused")
struct RefusedOpeningTests {
    @Test("names the process that has the store")
    func locked() async throws {
        let store = TestStore()
        let backend = try await store.open(pid: 4711)
        let error = try await Self.refusal(of: store, pid: 8)
        #expect(error.code == .locked)
        #expect(error.message.contains("process 4711 has it"))
        try await backend.close()
        try await store.open(pid: 8).close()
    }

    @Test("names the system's reason in a folder without rights", arguments: [EACCES, EROFS])
    func readOnly(errorNumber: Int32) async throws {
        let store = TestStore()
        try await store.open().close()
        let copy = store.copy()
        // LOCK is opened first, and for writing.
        copy.disk.faults = .fail(.open, number: 1, with: errorNumber)
        let error = try await Self.refusal(of: copy)
        #expect(error.code == .inputOutput)
        #expect(error.message.contains("read-only"))
        #expect(error.message.contains("LOCK"))
    }

    @Test("takes a file for no folder")
    func file() async throws {
        let store = TestStore()
        store.disk.setBytes(of: TestStore.folder, [1])
        let error = try await Self.refusal(of: store)
        #expect(error.code == .notOurs)
        #expect(error.message.contains("it is a file"))
    }

    @Test("makes nothing in an empty folder when it may not")
    func empty() async throws {
        let store = TestStore()
        try store.disk.makeFolder(TestStore.folder)
        let error = try await Self.refusal(of: store, creating: false)
        #expect(error.code == .notFound)
        let reading = #expect(throws: LogStoreError.self) { try store.read() }
        #expect(reading?.code == .notFound)
    }

    @Test("leaves the folder of another program alone")
    func foreign() async throws {
        let store = TestStore()
        store.disk.setBytes(of: TestStore.path("notes.txt"), [1])
        let error = try await Self.refusal(of: store)
        #expect(error.code == .notOurs)
        #expect(error.message.contains("notes.txt"))
    }

    @Test("takes something else in the place of the manifest for damage, and leaves all as it is")
    func replacedManifest() async throws {
        let store = TestStore()
        try await store.open().close()
        let segment = try #require(store.disk.bytes(of: TestStore.path(1)))
        store.disk.setBytes(of: TestStore.path(Manifest.fileName), segment)
        let error = try await Self.refusal(of: store)
        #expect(error.code == .corruption)
        #expect(error.message.contains(TestStore.folder))
        #expect(error.message.contains("logjobs repair"))
        let reading = #expect(throws: LogStoreError.self) { try store.read() }
        #expect(reading?.code == .corruption)
    }

    @Test("tells a newer manifest from a damaged one")
    func newerManifest() async throws {
        let store = TestStore()
        try await store.open().close()
        let path = TestStore.path("MANIFEST")
        let bytes = store.disk.bytes(of: path) ?? []
        let count = try Manifest(decoding: bytes).encoded().count
        store.disk.setBytes(of: path, Self.newer(Array(bytes.prefix(count))))
        let error = try await Self.refusal(of: store)
        #expect(error.code == .tooNew)
        #expect(error.file == "MANIFEST")
    }

    @Test("tells a newer segment from a damaged one")
    func newerSegment() async throws {
        let store = TestStore()
        try await store.open().close()
        // A copied folder: not even the lock is made in it.
        store.disk.removeFile(TestStore.path("LOCK"))
        let path = TestStore.path(1)
        let bytes = store.disk.bytes(of: path) ?? []
        let header = Self.newer(Array(bytes.prefix(SegmentHeader.size)))
        store.disk.setBytes(of: path, header + bytes.dropFirst(SegmentHeader.size))
        let error = try await Self.refusal(of: store)
        #expect(error.code == .tooNew)
        #expect(error.file.map(TestStore.path) == path)
    }

    @Test("leaves a store alone that a newer version allows to be read only")
    func readableOnly() async throws {
        let store = TestStore()
        try await store.open().close()
        try store.editManifest { $0.features.readOnlyCompatible = 1 << 9 }
        #expect(try await Self.refusal(of: store).code == .tooNew)
        store.disk.removeFile(TestStore.path("LOCK"))
        #expect(try await Self.refusal(of: store).code == .tooNew)
        #expect(try store.read().report.wasClosed)
    }

    @Test("says who has the store, not what that one is changing just now")
    func changedByHolder() async throws {
        let store = TestStore()
        try await store.open().close()
        let backend = try await store.open(pid: 4711)
        store.disk.removeFile(TestStore.path(1))
        let error = try await Self.refusal(of: store)
        #expect(error.code == .locked)
        #expect(error.message.contains("process 4711 has it"))
        await backend.abandonAndWait()
        #expect(try await Self.refusal(of: store).code == .missingSegment)
    }

    @Test("says who has the store, though it had no lock when it was looked at")
    func takenMeanwhile() async throws {
        let store = TestStore()
        try await store.open().close()
        store.disk.removeFile(TestStore.path("LOCK"))
        let files = WatchedFileSystem(store.disk)
        let isFirst = Atomic(true)
        files.watch { call, path in
            guard call == .statusOfPath, path == TestStore.path(1) else { return }
            guard isFirst.exchange(false, ordering: .relaxed) else { return }
            // The lock is held until the disk is let go.
            let attempt = try? StoreLock.take(inFolder: TestStore.folder, of: store.disk)
            guard case .taken = attempt else { return }
            store.disk.removeFile(path)
        }
        var environment = store.environment(pid: 8)
        environment.fileSystem = files
        let error = await #expect(throws: LogStoreError.self) {
            let backend = try await LogBackend.open(
                TestStore.folder,
                TestStore.configuration,
                environment,
                mode: .inline
            )
            await backend.abandonAndWait()
        }
        #expect(error?.code == .locked)
        let wasTaken = !isFirst.load(ordering: .relaxed)
        #expect(wasTaken)
    }

    /// Bytes whose last four are their checksum, with a greater major version.
    static func newer(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes[8] += 1
        let crc = CRC32C.checksum(Array(bytes.dropLast(4)))
        for index in 0..<4 {
            bytes[bytes.count - 4 + index] = UInt8(truncatingIfNeeded: crc >> (8 * UInt32(index)))
        }
        return bytes
    }

    private static func refusal(
        of store: TestStore,
        pid: Int32 = 8,
        creating: Bool = true
    ) async throws -> LogStoreError {
        let contents = store.contents
        let paths = store.disk.paths
        let lock = store.disk.bytes(of: TestStore.path("LOCK"))
        let files = store.disk.openPaths
        do throws(LogStoreError) {
            let backend = try await store.open(pid: pid, creating: creating)
            await backend.abandonAndWait()
        } catch {
            #expect(store.contents == contents)
            #expect(store.disk.paths == paths)
            #expect(store.disk.bytes(of: TestStore.path("LOCK")) == lock)
            #expect(store.disk.openPaths == files)
            return error
        }
        Issue.record("The store was opened")
        throw LogStoreError(.notFound, "")
    }
}
