#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The calls of the operating system behind ``PosixFileSystem``: one function for each.
///
/// What is common to all is done once, in `retry`: `EINTR` is tried again, `errno` is read before
/// anything else can change it, and a failure names the C function and the file. Paths come as
/// autoclosures, since those of handles are looked up only for an error.
enum SystemCall {
    typealias Path = () -> String

    /// Opens a file, close-on-exec; a file made by it has permissions 0600.
    static func openFile(_ path: String, flags: Int32) throws(SystemCallError) -> Int32 {
        try check(path, for: "open")
        return try retry("open", path) {
            // SAFETY: the string outlives the call, and has no NUL inside.
            unsafe open(path, flags | O_CLOEXEC, 0o600)
        }
    }

    /// Closes a descriptor, once: it is gone even when the call was interrupted (man 2 close).
    static func closeFile(_ descriptor: Int32) {
        _ = close(descriptor)
    }

    /// Reads until `count` bytes are there or the file ends.
    static func readBytes(
        _ descriptor: Int32,
        at offset: UInt64,
        count: Int,
        path: @autoclosure Path
    ) throws(SystemCallError) -> [UInt8] {
        guard count > 0 else { return [] }
        let start = try position(offset, adding: count, for: "pread", path)
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let received = try retry("pread", path()) {
                unsafe bytes.withUnsafeMutableBytes { buffer in
                    // SAFETY: `done < count`, so the rest of the buffer is not empty.
                    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                    return unsafe pread(
                        descriptor,
                        rest.baseAddress,
                        rest.count,
                        start + off_t(done)
                    )
                }
            }
            guard received > 0 else { break }
            done += received
        }
        bytes.removeLast(count - done)
        return bytes
    }

    /// Writes all bytes, in as many calls as the kernel wants.
    static func writeBytes(
        _ descriptor: Int32,
        _ bytes: [UInt8],
        at offset: UInt64,
        path: @autoclosure Path
    ) throws(SystemCallError) {
        let start = try position(offset, adding: bytes.count, for: "pwrite", path)
        var done = 0
        while done < bytes.count {
            let sent = try retry("pwrite", path()) {
                unsafe bytes.withUnsafeBytes { buffer in
                    // SAFETY: `done < count`, so the rest of the buffer is not empty.
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                    return unsafe pwrite(
                        descriptor,
                        rest.baseAddress,
                        rest.count,
                        start + off_t(done)
                    )
                }
            }
            guard sent > 0 else {
                // No progress and no reason: an endless loop would be the worse answer.
                throw SystemCallError(call: "pwrite", errorNumber: EIO, path: path())
            }
            done += sent
        }
    }

    /// Sets the size.
    static func setSize(
        _ descriptor: Int32,
        _ size: UInt64,
        path: @autoclosure Path
    ) throws(SystemCallError) {
        let length = try position(size, adding: 0, for: "ftruncate", path)
        _ = try retry("ftruncate", path()) { ftruncate(descriptor, length) }
    }

    /// Waits until bytes and size are on the device.
    static func syncFile(_ descriptor: Int32, path: @autoclosure Path) throws(SystemCallError) {
        #if canImport(Darwin)
            // fsync(2) of Darwin leaves the bytes in the cache of the device.
            _ = try retry("fcntl(F_FULLFSYNC)", path()) { fcntl(descriptor, F_FULLFSYNC) }
        #else
            _ = try retry("fdatasync", path()) { fdatasync(descriptor) }
        #endif
    }

    /// Waits until the names in an open folder are on the device.
    static func syncNames(_ descriptor: Int32, path: @autoclosure Path) throws(SystemCallError) {
        #if canImport(Darwin)
            try syncFile(descriptor, path: path())
        #else
            // All of it: fdatasync may leave out metadata that no read of *this* inode needs.
            _ = try retry("fsync", path()) { fsync(descriptor) }
        #endif
    }

    /// Takes the exclusive lock of an open file description without waiting.
    static func lockFile(
        _ descriptor: Int32,
        path: @autoclosure Path
    ) throws(SystemCallError) -> Bool {
        do throws(SystemCallError) {
            _ = try retry("flock", path()) { flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch  where error.errorNumber == EWOULDBLOCK {
            return false
        }
    }

    /// Gives the lock back, for every copy of the descriptor (man 2 flock).
    ///
    /// To close it would not do: a child that was just forked, to run another program, has a copy
    /// until it does, and would keep the lock so long.
    static func unlockFile(_ descriptor: Int32) {
        _ = flock(descriptor, LOCK_UN)
    }

    /// Asks the kernel to forget the clean pages of a file.
    static func forgetCachedPages(_ descriptor: Int32) {
        #if !canImport(Darwin)
            _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        #endif
    }
}

// MARK: - What all have in common

extension SystemCall {
    /// Makes a call until it is not interrupted, and turns -1 into an error.
    static func retry<Value: SignedInteger>(
        _ call: String,
        _ path: @autoclosure Path,
        _ body: () -> Value
    ) throws(SystemCallError) -> Value {
        while true {
            let value = body()
            if value != -1 { return value }
            let number = errno
            if number != EINTR {
                throw SystemCallError(call: call, errorNumber: number, path: path())
            }
        }
    }

    /// Refuses a path that C would silently read as a shorter one.
    static func check(_ path: String, for call: String) throws(SystemCallError) {
        if path.utf8.contains(0) {
            throw SystemCallError(call: call, errorNumber: EINVAL, path: path)
        }
    }

    /// An offset in the kernel's signed type, with room for `count` bytes behind it.
    static func position(
        _ offset: UInt64,
        adding count: Int,
        for call: String,
        _ path: Path
    ) throws(SystemCallError) -> off_t {
        guard let start = off_t(exactly: offset), start <= off_t.max - off_t(count) else {
            throw SystemCallError(call: call, errorNumber: EFBIG, path: path())
        }
        return start
    }
}
