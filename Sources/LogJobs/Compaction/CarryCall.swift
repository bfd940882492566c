import JobLedger
import LazyJobs

/// Copies the state of those jobs forward whose records these are, if they are still needed.
// SAFETY: as all of its kind.
final class CarryCall: PendingCall, @unchecked Sendable {
    private let copies: [JobRecordCopy]
    private(set) var carriedCount = 0
    /// The last event that was applied when they were judged.
    private(set) var judgedThrough = SequenceNumber.zero

    init(_ copies: [JobRecordCopy]) {
        self.copies = copies
    }

    override func needs(_ ledger: inout JobLedger) -> LogCommand.Needs {
        EventBounds.carried(copies, in: ledger)
    }

    override func plan(
        _ ledger: inout JobLedger,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) {
        carriedCount = ledger.carry(copies, at: now, into: &events)
        judgedThrough = ledger.lastSequence
    }
}
