import Synchronization

/// The files whose lock this process holds, whichever path or file system object they came by.
///
/// `flock` already keeps two opens of one file apart, but not everywhere: a network file system may
/// turn it into a record lock, which belongs to the process and would let it open a store twice.
final class LockRegistry: Sendable {
    /// A file whatever its path.
    struct File: Hashable, Sendable {
        var device: UInt64
        var inode: UInt64
    }

    /// Of the process, as the locks themselves are.
    static let shared = LockRegistry()

    private let held = Mutex<Set<File>>([])

    /// Takes a file; `false` when it is taken already.
    func take(_ file: File) -> Bool {
        held.withLock { $0.insert(file).inserted }
    }

    /// Gives a taken file back.
    func release(_ file: File) {
        let removed = held.withLock { $0.remove(file) }
        precondition(removed != nil, "Released the lock of a file that was not locked")
    }
}
