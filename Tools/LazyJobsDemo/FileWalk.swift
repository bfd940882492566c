#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The regular files under a folder, found by their bytes.
///
/// Symbolic links are not followed, so loops of them do no harm. One folder is left out wherever it
/// is: that of the outputs.
struct FileWalk {
    /// The files, sorted.
    private(set) var files: [BytePath] = []
    /// The folders that could not be looked into.
    private(set) var failures: [FileError] = []

    private let excluded: FileIdentity?

    /// Walks; the folder itself may be a symbolic link.
    init(_ folder: BytePath, without excluded: BytePath) throws(FileError) {
        self.excluded = try? FileIdentity(excluded)
        var folders = [folder]
        while let next = folders.popLast() {
            do {
                folders += try visit(next)
            } catch {
                if next == folder { throw error }
                failures.append(error)
            }
        }
        files.sort()
    }

    /// Takes note of the files in a folder.
    ///
    /// - Returns: The folders in it.
    private mutating func visit(_ folder: BytePath) throws(FileError) -> [BytePath] {
        if try FileIdentity(folder) == excluded { return [] }
        var folders: [BytePath] = []
        for name in try Self.names(in: folder) {
            let path = folder.appending(name)
            var status = stat()
            let isThere = unsafe path.withCString { unsafe lstat($0, &status) } == 0
            // What is gone again already was not there.
            if !isThere, errno == ENOENT { continue }
            if !isThere { throw FileError(operation: "look at", path: path, number: errno) }
            switch status.st_mode & S_IFMT {
            case S_IFREG: files.append(path)
            case S_IFDIR: folders.append(path)
            default: break
            }
        }
        return folders
    }

    /// The names in a folder, in no order.
    static func names(in folder: BytePath) throws(FileError) -> [[UInt8]] {
        guard let stream = unsafe folder.withCString({ unsafe opendir($0) }) else {
            throw FileError(operation: "open", path: folder, number: errno)
        }
        defer { unsafe closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            // Only errno tells the end of a folder from an error (man 3 readdir).
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            // SAFETY: d_name ends in zero, and the entry stays valid until the next readdir.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: UInt8.self, capacity: 256) { start in
                    unsafe Array(UnsafeBufferPointer(start: start, count: strlen(tuple)))
                }
            }
            if name != [dot], name != [dot, dot] { names.append(name) }
        }
        if errno != 0 { throw FileError(operation: "read", path: folder, number: errno) }
        return names
    }
}

/// Two paths with the same pair are the same file.
private struct FileIdentity: Equatable {
    var device: dev_t
    var inode: ino_t

    init(_ path: BytePath) throws(FileError) {
        var status = stat()
        guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0 else {
            throw FileError(operation: "look at", path: path, number: errno)
        }
        device = status.st_dev
        inode = status.st_ino
    }
}

private let dot = UInt8(ascii: ".")
