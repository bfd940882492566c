/// The right to write to a store folder: the lock of its file `LOCK`.
///
/// The kernel's lock decides, and the kernel alone gives it back when the process dies. The text in
/// the file is only for the message of whoever is refused; nothing is concluded from it.
///
/// `LOCK` is never removed, and here is why:
/// 1. A holds the lock and is about to end; B opens the file and waits its turn.
/// 2. A removes the name and ends: B has the lock of a file without a name.
/// 3. C makes a new `LOCK`, and locks that: B and C both write.
package struct StoreLock: Sendable {
    /// The name of the file in the store folder.
    package static let fileName = "LOCK"

    /// How an attempt to take the lock ended.
    package enum Attempt: Sendable {
        case taken(StoreLock)
        /// Another open has it, and so it said of itself; `nil` when it said nothing legible.
        case refused(holder: StoreLockHolder?)
    }

    package let path: String
    private let handle: FileHandle
    private let fileSystem: any FileSystem

    /// Whether there is a `LOCK` in a folder; one without has never been open here.
    package static func isThere(
        inFolder folder: String,
        of fileSystem: any FileSystem
    ) throws(SystemCallError) -> Bool {
        try fileSystem.status(of: "\(folder)/\(fileName)") != nil
    }

    /// Takes the lock of a folder, if it is free.
    ///
    /// Changes nothing on the disk when there is a `LOCK`, and makes it when there is none.
    ///
    /// - Parameters:
    ///   - folder: The store folder, which must be there.
    ///   - fileSystem: Where the folder is.
    /// - Returns: The lock, or who has it.
    /// - Throws: When `LOCK` cannot be opened, made or locked for another reason.
    package static func take(
        inFolder folder: String,
        of fileSystem: any FileSystem
    ) throws(SystemCallError) -> Attempt {
        let path = "\(folder)/\(fileName)"
        let handle = try fileSystem.open(path, .readWriteOrCreate)
        do throws(SystemCallError) {
            guard try fileSystem.lock(handle) else {
                defer { fileSystem.close(handle) }
                return .refused(holder: holder(in: handle, of: fileSystem))
            }
        } catch {
            fileSystem.close(handle)
            throw error
        }
        return .taken(StoreLock(path: path, handle: handle, fileSystem: fileSystem))
    }

    /// Whether the path still leads to the file that is locked.
    ///
    /// `false` when the folder was removed or replaced under a running store, which then writes
    /// where nobody will look.
    package func isInPlace() throws(SystemCallError) -> Bool {
        guard let named = try fileSystem.status(of: path) else { return false }
        let held = try fileSystem.status(of: handle)
        return named.device == held.device && named.inode == held.inode
    }

    /// Gives the lock back.
    ///
    /// Once, and last: after it another process may write to the store.
    package func release() {
        fileSystem.close(handle)
    }

    /// Writes into the file who has the lock, in place of what it says.
    ///
    /// A full disk may refuse it, and must not keep out the process that would make room; the next
    /// one who is refused then does not learn by whom.
    package func describe(_ holder: StoreLockHolder) {
        let text = Array(holder.line.utf8)
        do throws(SystemCallError) {
            try fileSystem.write(handle, text, at: 0)
            try fileSystem.truncate(handle, to: UInt64(text.count))
        } catch {}
    }

    /// Reads what the holder says of itself.
    private static func holder(
        in handle: FileHandle,
        of fileSystem: any FileSystem
    ) -> StoreLockHolder? {
        do throws(SystemCallError) {
            let count = StoreLockHolder.lineSizeMax
            return StoreLockHolder(line: try fileSystem.read(handle, at: 0, count: count))
        } catch {
            return nil
        }
    }
}
