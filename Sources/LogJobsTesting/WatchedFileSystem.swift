package import LogJobs
import Synchronization

/// A file system whose calls are shown to a test before they are made, on the thread that makes
/// them: the test may count them, hold them up, refuse them, or do something in between.
package final class WatchedFileSystem: FileSystem {
    /// What a test does before a call; what it throws, the call throws in its place.
    package typealias Watcher =
        @Sendable (_ call: SimulatedCall, _ path: String) throws(SystemCallError) -> Void

    private let base: any FileSystem
    private let watcher: Mutex<Watcher?>
    private let paths = Mutex<[FileHandle: String]>([:])

    package init(_ base: any FileSystem, _ watcher: Watcher? = nil) {
        self.base = base
        self.watcher = Mutex(watcher)
    }

    /// Refuses whatever would change the disk, as a read-only mount does.
    ///
    /// Rights taken from a folder would not do: they do not bind the superuser.
    package static func readOnly(_ base: any FileSystem, errorNumber: Int32) -> WatchedFileSystem {
        WatchedFileSystem(base, refusingChanges(errorNumber))
    }

    /// Refuses from now on whatever would change the disk.
    package static func refusingChanges(_ errorNumber: Int32) -> Watcher {
        { call, path throws(SystemCallError) in
            guard call.changesDisk else { return }
            throw SystemCallError(call: call.rawValue, errorNumber: errorNumber, path: path)
        }
    }

    /// Shows all calls from now on; with `nil` none.
    package func watch(_ watcher: Watcher?) {
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
    package func makeFolder(_ path: String) throws(SystemCallError) {
        try show(.makeFolder, path)
        try base.makeFolder(path)
    }

    package func names(inFolder path: String) throws(SystemCallError) -> [String] {
        try show(.names, path)
        return try base.names(inFolder: path)
    }

    package func status(of path: String) throws(SystemCallError) -> FileStatus? {
        try show(.statusOfPath, path)
        return try base.status(of: path)
    }

    package func open(_ path: String, _ mode: FileOpenMode) throws(SystemCallError) -> FileHandle {
        // To open a file for reading only is a look, and is shown as one.
        try show(mode == .read ? .statusOfPath : .open, path)
        let handle = try base.open(path, mode)
        paths.withLock { $0[handle] = path }
        return handle
    }

    package func status(of handle: FileHandle) throws(SystemCallError) -> FileStatus {
        try show(.statusOfHandle, handle)
        return try base.status(of: handle)
    }

    package func close(_ handle: FileHandle) {
        showAnyway(.close, handle)
        paths.withLock { $0[handle] = nil }
        base.close(handle)
    }

    package func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> [UInt8] {
        try show(.read, handle)
        return try base.read(handle, at: offset, count: count)
    }

    package func write(
        _ handle: FileHandle,
        _ bytes: [UInt8],
        at offset: UInt64
    ) throws(SystemCallError) {
        try show(.write, handle)
        try base.write(handle, bytes, at: offset)
    }

    package func allocate(_ handle: FileHandle, size: UInt64) throws(SystemCallError) {
        try show(.allocate, handle)
        try base.allocate(handle, size: size)
    }

    package func truncate(_ handle: FileHandle, to size: UInt64) throws(SystemCallError) {
        try show(.truncate, handle)
        try base.truncate(handle, to: size)
    }

    package func punch(_ handle: FileHandle, from offset: UInt64) throws(SystemCallError) {
        try show(.punch, handle)
        try base.punch(handle, from: offset)
    }

    package func sync(_ handle: FileHandle) throws(SystemCallError) {
        try show(.sync, handle)
        try base.sync(handle)
    }

    package func syncFolder(_ path: String) throws(SystemCallError) {
        try show(.syncFolder, path)
        try base.syncFolder(path)
    }

    package func rename(_ path: String, to newPath: String) throws(SystemCallError) {
        try show(.rename, path)
        try base.rename(path, to: newPath)
    }

    package func link(_ path: String, to newPath: String) throws(SystemCallError) {
        try show(.link, path)
        try base.link(path, to: newPath)
    }

    package func removeFolder(_ path: String) throws(SystemCallError) {
        try show(.removeFolder, path)
        try base.removeFolder(path)
    }

    package func remove(_ path: String) throws(SystemCallError) {
        try show(.remove, path)
        try base.remove(path)
    }

    package func lock(_ handle: FileHandle) throws(SystemCallError) -> Bool {
        try show(.lock, handle)
        return try base.lock(handle)
    }

    package func dropCache(_ handle: FileHandle) {
        showAnyway(.dropCache, handle)
        base.dropCache(handle)
    }
}
