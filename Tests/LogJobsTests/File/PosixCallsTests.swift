#if os(Linux)
    import CInterposed
    import Foundation
    import LogJobs
    import Testing

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #endif

    /// What no simulated disk can show: that the calls are made, and made again where they must be.
    @Suite("The calls of the system")
    struct PosixCallsTests {
        private let files = PosixFileSystem()
        private let path = NSTemporaryDirectory() + "logjobs-\(UUID().uuidString)"

        /// With an open file of ten bytes, and nothing counted yet.
        private func withFile(_ body: (LogJobs.FileHandle) throws -> Void) throws {
            let handle = try files.open(path, .create)
            defer {
                files.close(handle)
                try? FileManager.default.removeItem(atPath: path)
            }
            try files.write(handle, Array(0..<10), at: 0)
            interposed_begin()
            defer { interposed_begin() }
            try body(handle)
        }

        private func expect(_ bytes: [UInt8], _ expected: [UInt8]) {
            #expect(bytes == expected)
        }

        @Test("write all bytes, however few the kernel takes at a time")
        func shortWrites() throws {
            try withFile { handle in
                interposed_shorten(interposed_pwrite, 3)
                try files.write(handle, Array(100..<110), at: 2)
                #expect(interposed_count(interposed_pwrite) == 4)
                expect(try files.read(handle, at: 0, count: 20), [0, 1] + Array(100..<110))
            }
        }

        @Test("read all bytes up to the end, however few the kernel gives at a time")
        func shortReads() throws {
            try withFile { handle in
                interposed_shorten(interposed_pread, 3)
                expect(try files.read(handle, at: 1, count: 8), Array(1..<9))
                #expect(interposed_count(interposed_pread) == 3)
                expect(try files.read(handle, at: 4, count: 100), Array(4..<10))
            }
        }

        @Test("are made again when a signal has interrupted them")
        func interruptions() throws {
            try withFile { handle in
                for call in [
                    interposed_pread, interposed_pwrite, interposed_fdatasync, interposed_fsync,
                ] {
                    interposed_fail(call, EINTR, 2)
                }
                try files.write(handle, [7], at: 0)
                expect(try files.read(handle, at: 0, count: 2), [7, 1])
                try files.sync(handle)
                try files.syncFolder(NSTemporaryDirectory())
                for call in [
                    interposed_pread, interposed_pwrite, interposed_fdatasync, interposed_fsync,
                ] {
                    #expect(interposed_count(call) == 3)
                }
            }
        }

        @Test("sync the bytes of a file and the names in a folder, once each")
        func syncs() throws {
            try withFile { handle in
                try files.sync(handle)
                #expect(interposed_count(interposed_fdatasync) == 1)
                #expect(interposed_count(interposed_fsync) == 0)
                try files.syncFolder(NSTemporaryDirectory())
                #expect(interposed_count(interposed_fdatasync) == 1)
                #expect(interposed_count(interposed_fsync) == 1)
            }
        }

        @Test("do not wait for who writes into a pipe that stands in the place of a file")
        func refusesPipes() throws {
            // SAFETY: the string outlives the call, and has no NUL inside.
            let isMade = unsafe mkfifo(path, 0o600) == 0
            try #require(isMade)
            defer { try? FileManager.default.removeItem(atPath: path) }
            let error = #expect(throws: SystemCallError.self) { try files.open(path, .read) }
            #expect(error == SystemCallError(call: "open", errorNumber: ESPIPE, path: path))
        }

        @Test("are not made again when they have failed", arguments: [EIO, ENOSPC, EDQUOT])
        func failures(errorNumber: Int32) throws {
            try withFile { handle in
                interposed_fail(interposed_fdatasync, errorNumber, 1)
                let file = #expect(throws: SystemCallError.self) { try files.sync(handle) }
                #expect(file?.errorNumber == errorNumber && file?.call == "fdatasync")
                #expect(file?.path == path)
                interposed_fail(interposed_fsync, errorNumber, 1)
                let folder = #expect(throws: SystemCallError.self) {
                    try files.syncFolder(NSTemporaryDirectory())
                }
                #expect(folder?.errorNumber == errorNumber)
                interposed_fail(interposed_pwrite, errorNumber, 1)
                #expect(throws: SystemCallError.self) { try files.write(handle, [7], at: 0) }
                #expect(interposed_count(interposed_fdatasync) == 1)
                #expect(interposed_count(interposed_fsync) == 1)
                #expect(interposed_count(interposed_pwrite) == 1)
            }
        }
    }
#endif
