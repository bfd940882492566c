import Foundation
import LogJobs
import Synchronization

/// The real file system, but that one write or sync of a segment fails with `EIO`, without having
/// done anything.
final class FailingFileSystem: LogJobs.FileSystem {
    private let base: any LogJobs.FileSystem
    private let call: Int
    private let count = Mutex(0)
    private let segments = Mutex<Set<LogJobs.FileHandle>>([])

    init(_ base: any LogJobs.FileSystem, call: Int) {
        self.base = base
        self.call = call
    }

    private func fail(_ name: String, _ handle: LogJobs.FileHandle) throws(SystemCallError) {
        guard segments.withLock({ $0.contains(handle) }) else { return }
        let number = count.withLock { count in
            count += 1
            return count
        }
        if number == call { throw SystemCallError(call: name, errorNumber: EIO, path: "segment") }
    }

    func open(_ path: String, _ mode: FileOpenMode) throws(SystemCallError) -> LogJobs.FileHandle {
        let handle = try base.open(path, mode)
        // Segments are written under the name they were prepared with.
        if path.hasSuffix(".ljs") { segments.withLock { _ = $0.insert(handle) } }
        return handle
    }

    func close(_ handle: LogJobs.FileHandle) {
        segments.withLock { _ = $0.remove(handle) }
        base.close(handle)
    }

    func write(
        _ handle: LogJobs.FileHandle,
        _ bytes: [UInt8],
        at offset: UInt64
    ) throws(SystemCallError) {
        try fail("pwrite", handle)
        try base.write(handle, bytes, at: offset)
    }

    func sync(_ handle: LogJobs.FileHandle) throws(SystemCallError) {
        try fail("fdatasync", handle)
        try base.sync(handle)
    }

    func makeFolder(_ path: String) throws(SystemCallError) { try base.makeFolder(path) }

    func names(inFolder path: String) throws(SystemCallError) -> [String] {
        try base.names(inFolder: path)
    }

    func status(of path: String) throws(SystemCallError) -> FileStatus? {
        try base.status(of: path)
    }

    func status(of handle: LogJobs.FileHandle) throws(SystemCallError) -> FileStatus {
        try base.status(of: handle)
    }

    func read(
        _ handle: LogJobs.FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> [UInt8] {
        try base.read(handle, at: offset, count: count)
    }

    func allocate(_ handle: LogJobs.FileHandle, size: UInt64) throws(SystemCallError) {
        try base.allocate(handle, size: size)
    }

    func truncate(_ handle: LogJobs.FileHandle, to size: UInt64) throws(SystemCallError) {
        try base.truncate(handle, to: size)
    }

    func syncFolder(_ path: String) throws(SystemCallError) { try base.syncFolder(path) }

    func rename(_ path: String, to newPath: String) throws(SystemCallError) {
        try base.rename(path, to: newPath)
    }

    func link(_ path: String, to newPath: String) throws(SystemCallError) {
        try base.link(path, to: newPath)
    }

    func removeFolder(_ path: String) throws(SystemCallError) { try base.removeFolder(path) }

    func remove(_ path: String) throws(SystemCallError) { try base.remove(path) }

    func lock(_ handle: LogJobs.FileHandle) throws(SystemCallError) -> Bool {
        try base.lock(handle)
    }

    func dropCache(_ handle: LogJobs.FileHandle) { base.dropCache(handle) }
}
