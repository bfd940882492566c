import Foundation
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
        // MANIFEST and the segment are read, then LOCK is the first that is opened for writing.
        copy.disk.faults = .fail(.open, number: 3, with: errorNumber)
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
