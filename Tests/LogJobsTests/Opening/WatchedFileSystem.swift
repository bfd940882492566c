import LogJobs
import LogJobsTesting
import Synchronization

/// A file system whose calls a test sees before they are made, and may refuse or hold up.
final class WatchedFileSystem: FileSystem {
    /// What a test is asked before a call is made.
    typealias Watch = @Sendable (SimulatedCall, _ path: String) throws(SystemCallError) -> Void

    private let base: any FileSystem
    private let watch: Watch
    private let paths = Mutex<[FileHandle: String]>([:])

    init(_ base: any FileSystem, watch: @escaping Watch) {
        self.base = base
        self.watch = watch
    }

    /// Refuses whatever would change the disk, as a read-only mount does.
    ///
    /// Rights taken from a folder would not do: they do not bind the superuser.
    static func readOnly(_ base: any FileSystem, errorNumber: Int32) -> WatchedFileSystem {
        WatchedFileSystem(base) { call, path throws(SystemCallError) in
            guard call.changesDisk else { return }
            throw SystemCallError(call: call.rawValue, errorNumber: errorNumber, path: path)
        }
    }

    private func path(of handle: FileHandle) -> String {
        paths.withLock { $0[handle] } ?? "closed handle"
    }
}

// MARK: - Names

extension WatchedFileSystem {
    func makeFolder(_ path: String) throws(SystemCallError) {
        try watch(.makeFolder, path)
        try base.makeFolder(path)
    }

    func names(inFolder path: String) throws(SystemCallError) -> [String] {
        try watch(.names, path)
        return try base.names(inFolder: path)
    }

    func status(of path: String) throws(SystemCallError) -> FileStatus? {
        try watch(.statusOfPath, path)
        return try base.status(of: path)
    }

    func open(_ path: String, _ mode: FileOpenMode) throws(SystemCallError) -> FileHandle {
        // To open a file for reading only is a look, and is told as one.
        try watch(mode == .read ? .statusOfPath : .open, path)
        let handle = try base.open(path, mode)
        paths.withLock { $0[handle] = path }
        return handle
    }

    func syncFolder(_ path: String) throws(SystemCallError) {
        try watch(.syncFolder, path)
        try base.syncFolder(path)
    }

    func rename(_ path: String, to newPath: String) throws(SystemCallError) {
        try watch(.rename, path)
        try base.rename(path, to: newPath)
    }

    func remove(_ path: String) throws(SystemCallError) {
        try watch(.remove, path)
        try base.remove(path)
    }
}

// MARK: - Handles

extension WatchedFileSystem {
    func status(of handle: FileHandle) throws(SystemCallError) -> FileStatus {
        try watch(.statusOfHandle, path(of: handle))
        return try base.status(of: handle)
    }

    func close(_ handle: FileHandle) {
        paths.withLock { $0[handle] = nil }
        base.close(handle)
    }

    func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> [UInt8] {
        try watch(.read, path(of: handle))
        return try base.read(handle, at: offset, count: count)
    }

    func write(
        _ handle: FileHandle,
        _ bytes: [UInt8],
        at offset: UInt64
    ) throws(SystemCallError) {
        try watch(.write, path(of: handle))
        try base.write(handle, bytes, at: offset)
    }

    func allocate(_ handle: FileHandle, size: UInt64) throws(SystemCallError) {
        try watch(.allocate, path(of: handle))
        try base.allocate(handle, size: size)
    }

    func truncate(_ handle: FileHandle, to size: UInt64) throws(SystemCallError) {
        try watch(.truncate, path(of: handle))
        try base.truncate(handle, to: size)
    }

    func sync(_ handle: FileHandle) throws(SystemCallError) {
        try watch(.sync, path(of: handle))
        try base.sync(handle)
    }

    func lock(_ handle: FileHandle) throws(SystemCallError) -> Bool {
        try watch(.lock, path(of: handle))
        return try base.lock(handle)
    }

    func dropCache(_ handle: FileHandle) {
        base.dropCache(handle)
    }
}
