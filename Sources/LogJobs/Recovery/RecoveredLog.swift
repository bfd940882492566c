package import JobLedger
import LazyJobs

/// What the log says: the state after its last event, and where it ends.
package struct RecoveredLog: Sendable {
    package var manifest: Manifest
    /// The state after the last event, the unproven ones included.
    package var ledger: JobLedger
    /// The state after the last event that something proves to be on the device.
    package var provenBaseline: LedgerBaseline
    /// Where the proven frames of the last segment end.
    package var provenEnd: UInt64
    /// The frames behind them, which verify, but may be in the cache only.
    package var unproven: [LoggedFrame]
    /// Where each frame is; of the last segment, for an open for writing, only the proven ones.
    package var segments: [SegmentCatalog.Segment]
    package var summaries: [SegmentSummary]
    package var report: RecoveryReport
}
