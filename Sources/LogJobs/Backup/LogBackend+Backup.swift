import JobLedger
public import LazyJobs

extension LogBackend {
    /// Makes a backup in a new folder, while the store goes on; see ``LogBackup/run(from:to:)``.
    ///
    /// All that was answered before the call is in it, and what was handed over before.
    ///
    /// - Parameter target: The folder of the backup: empty, or not there, while its parent is.
    /// - Returns: What was made.
    /// - Throws: `corruption` when the store is damaged; `storageFull` when there is no room;
    ///   `unavailable` when the target is not empty or in use, or the system refuses a call;
    ///   `poisoned`, `closed`. The cause is a ``LogStoreError`` that says more.
    /// - Complexity: O(n) in the bytes of the log.
    public func backup(to target: String) async throws(BackendError) -> BackupReport {
        let promised = try await engine.ask { $0.lastSequence }
        let (folder, clock) = (engine.folder, clock)
        let report: BackupReport
        do throws(LogStoreError) {
            report = try await engine.inBackground { () throws(LogStoreError) in
                try LogBackup.run(
                    from: folder.path,
                    to: target,
                    of: folder.fileSystem,
                    clock: clock
                )
            }
        } catch {
            throw BackendError(Self.code(of: error), error.message, cause: error)
        }
        guard report.verification.lastSequence >= promised else {
            throw Self.failure(MovedFolder(path: folder.path), folder)
        }
        return report
    }

    private static func failure(_ cause: MovedFolder, _ folder: StoreFolder) -> BackendError {
        BackendError(
            .unavailable,
            "Could not back up \(folder.path): \(cause). What was made is a backup of what is "
                + "there now.",
            cause: cause
        )
    }

    private static func code(of error: LogStoreError) -> BackendError.Code {
        switch error.code {
        case .corruption, .missingSegment, .manifestMissing: .corruption
        case .storageFull: .storageFull
        default: .unavailable
        }
    }
}
