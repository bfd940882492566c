public import LazyJobs
import Synchronization

/// What a store has done by itself since it was opened.
public struct UpkeepReport: Sendable {
    /// How many final jobs were pruned, see ``JobRetention``.
    public var prunedCount = 0
    /// What compaction has done.
    public var compaction = CompactionReport()
    /// How many archives were dropped, see ``ArchivePolicy``.
    public var droppedArchiveCount = 0
    /// How many checkpoints were written.
    public var checkpointCount = 0
    /// The bytes of those.
    public var checkpointByteCount: UInt64 = 0
    /// Why the last attempt at any of it failed, which is tried again; `nil` when it did not.
    public var failure: BackendError?

    /// Nothing was done.
    public init() {}
}

/// When compaction is tried again that found no room on a full disk.
///
/// It has read a segment, and deflated it, for nothing; and upkeep looks each second then. What
/// locks is not inlined; see `CommandMailbox.deliver`.
final class CompactionRest: Sendable {
    private static let duration = Duration.seconds(15)

    private let last = Mutex<(end: Duration, refusal: BackendError)?>(nil)

    /// It was refused at an uptime.
    @inline(never)
    func begin(at uptime: Duration, _ refusal: BackendError) {
        last.withLock { $0 = (uptime + Self.duration, refusal) }
    }

    /// Why it is not tried yet; `nil` when it may be.
    @inline(never)
    func refusal(at uptime: Duration) -> BackendError? {
        last.withLock { last in
            if let end = last?.end, end <= uptime { last = nil }
            return last?.refusal
        }
    }
}

/// What is done so far, for anyone to look at meanwhile.
///
/// It is changed again and again by one asynchronous function, so not inlined; see
/// `CommandMailbox.deliver`.
final class RunningReport: Sendable {
    private let report = Mutex(UpkeepReport())

    var current: UpkeepReport { report.withLock(\.self) }

    @inline(never)
    func change(_ change: (inout UpkeepReport) -> Void) {
        report.withLock { change(&$0) }
    }
}
