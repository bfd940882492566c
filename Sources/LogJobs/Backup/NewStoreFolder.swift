/// A folder in which a store is put together out of another one.
///
/// It is no store until its manifest is written, the last of all: a crash before leaves files that
/// nobody takes for a store, and one after it the whole store.
struct NewStoreFolder: Sendable {
    let files: StoreFolder
    /// Whether it was there before.
    private let wasThere: Bool

    /// Makes the folder; one that is there must be empty.
    ///
    /// - Parameters:
    ///   - path: Where it is made. Its parent must be there.
    ///   - source: The folder of the other store, which it must not be in.
    /// - Throws: `notOurs` when it is not empty or not a folder, `inputOutput`, `storageFull`.
    init(_ path: String, besides source: StoreFolder) throws(LogStoreError) {
        files = StoreFolder(path, of: source.fileSystem)
        let fileSystem = source.fileSystem
        let outer = try Self.status(of: files.parentPath, fileSystem)
        let store = try Self.status(of: source.path, fileSystem)
        if let outer, outer.device == store?.device, outer.inode == store?.inode {
            throw Self.refusal(path, "it is in the folder of the store. Name one beside it.")
        }
        wasThere = try Self.expectEmpty(files)
        try LogStoreError.from({ .opening(path, $0) }) { () throws(SystemCallError) in
            try files.makeDurably()
        }
    }

    /// A folder that is there must be empty.
    ///
    /// - Returns: Whether there is one.
    private static func expectEmpty(_ files: StoreFolder) throws(LogStoreError) -> Bool {
        let path = files.path
        guard let status = try status(of: path, files.fileSystem) else { return false }
        guard status.kind == .folder else { throw .notAFolder(path) }
        let names = try LogStoreError.from({ .inspecting(path, $0) }) {
            () throws(SystemCallError) in try files.fileSystem.names(inFolder: path)
        }
        guard let name = names.min() else { return true }
        throw refusal(path, "it is not empty (\(name)). Name another, or empty it.")
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

    /// Makes it a store, durably.
    ///
    /// All files in it must be synced.
    func publish(_ manifest: Manifest) throws(LogStoreError) {
        try LogStoreError.from({ .opening(files.path, $0) }) { () throws(SystemCallError) in
            // The names of the segments first: the manifest must not come before them.
            try files.sync()
            try ManifestFile(in: files).replace(with: manifest)
        }
    }

    /// Removes what was put into it.
    func clear() throws(SystemCallError) {
        let names = try files.fileSystem.names(inFolder: files.path)
        for name in names where StoreFolder.isOwn(name) {
            try files.fileSystem.remove(files.path(of: name))
        }
    }

    /// Removes what was put into it, and the folder if it was made for that, after a failure that
    /// is the one to be told of.
    func clearAfterFailure() {
        do throws(SystemCallError) {
            try clear()
            if !wasThere { try files.fileSystem.removeFolder(files.path) }
        } catch {
            // What is left is no store.
        }
    }
}
