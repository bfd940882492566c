/// The operating system's files as this library uses them: the one seam for POSIX calls.
///
/// Production uses ``PosixFileSystem``; tests put `SimulatedFileSystem` in its place, which loses
/// what was not synced and fails calls by plan. All calls block, and none may be made on Swift's
/// cooperative threads. Paths are bytes of UTF-8; names inside a store are ASCII.
///
/// A call that throws may have had any part of its effect. `EINTR` and short reads and writes are
/// dealt with inside.
package protocol FileSystem: Sendable {
    /// Makes a folder with permissions 0700. Its name is durable once the parent is synced.
    func makeFolder(_ path: String) throws(SystemCallError)

    /// The names in a folder, without `.` and `..`, in no order.
    func names(inFolder path: String) throws(SystemCallError) -> [String]

    /// What stands at a path, symbolic links followed; `nil` when nothing does.
    func status(of path: String) throws(SystemCallError) -> FileStatus?

    /// Opens a file (or, to look at it, a folder), close-on-exec.
    func open(_ path: String, _ mode: FileOpenMode) throws(SystemCallError) -> FileHandle

    /// What an open handle refers to.
    func status(of handle: FileHandle) throws(SystemCallError) -> FileStatus

    /// Closes a handle. Errors are ignored: what matters was synced before.
    func close(_ handle: FileHandle)

    /// Reads up to `count` bytes; fewer only at the end of the file.
    func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> [UInt8]

    /// Writes all bytes. The file grows when they end behind its end.
    func write(
        _ handle: FileHandle,
        _ bytes: [UInt8],
        at offset: UInt64
    ) throws(SystemCallError)

    /// Grows a file to a size, with the space reserved where the file system can do that
    /// (`posix_fallocate`).
    ///
    /// A larger file stays as it is. New bytes read as zeros.
    func allocate(_ handle: FileHandle, size: UInt64) throws(SystemCallError)

    /// Cuts a file to a size, or grows it with zeros that have no space of their own.
    func truncate(_ handle: FileHandle, to size: UInt64) throws(SystemCallError)

    /// Gives back the space of a file from an offset to its end, where there are only zeros, and
    /// changes neither byte nor size; does nothing where the file system cannot.
    func punch(_ handle: FileHandle, from offset: UInt64) throws(SystemCallError)

    /// Returns when the file's bytes and size are on the device (`fdatasync`; `F_FULLFSYNC` on
    /// macOS). After a failure nothing is known of what was written since the last success.
    func sync(_ handle: FileHandle) throws(SystemCallError)

    /// Returns when the names made, changed and removed in a folder are on the device.
    func syncFolder(_ path: String) throws(SystemCallError)

    /// Gives a file another name in one step, replacing what has it.
    func rename(_ path: String, to newPath: String) throws(SystemCallError)

    /// Gives a file one more name, which must be free. It is durable once its folder is synced.
    ///
    /// Fails where the file system has no hard links, or not between these two folders; see
    /// ``SystemCallError/refusesLink``.
    func link(_ path: String, to newPath: String) throws(SystemCallError)

    /// Removes a folder, which must be empty.
    func removeFolder(_ path: String) throws(SystemCallError)

    /// Removes a file's name.
    func remove(_ path: String) throws(SystemCallError)

    /// Takes the exclusive lock of an open file for this handle; released when it is closed.
    ///
    /// - Returns: Whether the handle has it: `false` when another one does, in this process or not.
    func lock(_ handle: FileHandle) throws(SystemCallError) -> Bool

    /// Asks the kernel to forget clean cached pages of a file, so that later reads see the device.
    /// Advisory: does nothing where it cannot be done.
    func dropCache(_ handle: FileHandle)
}

/// An open file, by the file system's own number: a descriptor for POSIX.
package struct FileHandle: Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }
}

/// How a file is opened.
package enum FileOpenMode: Sendable {
    /// An existing file, for reading only.
    case read
    /// An existing file, for reading and writing.
    case readWrite
    /// A new file with permissions 0600; fails with `EEXIST` when the name is taken.
    case create
    /// As `readWrite`, made with permissions 0600 when missing.
    case readWriteOrCreate
}

/// What is known of a file.
package struct FileStatus: Hashable, Sendable {
    /// The kinds of file that matter here.
    package enum Kind: Hashable, Sendable {
        case file, folder, other
    }

    package var kind: Kind
    package var size: UInt64
    /// The device and inode: two paths with the same pair are the same file.
    package var device: UInt64
    package var inode: UInt64

    package init(kind: Kind, size: UInt64, device: UInt64, inode: UInt64) {
        self.kind = kind
        self.size = size
        self.device = device
        self.inode = inode
    }
}
