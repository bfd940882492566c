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

/// Each says what could not be done, to what, why, and what to do about it.
@Suite("The message of a refusal")
struct RefusalMessageTests {
    @Test("tells where a segment is damaged, in words, and what is left to do")
    func damage() async throws {
        let store = try await Self.closedStore()
        let path = TestStore.path(1)
        var bytes = store.disk.bytes(of: path) ?? []
        bytes[SegmentHeader.size + FrameHeader.size] ^= 1
        store.disk.setBytes(of: path, bytes)
        let message = await Self.message(of: store)
        #expect(
            message == """
                Could not read \(SegmentID(rawValue: 1).fileName): damaged at byte 4096: the \
                payload does not match its checksum. What stands there had been made durable. \
                Keep the folder as it is, and restore a backup; `logjobs verify` tells whether \
                that is whole.
                """
        )
        let reading = #expect(throws: LogStoreError.self) { try store.read() }
        #expect(reading?.message == message)
    }

    @Test("tells the reason of a torn tail in words")
    func tornTail() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let begin = try #require(try store.read().segments.first).validEnd
        _ = try await backend.enqueue("torn")
        await backend.abandonAndWait()
        let path = TestStore.path(1)
        var bytes = store.disk.bytes(of: path) ?? []
        bytes[Int(begin) + FrameHeader.size] ^= 1
        store.disk.setBytes(of: path, bytes)
        let tail = try #require(try store.read().report.tornTail)
        #expect(tail.reason == "the payload does not match its checksum")
    }

    @Test("tells which file is missing or cut, and asks for it")
    func missing() async throws {
        let store = try await Self.closedStore()
        let name = SegmentID(rawValue: 1).fileName
        store.disk.setBytes(
            of: TestStore.path(1),
            (store.disk.bytes(of: TestStore.path(1)) ?? []).prefix(4100) + []
        )
        let cut = await Self.message(of: store)
        #expect(cut.hasPrefix("Could not open the store: \(name) has 4100 bytes, and had "))
        #expect(cut.hasSuffix("Put the whole file back, or restore a backup."))
        store.disk.removeFile(TestStore.path(1))
        #expect(
            await Self.message(of: store) == """
                Could not open the store: its manifest names \(name), and there is no such file. \
                Put the file back, or the newer manifest if this is an old copy of it, or restore \
                a backup.
                """
        )
    }

    @Test("names the process that has the store, this one as well")
    func locked() async throws {
        let store = TestStore()
        let backend = try await store.open(pid: 7)
        let start = RFC3339.string(from: Timestamp(store.clock.now))
        #expect(
            await Self.message(of: store, pid: 7) == """
                Could not open /store for writing: this process has it open already since \
                \(start). Close that one, or open the store read-only.
                """
        )
        #expect(
            await Self.message(of: store, pid: 8) == """
                Could not open /store for writing: process 7 has it since \(start). Stop that \
                process, or open the store read-only.
                """
        )
        store.disk.setBytes(of: TestStore.path("LOCK"), [0xFF])
        #expect(
            await Self.message(of: store, pid: 8) == """
                Could not open /store for writing: another open has it. Close that one, or open \
                the store read-only.
                """
        )
        await backend.abandonAndWait()
    }

    @Test("tells how to come by a folder, or by another one")
    func folders() async throws {
        let store = TestStore()
        #expect(
            await Self.message(of: store, creating: false) == """
                Could not open /store: there is no store, and none is to be made. Name the folder \
                of one, or allow to make it (`createsFolder`).
                """
        )
        let reading = #expect(throws: LogStoreError.self) { try store.read() }
        #expect(
            reading?.message
                == "Could not read /store: there is no store. Name the folder of one."
        )
        store.disk.setBytes(of: TestStore.path("notes.txt"), [1])
        #expect(
            await Self.message(of: store) == """
                Could not open /store: it is not a store, and holds something else (notes.txt). \
                Name the folder of a store; for a new one, an empty folder.
                """
        )
        let parent = "\(FileManager.default.temporaryDirectory.path())/\(UUID().uuidString)"
        let error = await #expect(throws: LogStoreError.self) {
            try await LogBackend.open("\(parent)/store").close()
        }
        #expect(error?.message.hasSuffix("Make the folder that it is in, then try again.") == true)
    }

    @Test("tells the system's reason", arguments: [EACCES, EIO, ENOSPC])
    func system(errorNumber: Int32) async throws {
        let copy = try await Self.closedStore().copy()
        copy.disk.faults = .fail(.open, number: 1, with: errorNumber)
        let message = await Self.message(of: copy)
        let reason = SystemCallError(
            call: "open",
            errorNumber: errorNumber,
            path: TestStore.path("LOCK")
        )
        #expect(message.hasPrefix("Could not open /store for writing: \(reason). "))
        let remedy =
            switch errorNumber {
            case EACCES: "Give this process the right to write there, or open it read-only."
            case ENOSPC: "Free space, then try again."
            default: "Mend what refuses it, then try again."
            }
        #expect(message.hasSuffix(remedy))
    }

    private static func closedStore() async throws -> TestStore {
        let store = TestStore()
        let backend = try await store.open()
        _ = try await backend.enqueue("job")
        try await backend.close()
        return store
    }

    private static func message(
        of store: TestStore,
        pid: Int32 = 7,
        creating: Bool = true
    ) async -> String {
        do throws(LogStoreError) {
            let backend = try await store.open(pid: pid, creating: creating)
            await backend.abandonAndWait()
            return "opened"
        } catch {
            return error.message
        }
    }
}
