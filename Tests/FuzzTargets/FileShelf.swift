import LogJobs

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that are only read, in the folder of a store; the simulated file system, which can do all
/// else, takes longer to make than most inputs to decode.
struct FileShelf {
    static let path = "/store"

    private let names: [String]
    private let contents: [[UInt8]]

    init(_ files: [String: [UInt8]]) {
        names = files.keys.sorted()
        contents = names.map { files[$0] ?? [] }
    }

    var folder: StoreFolder { StoreFolder(Self.path, of: self) }

    private func index(of path: String) -> Int? {
        names.firstIndex { path.dropFirst(Self.path.count + 1) == $0 }
    }

    private func status(at index: Int) -> FileStatus {
        FileStatus(
            kind: .file,
            size: UInt64(contents[index].count),
            device: 1,
            inode: UInt64(index)
        )
    }

    private func refusal(_ call: String, _ path: String = path) -> SystemCallError {
        SystemCallError(call: call, errorNumber: EROFS, path: path)
    }
}

extension FileShelf: FileSystem {
    func names(inFolder path: String) throws(SystemCallError) -> [String] { names }

    func status(of path: String) throws(SystemCallError) -> FileStatus? {
        if path == Self.path { return FileStatus(kind: .folder, size: 0, device: 1, inode: .max) }
        return index(of: path).map(status)
    }

    func open(_ path: String, _ mode: FileOpenMode) throws(SystemCallError) -> FileHandle {
        guard mode == .read else { throw refusal("open", path) }
        guard let index = index(of: path) else {
            throw SystemCallError(call: "open", errorNumber: ENOENT, path: path)
        }
        return FileHandle(rawValue: Int32(index))
    }

    func status(of handle: FileHandle) throws(SystemCallError) -> FileStatus {
        status(at: Int(handle.rawValue))
    }

    func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> [UInt8] {
        let bytes = contents[Int(handle.rawValue)]
        // As the real one does, it would make room for them before it reads.
        precondition(count <= 1 << 28, "a read of more than any file of a store has")
        return Array(bytes.dropFirst(Int(clamping: offset)).prefix(count))
    }

    func close(_: FileHandle) {}

    func dropCache(_: FileHandle) {}

    func makeFolder(_ path: String) throws(SystemCallError) { throw refusal("mkdir", path) }

    func write(_: FileHandle, _: [UInt8], at _: UInt64) throws(SystemCallError) {
        throw refusal("pwrite")
    }

    func allocate(_: FileHandle, size _: UInt64) throws(SystemCallError) {
        throw refusal("fallocate")
    }

    func punch(_: FileHandle, from _: UInt64) throws(SystemCallError) {
        throw refusal("fallocate")
    }

    func truncate(_: FileHandle, to _: UInt64) throws(SystemCallError) {
        throw refusal("ftruncate")
    }

    func sync(_: FileHandle) throws(SystemCallError) { throw refusal("fsync") }

    func syncFolder(_ path: String) throws(SystemCallError) { throw refusal("fsync", path) }

    func rename(_ path: String, to _: String) throws(SystemCallError) {
        throw refusal("rename", path)
    }

    func link(_ path: String, to _: String) throws(SystemCallError) { throw refusal("link", path) }

    func removeFolder(_ path: String) throws(SystemCallError) { throw refusal("rmdir", path) }

    func remove(_ path: String) throws(SystemCallError) { throw refusal("unlink", path) }

    func lock(_: FileHandle) throws(SystemCallError) -> Bool { throw refusal("flock") }
}
