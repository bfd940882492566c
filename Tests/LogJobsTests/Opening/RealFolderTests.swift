import Foundation
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

/// What cannot be opened on a real disk says why, and keeps every byte, name and time of change.
@Suite("A real folder that cannot be opened")
struct RealFolderTests {
    @Test("is in use by another backend of this process, and says by which process")
    func twoBackends() async throws {
        let folder = RealFolder()
        let backend = try await folder.open(pid: 4711)
        let error = try await Self.refusal(of: folder)
        #expect(error.code == .locked)
        #expect(error.message.contains("process 4711 has it"))
        #expect(error.file == "LOCK")
        try await backend.close()
        try await folder.open(pid: 8).close()
        try folder.remove()
    }

    @Test("is locked by a descriptor that this library does not know")
    func descriptor() async throws {
        let folder = RealFolder()
        try await folder.open(pid: 4711).close()
        // SAFETY: the string outlives the call.
        let descriptor = unsafe open("\(folder.path)/LOCK", O_RDWR | O_CLOEXEC)
        #expect(descriptor >= 0)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let error = try await Self.refusal(of: folder)
        #expect(error.code == .locked)
        // The store can be read all the same.
        #expect(try folder.read().report.wasClosed)
        close(descriptor)
        try await folder.open(pid: 8).close()
        try folder.remove()
    }

    #if os(Linux)
        @Test(
            "is free when it was closed, though a child that was just forked has a copy of it all"
        )
        func copiedDescriptor() async throws {
            let folder = RealFolder()
            let backend = try await folder.open()
            let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            let lock = descriptors.compactMap { Int32($0) }.first { descriptor in
                let link = "/proc/self/fd/\(descriptor)"
                let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
                return path == "\(folder.path)/LOCK"
            }
            let copy = dup(try #require(lock))
            #expect(copy >= 0)
            try await backend.close()
            try await folder.open().close()
            close(copy)
            try folder.remove()
        }
    #endif

    @Test("is read-only for one who wants to write", arguments: [EACCES, EROFS])
    func readOnly(errorNumber: Int32) async throws {
        let folder = RealFolder()
        try await folder.open().close()
        let fileSystem = WatchedFileSystem.readOnly(PosixFileSystem(), errorNumber: errorNumber)
        let error = try await Self.refusal(of: folder, on: fileSystem)
        #expect(error.code == .inputOutput)
        #expect(error.message.contains("read-only"))
        #expect(error.message.contains("LOCK"))
        let picture = try folder.picture()
        #expect(try folder.read(of: fileSystem).report.wasClosed)
        #expect(try folder.picture() == picture)
        try folder.remove()
    }

    @Test("is empty and read-only", arguments: [EACCES, EROFS])
    func emptyReadOnly(errorNumber: Int32) async throws {
        let folder = RealFolder()
        try folder.makeFolder()
        let fileSystem = WatchedFileSystem.readOnly(PosixFileSystem(), errorNumber: errorNumber)
        let error = try await Self.refusal(of: folder, on: fileSystem)
        #expect(error.code == .inputOutput)
        #expect(error.message.contains("read-only"))
        let picture = try folder.picture()
        let reading = #expect(throws: LogStoreError.self) { try folder.read(of: fileSystem) }
        #expect(reading?.code == .notFound)
        #expect(try folder.picture() == picture)
        try folder.remove()
    }

    @Test("is not there, or empty, and none is to be made", arguments: [false, true])
    func notToBeMade(isThere: Bool) async throws {
        let folder = RealFolder()
        if isThere { try folder.makeFolder() }
        let error = try await Self.refusal(of: folder, creating: false)
        #expect(error.code == .notFound)
        let reading = #expect(throws: LogStoreError.self) { try folder.read() }
        #expect(reading?.code == .notFound)
        #expect(FileManager.default.fileExists(atPath: folder.path) == isThere)
        try folder.remove()
    }

    @Test("is a file")
    func file() async throws {
        let folder = RealFolder()
        try Data([1, 2, 3]).write(to: URL(filePath: folder.path))
        let error = try await Self.refusal(of: folder)
        #expect(error.code == .notOurs)
        #expect(error.message.contains("it is a file"))
        let reading = #expect(throws: LogStoreError.self) { try folder.read() }
        #expect(reading?.code == .notOurs)
        try folder.remove()
    }

    @Test("belongs to another program")
    func foreign() async throws {
        let folder = RealFolder()
        try folder.makeFolder()
        try folder.setBytes(of: "notes.txt", [1, 2, 3])
        let error = try await Self.refusal(of: folder)
        #expect(error.code == .notOurs)
        #expect(error.message.contains("notes.txt"))
        try folder.remove()
    }

    @Test("has a newer manifest or a newer segment", arguments: ["MANIFEST", "segment"])
    func newer(name: String) async throws {
        let folder = RealFolder()
        try await folder.open().close()
        let file = name == "segment" ? SegmentID(rawValue: 1).fileName : name
        let bytes = try folder.bytes(of: file)
        let size =
            name == "segment" ? SegmentHeader.size : try Manifest(decoding: bytes).encoded().count
        let head = RefusedOpeningTests.newer(Array(bytes.prefix(size)))
        try folder.setBytes(of: file, head + bytes.dropFirst(size))
        let error = try await Self.refusal(of: folder)
        #expect(error.code == .tooNew)
        #expect(error.file == file)
        #expect(error.message.contains("version 2.0"))
        let reading = #expect(throws: LogStoreError.self) { try folder.read() }
        #expect(reading?.code == .tooNew)
        try folder.remove()
    }

    private static func refusal(
        of folder: RealFolder,
        on fileSystem: any FileSystem = PosixFileSystem(),
        creating: Bool = true
    ) async throws -> LogStoreError {
        let picture = try folder.picture()
        do throws(LogStoreError) {
            let backend = try await folder.open(pid: 8, creating: creating, of: fileSystem)
            await backend.abandonAndWait()
        } catch {
            #expect(try folder.picture() == picture)
            return error
        }
        Issue.record("The store was opened")
        throw LogStoreError(.notFound, "")
    }
}
