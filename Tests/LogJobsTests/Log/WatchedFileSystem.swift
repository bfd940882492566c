import LogJobs
import LogJobsTesting
import Synchronization

/// A file system whose calls are shown to a test before they are made, on the thread that makes
/// them: the test may count them, hold them up, or do something in between.
final class WatchedFileSystem: FileSystem {
    typealias Watcher = @Sendable (_ call: SimulatedCall, _ path: String) -> Void

    private let base: any FileSystem
    private let watcher = Mutex<Watcher?>(nil)
    private let paths = Mutex<[FileHandle: String]>([:])

    init(_ base: any FileSystem) {
        self.base = base
    }

    /// Shows all calls from now on; with `nil` none.
    func watch(_ watcher: Watcher?) {
        self.watcher.withLock { $0 = watcher }
    }

    private func show(_ call: SimulatedCall, _ path: String) {
        // Not under the lock: the watcher may block, or make calls of its own.
        let watcher = watcher.withLock { $0 }
        watcher?(call, path)
    }

    private func show(_ call: SimulatedCall, _ handle: FileHandle) {
        show(call, paths.withLock { $0[handle] } ?? "")
    }

    func makeFolder(_ path: String) throws(SystemCallError) {
        show(.makeFolder, path)
        try base.makeFolder(path)
    }

    func names(inFolder path: String) throws(SystemCallError) -> [String] {
        show(.names, path)
        return try base.names(inFolder: path)
    }

    func status(of path: String) throws(SystemCallError) -> FileStatus? {
        show(.statusOfPath, path)
        return try base.status(of: path)
    }

    func open(_ path: String, _ mode: FileOpenMode) throws(SystemCallError) -> FileHandle {
        show(.open, path)
        let handle = try base.open(path, mode)
        paths.withLock { $0[handle] = path }
        return handle
    }

    func status(of handle: FileHandle) throws(SystemCallError) -> FileStatus {
        show(.statusOfHandle, handle)
        return try base.status(of: handle)
    }

    func close(_ handle: FileHandle) {
        show(.close, handle)
        paths.withLock { $0[handle] = nil }
        base.close(handle)
    }

    func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> [UInt8] {
        show(.read, handle)
        return try base.read(handle, at: offset, count: count)
    }

    func write(_ handle: FileHandle, _ bytes: [UInt8], at offset: UInt64) throws(SystemCallError) {
        show(.write, handle)
        try base.write(handle, bytes, at: offset)
    }

    func allocate(_ handle: FileHandle, size: UInt64) throws(SystemCallError) {
        show(.allocate, handle)
        try base.allocate(handle, size: size)
    }

    func truncate(_ handle: FileHandle, to size: UInt64) throws(SystemCallError) {
        show(.truncate, handle)
        try base.truncate(handle, to: size)
    }

    func sync(_ handle: FileHandle) throws(SystemCallError) {
        show(.sync, handle)
        try base.sync(handle)
    }

    func syncFolder(_ path: String) throws(SystemCallError) {
        show(.syncFolder, path)
        try base.syncFolder(path)
    }

    func rename(_ path: String, to newPath: String) throws(SystemCallError) {
        show(.rename, path)
        try base.rename(path, to: newPath)
    }

    func remove(_ path: String) throws(SystemCallError) {
        show(.remove, path)
        try base.remove(path)
    }

    func lock(_ handle: FileHandle) throws(SystemCallError) -> Bool {
        show(.lock, handle)
        return try base.lock(handle)
    }

    func dropCache(_ handle: FileHandle) {
        show(.dropCache, handle)
        base.dropCache(handle)
    }
}
