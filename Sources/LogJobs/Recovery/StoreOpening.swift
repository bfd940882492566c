import JobLedger
package import LazyJobs

/// Opens a store for writing: finds or makes it, recovers it, and begins a new segment.
///
/// Crash story, for a crash at any call:
/// 1. What is there is only read, so that whatever refuses the opening leaves the folder as it was.
///    The lock comes first where there is a `LOCK`, since another process may be changing what is
///    there; it is made, and its text written, when nothing forbids to open the store.
/// 2. The log is read under the lock.
/// 3. Leftovers of openings that were cut short are removed: no manifest has ever named them.
///    What older manifests have named stays: the sync behind the one that is read may have failed,
///    and then an older one is on the device.
/// 4. A new segment is begun. It holds the state before its first event, and the frames of the old
///    end that nothing proves, written and synced anew: after a failed sync the cache may show what
///    the device does not have. Until the manifest names it, it is a leftover.
/// 5. The manifest names it, with the next epoch and a block of job ids behind every id that may
///    have been given out. A crash before this leaves the old end, and after it the new beginning;
///    both hold the same events.
/// 6. What no manifest names any longer is removed; a crash leaves it to the next opening.
package struct StoreOpening: Sendable {
    /// What the opening needs from outside.
    package struct Environment: Sendable {
        package var fileSystem: any FileSystem
        package var clock: any JobClock
        package var process: ProcessIdentity
        package var random: @Sendable () -> UInt64

        package init(
            fileSystem: any FileSystem,
            clock: any JobClock,
            process: ProcessIdentity,
            random: @escaping @Sendable () -> UInt64
        ) {
            self.fileSystem = fileSystem
            self.clock = clock
            self.process = process
            self.random = random
        }
    }

    /// What was opened.
    package struct Opened: ~Copyable {
        package var writer: LogWriter
        package var report: RecoveryReport
        /// Where the ids of this epoch begin.
        package var firstJobID: JobID

        package consuming func takeWriter() -> LogWriter { writer }
    }

    let folder: StoreFolder
    let environment: Environment
    let settings: CommitMachine.Settings
    let sizes: LogWriter.Sizes

    package init(
        _ path: String,
        _ environment: Environment,
        settings: CommitMachine.Settings,
        sizes: LogWriter.Sizes
    ) {
        folder = StoreFolder(path, of: environment.fileSystem)
        self.environment = environment
        self.settings = settings
        self.sizes = sizes
    }

    /// Opens the store, or makes it.
    ///
    /// - Parameter createsFolder: Whether a store may be made where there is none.
    /// - Returns: The store, open; its first event is still to be written.
    /// - Throws: As ``LogBackend/open(_:configuration:clock:)``.
    package func open(createsFolder: Bool) throws(LogStoreError) -> Opened {
        let start = environment.clock.uptime
        let isThere = try lookFirst(createsFolder: createsFolder)
        let lock = try takeLock()
        do throws(LogStoreError) {
            let log = try isThere ? recover(lock) : newLog(lock)
            var opened = try begin(log, lock)
            opened.report.duration = environment.clock.uptime - start
            return opened
        } catch {
            lock.release()
            throw error
        }
    }

    /// Refuses what can be refused before anything is touched.
    ///
    /// - Returns: Whether there is a store.
    private func lookFirst(createsFolder: Bool) throws(LogStoreError) -> Bool {
        switch try inspect() {
        case .store:
            if try !hasLockFile() { try lookWithoutLock() }
            return true
        case .empty, .missing:
            guard createsFolder else {
                throw LogStoreError(
                    .notFound,
                    "Could not open \(folder.path): there is no store, and none is to be made. "
                        + "Name the folder of one, or allow to make it (`createsFolder`)."
                )
            }
            try LogStoreError.from({ .opening(folder.path, $0) }) {
                () throws(SystemCallError) in try folder.makeDurably()
            }
            return false
        }
    }

    /// Looks at the folder; under the lock, if what it sees may be a store that is made meanwhile:
    /// without a manifest at the first look, and with events at the next.
    private func inspect() throws(LogStoreError) -> FolderInspection {
        do throws(LogStoreError) {
            return try FolderInspection(folder)
        } catch  where error.code == .manifestMissing || error.code == .missingSegment {
            guard try hasLockFile() else { throw error }
            let lock = try takeLock()
            defer { lock.release() }
            return try FolderInspection(folder)
        }
    }

    /// Looks at a store that has no `LOCK`, a copied one, before it gets one.
    ///
    /// If it has got one meanwhile, another process is opening it and may change what is looked at,
    /// so nothing is concluded: the lock decides.
    private func lookWithoutLock() throws(LogStoreError) {
        do throws(LogStoreError) {
            _ = try writableManifest()
        } catch {
            guard try hasLockFile() else { throw error }
        }
    }

    private func hasLockFile() throws(LogStoreError) -> Bool {
        try LogStoreError.from({ .opening(folder.path, $0) }) { () throws(SystemCallError) in
            try StoreLock.isThere(inFolder: folder.path, of: folder.fileSystem)
        }
    }

    private func takeLock() throws(LogStoreError) -> StoreLock {
        let attempt: StoreLock.Attempt
        do throws(SystemCallError) {
            attempt = try StoreLock.take(inFolder: folder.path, of: folder.fileSystem)
        } catch {
            throw .opening(folder.path, error)
        }
        switch attempt {
        case .taken(let lock): return lock
        case .refused(let holder):
            throw .locked(
                "open \(folder.path) for writing",
                by: holder,
                asking: environment.process,
                or: "open the store read-only"
            )
        }
    }

    func describe(_ lock: StoreLock) {
        lock.describe(StoreLockHolder(environment.process, now: environment.clock))
    }
}
