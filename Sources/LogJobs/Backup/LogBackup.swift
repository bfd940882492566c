package import LazyJobs

/// Backups of a store, made beside the process that writes to it.
public enum LogBackup: Sendable {
    /// Makes a backup of a store, live or not, in a new folder.
    ///
    /// A backup is a store of its own: restoring is opening it, which offers the jobs again that
    /// ran when it was made. It has everything that had been answered when it was begun, and
    /// perhaps some of what came meanwhile.
    ///
    /// Segments that are ended get a second name, a hard link, where both folders lie on one file
    /// system: that takes no space, and does not protect against the failure of the disk.
    /// Elsewhere they are copied. The store is only read; its writer goes on, and need not know of
    /// it.
    ///
    /// When this returns, the backup is durable and every byte of it was verified. Until then no
    /// one can open the new folder for writing. When it fails or the process dies, there is no
    /// store in it; after a failure it stays, as a rule with no more than a `LOCK`, and can be used
    /// again.
    ///
    /// Blocks; do not call it on Swift's own threads in a server.
    ///
    /// - Parameters:
    ///   - folder: The store's folder.
    ///   - target: The folder of the backup: empty, or not there, while its parent is.
    /// - Returns: What was made.
    /// - Throws: `notOurs` when the target is not empty; `locked` when another process has it;
    ///   `corruption`, `missingSegment` when the store is damaged; `notFound`, `tooNew`,
    ///   `manifestMissing`, `inputOutput`, `storageFull`.
    /// - Complexity: O(n) in the bytes of the log.
    public static func run(
        from folder: String,
        to target: String
    ) throws(LogStoreError) -> BackupReport {
        try run(from: folder, to: target, of: PosixFileSystem())
    }

    /// Makes a backup on any file system; the closure is told how far its verification is.
    package static func run(
        from folder: String,
        to target: String,
        of fileSystem: any FileSystem = PosixFileSystem(),
        clock: any JobClock = SystemClock(),
        progress: LogRecovery.Progress? = nil
    ) throws(LogStoreError) -> BackupReport {
        let source = StoreFolder(folder, of: fileSystem)
        let holder = StoreLockHolder(.current, now: clock)
        var backup = try StoreBackup(of: source, to: target, for: holder, progress: progress)
        return try backup.run()
    }
}
