import LogJobs
import LogJobsTesting
import Synchronization

/// A file system whose calls are shown to a test before they are made, on the thread that makes
/// them: the test may count them, hold them up, refuse them, or do something in between.
final class WatchedFileSystem: FileSystem {
    /// What a test does before a call; what it throws, the call throws in its place.
    typealias Watcher =
        @Sendable (_ call: SimulatedCall, _ path: String) throws(SystemCallError) -> Void

    private let base: any FileSystem
    private let watcher: Mutex<Watcher?>
    private let paths = Mutex<[FileHandle: String]>([:])

    init(_ base: any FileSystem, _ watcher: Watcher? = nil) {
        self.base = base
        self.watcher = Mutex(watcher)
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

    /// Shows all calls from now on; with `nil` none.
    func watch(_ watcher: Watcher?) {
        self.watcher.withLock { $0 = watcher }
    }

    private func show(_ call: SimulatedCall, _ path: String) throws(SystemCallError) {
        // Not under the lock: the watcher may block, or make calls of its own.
        let watcher = watcher.withLock { $0 }
        try watcher?(call, path)
    }

    private func show(_ call: SimulatedCall, _ handle: FileHandle) throws(SystemCallError) {
        try show(call, paths.withLock { $0[handle] } ?? "")
    }

    /// Shows a call that cannot fail.
    private func showAnyway(_ call: SimulatedCall, _ handle: FileHandle) {
        do throws(SystemCallError) { try show(call, handle) } catch {}
    }
}

// MARK: - Names

extension WatchedFileSystem {
    func makeFolder(_ path: String) throws(SystemCallError) {
        try show(.makeFolder, path)
        try base.makeFolder(path)
    }

    func names(inFolder path: String) throws(SystemCallError) -> [String] {
        try show(.names, path)
        return try base.names(inFolder: path)
    }

    func status(of path: String) throws(SystemCallError) -> FileStatus? {
        try show(.statusOfPath, path)
        return try base.status(of: path)
    }

    func open(_ path: String, _ mode: FileOpenMode) throws(SystemCallError) -> FileHandle {
        // To open a file for reading only is a look, and is shown as one.
        try show(mode == .read ? .statusOfPath : .open, path)
        let handle = try base.open(path, mode)
        paths.withLock { $0[handle] = path }
        return handle
    }

    func status(of handle: FileHandle) throws(SystemCallError) -> FileStatus {
        try show(.statusOfHandle, handle)
        return try base.status(of: handle)
    }

    func close(_ handle: FileHandle) {
        showAnyway(.close, handle)
        paths.withLock { $0[handle] = nil }
        base.close(handle)
    }

    func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> [UInt8] {
        try show(.read, handle)
        return try base.read(handle, at: offset, count: count)
    }

    func write(_ handle: FileHandle, _ bytes: [UInt8], at offset: UInt64) throws(SystemCallError) {
        try show(.write, handle)
        try base.write(handle, bytes, at: offset)
    }

    func allocate(_ handle: FileHandle, size: UInt64) throws(SystemCallError) {
        try show(.allocate, handle)
        try base.allocate(handle, size: size)
    }

    func truncate(_ handle: FileHandle, to size: UInt64) throws(SystemCallError) {
        try show(.truncate, handle)
        try base.truncate(handle, to: size)
    }

    func sync(_ handle: FileHandle) throws(SystemCallError) {
        try show(.sync, handle)
        try base.sync(handle)
    }

    func syncFolder(_ path: String) throws(SystemCallError) {
        try show(.syncFolder, path)
        try base.syncFolder(path)
    }

    func rename(_ path: String, to newPath: String) throws(SystemCallError) {
        try show(.rename, path)
        try base.rename(path, to: newPath)
    }

    func link(_ path: String, to newPath: String) throws(SystemCallError) {
        try show(.link, path)
        try base.link(path, to: newPath)
    }

    func removeFolder(_ path: String) throws(SystemCallError) {
        try show(.removeFolder, path)
        try base.removeFolder(path)
    }

    func remove(_ path: String) throws(SystemCallError) {
        try show(.remove, path)
        try base.remove(path)
    }

    func lock(_ handle: FileHandle) throws(SystemCallError) -> Bool {
        try show(.lock, handle)
        return try base.lock(handle)
    }

    func dropCache(_ handle: FileHandle) {
        showAnyway(.dropCache, handle)
        base.dropCache(handle)
    }
}
