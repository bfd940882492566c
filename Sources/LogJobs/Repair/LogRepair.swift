import LazyJobs

/// Saves what can be saved of a damaged store.
public enum LogRepair: Sendable {
    /// Reads what verifies of a damaged store, and makes a new store of it.
    ///
    /// For a store that does not open any more, when there is no backup to restore. Everything is
    /// used whose checksums hold, wherever it stands, with the manifest or without. The new store
    /// has every job whose arguments could be read, under its own number, as it was last seen, and
    /// the schedules and the paused queues. Where events are lost, that may not be how the job
    /// stood in the end: a job may run once more that had ended, and one that was pruned may be
    /// there again. Jobs that ran are offered again when the store is opened.
    ///
    /// The new store begins with the repair: it has a name of its own, and no histories. Keep the
    /// old folder, which is only read and never changed.
    ///
    /// Blocks; do not call it on Swift's own threads in a server. The memory it takes grows with
    /// the number of jobs, not with their arguments.
    ///
    /// - Parameters:
    ///   - folder: The damaged store's folder. No process may have it open for writing.
    ///   - target: The folder of the new store: empty, or not there, while its parent is.
    /// - Returns: What was saved and what is lost; ask ``RepairReport/isWhole`` first.
    /// - Throws: `notFound` when there is nothing of a store, `corruption` when nothing in it
    ///   verifies; `locked` when a process has either folder; `notOurs` when the target is not
    ///   empty; `tooNew`; `inputOutput`, also when a part of a file cannot be read: copy the folder
    ///   first with a tool that puts zeros in its place; `storageFull`. Then there is no store in
    ///   the target, though perhaps a `LOCK`, which does not keep it from being used again.
    /// - Complexity: O(n) in the bytes of the log.
    public static func run(
        from folder: String,
        into target: String
    ) throws(LogStoreError) -> RepairReport {
        try run(from: folder, into: target) { _ in }
    }

    /// Is told now and then how much of the work is done, from 0 to 1.
    package typealias Progress = (Double) -> Void

    /// As the other; the closure is told how far it is.
    package static func run(
        from folder: String,
        into target: String,
        progress: @escaping Progress
    ) throws(LogStoreError) -> RepairReport {
        let environment = StoreOpening.Environment(
            fileSystem: PosixFileSystem(),
            clock: SystemClock(),
            process: .current,
            random: { UInt64.random(in: .min ... .max) }
        )
        return try run(from: folder, into: target, environment, progress: progress)
    }

    /// Repairs a store on any file system.
    package static func run(
        from folder: String,
        into target: String,
        _ environment: StoreOpening.Environment,
        sizes: Sizes = Sizes(),
        progress: @escaping Progress = { _ in }
    ) throws(LogStoreError) -> RepairReport {
        let source = StoreFolder(folder, of: environment.fileSystem)
        return try StoreRepair(source, environment, sizes, progress).run(into: target)
    }

    /// How much the new store has in one piece.
    package struct Sizes: Sendable, Hashable {
        package var frameBytesTarget: Int
        package var segmentBytesTarget: Int

        package init(frameBytesTarget: Int = 1 << 20, segmentBytesTarget: Int = 32 << 20) {
            self.frameBytesTarget = frameBytesTarget
            self.segmentBytesTarget = segmentBytesTarget
        }
    }
}
