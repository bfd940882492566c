#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file operation that failed, for people.
struct FileError: Error, CustomStringConvertible {
    /// What was to be done, such as `open`.
    var operation: String
    var path: BytePath
    var number: Int32

    /// Whether it failed because nothing is there.
    var isNotFound: Bool { number == ENOENT }

    var description: String {
        // SAFETY: strerror returns a valid C string for every number; the copy is made at once.
        let reason = unsafe String(cString: strerror(number))
        return "could not \(operation) \(path): \(reason)"
    }
}

/// What identifies the content of a file well enough to see that it was changed.
struct FileStamp: Codable, Hashable {
    var size: Int64
    /// When its content changed last, in nanoseconds since 1970.
    var changed: Int64
}

/// An open file; closed when the last reference goes.
final class OpenFile {
    let path: BytePath
    private let descriptor: Int32

    /// Opens a regular file to read; a symbolic link that took its place meanwhile is refused.
    convenience init(reading path: BytePath) throws(FileError) {
        // Without O_NONBLOCK a pipe that took the file's place would block the open for ever.
        try self.init(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        guard try status().st_mode & S_IFMT == S_IFREG else {
            throw FileError(operation: "read what is no file any more,", path: path, number: EINVAL)
        }
    }

    /// Makes a file, or empties the one that is there.
    convenience init(writing path: BytePath) throws(FileError) {
        try self.init(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
    }

    /// Opens a folder, to sync it.
    convenience init(folder path: BytePath) throws(FileError) {
        try self.init(path, O_RDONLY | O_DIRECTORY)
    }

    private init(_ path: BytePath, _ flags: Int32) throws(FileError) {
        self.path = path
        descriptor = unsafe path.withCString { unsafe open($0, flags | O_CLOEXEC, 0o600) }
        if descriptor < 0 { throw FileError(operation: "open", path: path, number: errno) }
    }

    deinit {
        close(descriptor)
    }

    func stamp() throws(FileError) -> FileStamp {
        let status = try status()
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        let changed = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        return FileStamp(size: Int64(status.st_size), changed: changed)
    }

    private func status() throws(FileError) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("look at") }
        return status
    }

    /// Fills a buffer from where the last read ended; the count is smaller at the end only.
    func read(into buffer: inout [UInt8]) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                // SAFETY: `done` is below the count of the buffer, so there is a rest to read into.
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
                return unsafe readBytes(descriptor, rest.baseAddress, rest.count)
            }
            if count == 0 { break }
            if count > 0 { done += count } else if errno != EINTR { throw failure("read") }
        }
        return done
    }

    func write(_ bytes: ArraySlice<UInt8>) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe writeBytes(descriptor, bytes.baseAddress, bytes.count)
            }
            if count > 0 { rest.removeFirst(count) }
            if count < 0, errno != EINTR { throw failure("write") }
        }
    }

    func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw failure("sync") }
    }

    private func failure(_ operation: String) -> FileError {
        FileError(operation: operation, path: path, number: errno)
    }
}

extension BytePath {
    /// Gives a file another name, durably once the folder is synced.
    func rename(to other: BytePath) throws(FileError) {
        let status = unsafe withCString { from in
            unsafe other.withCString { to in unsafe renameFile(from, to) }
        }
        if status != 0 { throw FileError(operation: "rename", path: self, number: errno) }
    }

    /// Removes a file if it is there.
    func remove() throws(FileError) {
        let status = unsafe withCString { unsafe unlink($0) }
        if status != 0, errno != ENOENT {
            throw FileError(operation: "remove", path: self, number: errno)
        }
    }
}

// C's functions, for where a method has the name.
private func readBytes(_ file: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(file, start, count)
}

private func writeBytes(_ file: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(file, start, count)
}

private func renameFile(_ from: UnsafePointer<CChar>, _ to: UnsafePointer<CChar>) -> Int32 {
    unsafe rename(from, to)
}
