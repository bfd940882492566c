import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files of the operating system.
///
/// Invariants:
/// - Every open handle has its entry in `openFiles`; it leaves before the descriptor is closed,
///   since the kernel gives the number away again at once.
/// - A file is in ``LockRegistry`` exactly while a handle of this process holds its lock.
package final class PosixFileSystem: FileSystem {
    /// What is remembered of an open handle: the file for errors, and the lock it holds.
    private struct OpenFile {
        var path: String
        var locked: LockRegistry.File?
    }

    private let openFiles = Mutex<[FileHandle: OpenFile]>([:])

    package init() {}

    package func makeFolder(_ path: String) throws(SystemCallError) {
        try SystemCall.makeFolder(path)
    }

    package func names(inFolder path: String) throws(SystemCallError) -> [String] {
        try SystemCall.names(inFolder: path)
    }

    package func status(of path: String) throws(SystemCallError) -> FileStatus? {
        do throws(SystemCallError) {
            return try SystemCall.status(ofPath: path)
        } catch  where error.errorNumber == ENOENT || error.errorNumber == ENOTDIR {
            return nil
        }
    }

    package func open(_ path: String, _ mode: FileOpenMode) throws(SystemCallError) -> FileHandle {
        let flags: Int32 =
            switch mode {
            case .read: O_RDONLY
            case .readWrite: O_RDWR
            case .create: O_RDWR | O_CREAT | O_EXCL
            case .readWriteOrCreate: O_RDWR | O_CREAT
            }
        // To open a pipe is to wait for who writes into it.
        if mode == .read, try status(of: path)?.kind == .other {
            throw SystemCallError(call: "open", errorNumber: ESPIPE, path: path)
        }
        let handle = FileHandle(rawValue: try SystemCall.openFile(path, flags: flags))
        openFiles.withLock { $0[handle] = OpenFile(path: path) }
        return handle
    }

    package func status(of handle: FileHandle) throws(SystemCallError) -> FileStatus {
        try SystemCall.status(ofFile: handle.rawValue, path: path(of: handle))
    }

    package func close(_ handle: FileHandle) {
        guard let file = openFiles.withLock({ $0.removeValue(forKey: handle) }) else { return }
        if file.locked != nil { SystemCall.unlockFile(handle.rawValue) }
        SystemCall.closeFile(handle.rawValue)
        if let locked = file.locked { LockRegistry.shared.release(locked) }
    }

    package func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> [UInt8] {
        try SystemCall.readBytes(
            handle.rawValue,
            at: offset,
            count: count,
            path: path(of: handle)
        )
    }

    package func write(
        _ handle: FileHandle,
        _ bytes: [UInt8],
        at offset: UInt64
    ) throws(SystemCallError) {
        try SystemCall.writeBytes(handle.rawValue, bytes, at: offset, path: path(of: handle))
    }

    package func allocate(_ handle: FileHandle, size: UInt64) throws(SystemCallError) {
        guard try status(of: handle).size < size else { return }
        let isDone = try SystemCall.reserve(handle.rawValue, size: size, path: path(of: handle))
        if !isDone { try truncate(handle, to: size) }
    }

    package func truncate(_ handle: FileHandle, to size: UInt64) throws(SystemCallError) {
        try SystemCall.setSize(handle.rawValue, size, path: path(of: handle))
    }

    package func punch(_ handle: FileHandle, from offset: UInt64) throws(SystemCallError) {
        try SystemCall.punch(handle.rawValue, from: offset, path: path(of: handle))
    }

    package func sync(_ handle: FileHandle) throws(SystemCallError) {
        try SystemCall.syncFile(handle.rawValue, path: path(of: handle))
    }

    package func syncFolder(_ path: String) throws(SystemCallError) {
        let folder = try SystemCall.openFile(path, flags: O_RDONLY | O_DIRECTORY)
        defer { SystemCall.closeFile(folder) }
        try SystemCall.syncNames(folder, path: path)
    }

    package func rename(_ path: String, to newPath: String) throws(SystemCallError) {
        try SystemCall.renameFile(path, to: newPath)
        // Later errors of its handles are to name the file as it is called then.
        openFiles.withLock { files in
            for (handle, file) in files where file.path == path {
                files[handle]?.path = newPath
            }
        }
    }

    package func link(_ path: String, to newPath: String) throws(SystemCallError) {
        try SystemCall.linkFile(path, to: newPath)
    }

    package func removeFolder(_ path: String) throws(SystemCallError) {
        try SystemCall.removeFolder(path)
    }

    package func remove(_ path: String) throws(SystemCallError) {
        try SystemCall.removeFile(path)
    }

    package func lock(_ handle: FileHandle) throws(SystemCallError) -> Bool {
        if openFiles.withLock({ $0[handle]?.locked }) != nil { return true }
        let status = try status(of: handle)
        let file = LockRegistry.File(device: status.device, inode: status.inode)
        guard LockRegistry.shared.take(file) else { return false }
        do throws(SystemCallError) {
            let isFree = try SystemCall.lockFile(handle.rawValue, path: path(of: handle))
            if isFree {
                openFiles.withLock { $0[handle]?.locked = file }
            } else {
                LockRegistry.shared.release(file)
            }
            return isFree
        } catch {
            LockRegistry.shared.release(file)
            throw error
        }
    }

    package func dropCache(_ handle: FileHandle) {
        SystemCall.forgetCachedPages(handle.rawValue)
    }

    /// The path a handle was opened with, for errors.
    private func path(of handle: FileHandle) -> String {
        openFiles.withLock { $0[handle]?.path } ?? "closed descriptor \(handle.rawValue)"
    }
}
