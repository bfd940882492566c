import LazyJobs

/// A folder in which a store is put together out of another one.
///
/// It is no store until its manifest is written, the last of all: a crash before leaves files that
/// nobody takes for a store, and one after it the whole store.
///
/// Its `LOCK` is held from before the folder is found to be empty until the manifest is durable, or
/// what was made is removed again. Here is why:
/// 1. A finds the folder empty, and begins to copy archives into it.
/// 2. B opens the folder. What A has copied so far counts for nothing without a manifest, so that B
///    makes a new store, and answers.
/// 3. A renames its manifest over that of B; or A fails, and removes all files of a store. Either
///    way what B has answered is gone.
///
/// With the lock B is refused, or A when B was faster. Like any other, this `LOCK` is never
/// removed, see ``StoreLock``: after a failure the folder stays with nothing but that in it, which
/// is an empty one for whoever comes next.
final class NewStoreFolder {
    let files: StoreFolder
    private let lock: StoreLock
    /// The names of the files that were made in it, or may have been.
    private var made: Set<String> = []

    /// Makes the folder; one that is there must be empty, but for a `LOCK` that nobody has.
    ///
    /// - Parameters:
    ///   - path: Where it is made. Its parent must be there.
    ///   - source: The folder of the other store, which it must not be in.
    ///   - holder: Who makes it, for whoever is refused meanwhile.
    /// - Throws: `notOurs` when it is not empty or not a folder, `locked`, `inputOutput`,
    ///   `storageFull`.
    init(
        _ path: String,
        besides source: StoreFolder,
        for holder: StoreLockHolder
    ) throws(LogStoreError) {
        let fileSystem = source.fileSystem
        let files = StoreFolder(path, of: fileSystem)
        let outer = try Self.status(of: files.parentPath, fileSystem)
        let store = try Self.status(of: source.path, fileSystem)
        if let outer, outer.device == store?.device, outer.inode == store?.inode {
            throw Self.refusal(path, "it is in the folder of the store. Name one beside it.")
        }
        // Not even a lock is made in a folder of somebody else.
        let wasThere = try Self.expectEmpty(files)
        try LogStoreError.from({ .opening(path, $0) }) { () throws(SystemCallError) in
            try files.makeDurably()
        }
        let lock = try Self.takeLock(of: files, for: holder, removesFolder: !wasThere)
        do throws(LogStoreError) {
            // Somebody may have been faster between the look and the lock.
            _ = try Self.expectEmpty(files)
        } catch {
            lock.release()
            throw error
        }
        lock.describe(holder)
        (self.files, self.lock) = (files, lock)
    }

    /// A folder that is there must be empty, or hold a lock and nothing else.
    ///
    /// - Returns: Whether there is one.
    private static func expectEmpty(_ files: StoreFolder) throws(LogStoreError) -> Bool {
        let path = files.path
        guard let status = try status(of: path, files.fileSystem) else { return false }
        guard status.kind == .folder else { throw .notAFolder(path) }
        let names = try LogStoreError.from({ .inspecting(path, $0) }) {
            () throws(SystemCallError) in try files.fileSystem.names(inFolder: path)
        }
        guard let name = names.filter({ $0 != StoreLock.fileName }).min() else { return true }
        throw refusal(path, "it is not empty (\(name)). Name another, or empty it.")
    }

    private static func takeLock(
        of files: StoreFolder,
        for holder: StoreLockHolder,
        removesFolder: Bool
    ) throws(LogStoreError) -> StoreLock {
        let attempt: StoreLock.Attempt
        do throws(SystemCallError) {
            attempt = try StoreLock.take(inFolder: files.path, of: files.fileSystem)
        } catch {
            if removesFolder {
                // One that has something in it by now, if only the lock, stays.
                do throws(SystemCallError) {
                    try files.fileSystem.removeFolder(files.path)
                } catch {}
            }
            throw .opening(files.path, error)
        }
        switch attempt {
        case .taken(let lock): return lock
        case .refused(let other):
            throw .locked(
                "make a store in \(files.path)",
                by: other,
                asking: holder.process,
                or: "name another folder"
            )
        }
    }

    private static func status(
        of path: String,
        _ fileSystem: any FileSystem
    ) throws(LogStoreError) -> FileStatus? {
        try LogStoreError.from({ .inspecting(path, $0) }) {
            () throws(SystemCallError) in try fileSystem.status(of: path)
        }
    }

    private static func refusal(_ path: String, _ reason: String) -> LogStoreError {
        LogStoreError(.notOurs, "Could not make a store in \(path): \(reason)")
    }

    /// Makes files in it, whose names are removed again by ``clear()``.
    ///
    /// A call that fails may have had its effect all the same; but not when the name was taken:
    /// then the file is not from here, and stays.
    func make<Value>(
        _ names: [String],
        _ body: () throws(SystemCallError) -> Value
    ) throws(SystemCallError) -> Value {
        do throws(SystemCallError) {
            let value = try body()
            made.formUnion(names)
            return value
        } catch {
            if !error.isTaken { made.formUnion(names) }
            throw error
        }
    }

    /// Verifies what the folder holds as the manifest says it.
    ///
    /// What is linked or copied was on a device before, and is read from there.
    func verify(
        _ manifest: Manifest,
        progress: LogRecovery.Progress? = nil
    ) throws(LogStoreError) -> RecoveredLog {
        try LogRecovery.run(
            manifest,
            in: files,
            for: .reading,
            depth: .everything,
            progress: progress
        )
    }

    /// Makes the file that becomes the manifest, so that it has its room before it counts.
    func prepare(_ manifest: Manifest) throws(LogStoreError) {
        let names = [StoreFolder.spareManifestName, StoreFolder.preparingManifestName]
        try LogStoreError.from({ .opening(files.path, $0) }) { () throws(SystemCallError) in
            try make(names) { () throws(SystemCallError) in
                guard try ManifestFile(in: files).prepareSpare(after: manifest) else {
                    throw .noRoom(for: files.path(of: StoreFolder.spareManifestName))
                }
            }
        }
    }

    /// Makes it a store, durably.
    ///
    /// All files in it must be synced, and the manifest prepared.
    func publish(_ manifest: Manifest) throws(LogStoreError) {
        try LogStoreError.from({ .opening(files.path, $0) }) { () throws(SystemCallError) in
            // The names of the segments first: the manifest must not come before them.
            try files.sync()
        }
        try expectInPlace()
        try LogStoreError.from({ .opening(files.path, $0) }) { () throws(SystemCallError) in
            try ManifestFile(in: files).replace(with: manifest)
        }
    }

    /// Removes what was put into it.
    func clear() throws(LogStoreError) {
        guard !made.isEmpty else { return }
        try expectInPlace()
        try LogStoreError.from({ .opening(files.path, $0) }) { () throws(SystemCallError) in
            for name in made.sorted() { try remove(name) }
        }
        made = []
    }

    private func remove(_ name: String) throws(SystemCallError) {
        do throws(SystemCallError) {
            try files.fileSystem.remove(files.path(of: name))
        } catch  where error.isNotFound {
            // The call that was to make it had no effect, or another one has renamed it since.
        }
    }

    /// At its path may stand another folder by now, in which the lock protects nobody.
    private func expectInPlace() throws(LogStoreError) {
        let isInPlace = try LogStoreError.from({ .inspecting(files.path, $0) }) {
            () throws(SystemCallError) in try lock.isInPlace()
        }
        guard !isInPlace else { return }
        throw LogStoreError(
            .inputOutput,
            "Could not make a store in \(files.path): the folder or its \(StoreLock.fileName) was "
                + "moved, removed or replaced meanwhile. Name another folder, and leave it alone.",
            file: StoreLock.fileName
        )
    }

    /// Removes what was put into it after a failure that is the one to be told of.
    func clearAfterFailure() {
        do throws(LogStoreError) {
            try clear()
        } catch {
            // What is left is no store.
        }
    }

    /// Lets others open it.
    ///
    /// Once, and last.
    func release() {
        lock.release()
    }
}
