/// What becomes of history when compaction retires the segments it stands in.
public enum ArchivePolicy: Sendable, Hashable {
    /// It is dropped: the log keeps what live jobs need, and of their histories what happens to be
    /// left.
    case delete
    /// It goes to archive files in the store's folder, so that ``LogBackend/history(of:)`` answers
    /// for every job, pruned or not, whose events are still there.
    ///
    /// The oldest archives are dropped when they are too old or too large together; without
    /// bounds, never. `lasting` counts from the newest event of an archive, by the clock of the
    /// store; `bytesMax` is about the archives alone. They are dropped as wholes: so that at least
    /// about half of `bytesMax` is kept, segments and archives are made smaller where it is small,
    /// down to a megabyte; with less than four megabytes there may be nothing kept at times. On a
    /// full disk `bytesMax` gives way: the oldest history goes before jobs are refused for long.
    case keep(lasting: Duration? = nil, bytesMax: UInt64? = nil)

    /// How much of the log may go into one archive, so that dropping one does not drop all.
    var archiveBytesMax: UInt64 {
        guard case .keep(_, let bytesMax?) = self else { return .max }
        return max(bytesMax / 4, 1 << 20)
    }
}

extension LogWriter.Sizes {
    /// So that each segment may go into one archive.
    func archived(by policy: ArchivePolicy) -> Self {
        var sizes = self
        sizes.segmentBytesMax = min(segmentBytesMax, policy.archiveBytesMax)
        return sizes
    }
}

/// How long final jobs stay in the store's index, by outcome; then they are pruned.
///
/// A pruned job is not listed any more, and its idempotency key is free; its history stays in log
/// and archive, see ``ArchivePolicy``. `nil` is for ever: each such job costs memory, and is copied
/// when the log is compacted.
public struct JobRetention: Sendable, Hashable {
    /// For jobs that ended well; a day unless told otherwise.
    public var succeeded: Duration?
    /// For jobs that were given up; for ever unless told otherwise, so that somebody can see to
    /// them.
    public var discarded: Duration?
    /// For jobs that were called off; a week unless told otherwise.
    public var cancelled: Duration?

    /// Says how long.
    public init(
        succeeded: Duration? = .seconds(86_400),
        discarded: Duration? = nil,
        cancelled: Duration? = .seconds(7 * 86_400)
    ) {
        self.succeeded = succeeded
        self.discarded = discarded
        self.cancelled = cancelled
    }

    /// Everything stays until somebody prunes it.
    public static let forever = JobRetention(succeeded: nil, discarded: nil, cancelled: nil)
}
