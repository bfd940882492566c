import JobLedger
import LazyJobs
import Synchronization

/// Takes checkpoints of an open store; one task at a time.
final class Checkpointer: Sendable {
    private let engine: LogEngine
    /// Where the newest checkpoint stands in the stream of what was written since the opening; what
    /// was read then stands before it.
    private let mark: Mutex<Int64>

    /// - Parameters:
    ///   - engine: The open store.
    ///   - readByteCount: How many bytes of the log the opening had to read.
    init(_ engine: LogEngine, readByteCount: UInt64) {
        self.engine = engine
        mark = Mutex(-Int64(clamping: readByteCount))
    }

    /// Takes a checkpoint, if it is time.
    ///
    /// - Returns: The checkpoint, which the manifest names, durably; `nil` if it was not time.
    func takeIfDue(isClosing: Bool = false) async throws(BackendError) -> CheckpointEntry? {
        let last = engine.catalog.checkpoints.last
        let sequence = try await engine.ask { $0.lastSequence }
        let written = Int64(clamping: engine.catalog.writtenByteCount)
        let rest = CheckpointPolicy.Rest(
            bytes: UInt64(max(0, written - mark.withLock { $0 })),
            events: sequence.rawValue - (last?.sequence.rawValue ?? 0)
        )
        let isDue = CheckpointPolicy().isDue(
            rest,
            lastSize: last?.fileSize ?? 0,
            isClosing: isClosing
        )
        return isDue ? try await take() : nil
    }

    /// Takes a checkpoint, unless nothing has happened since the last.
    ///
    /// The writer is held up for a copy of the state, which shares its columns with it: what is
    /// changed meanwhile is copied piece by piece.
    func take() async throws(BackendError) -> CheckpointEntry? {
        let written = Int64(clamping: engine.catalog.writtenByteCount)
        let ledger = try await engine.ask { $0.copy() }
        guard ledger.lastSequence > engine.catalog.checkpoints.last?.sequence ?? .zero,
            let store = engine.catalog.headers.first?.store
        else { return nil }
        let (sealed, folder) = (engine.catalog.sealed, engine.folder)
        let entry: CheckpointEntry
        do throws(LogStoreError) {
            entry = try await engine.inBackground { () throws(LogStoreError) in
                try LogStoreError.from({ .checkpointing($0) }) { () throws(SystemCallError) in
                    try CheckpointWriter.write(ledger, of: store, sealed: sealed, in: folder)
                }
            }
        } catch {
            let code: BackendError.Code = error.code == .storageFull ? .storageFull : .unavailable
            throw BackendError(code, error.message, cause: error)
        }
        try await engine.edit(.checkpoint(entry))
        mark.withLock { $0 = written }
        return entry
    }
}

extension LogStoreError {
    fileprivate static func checkpointing(_ error: SystemCallError) -> Self {
        Self(
            error.isOutOfSpace ? .storageFull : .inputOutput,
            "Could not write a checkpoint: \(error). Nothing depends on it but how fast the store "
                + "opens. "
                + (error.isOutOfSpace
                    ? "Free space, then try again." : "Mend the disk, then try again."),
            file: StoreFolder.preparingCheckpointName,
            cause: error
        )
    }
}
