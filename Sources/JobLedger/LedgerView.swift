package import LazyJobs

/// All that a ledger says, as a value: equal for ledgers that are the fold of the same events.
package struct LedgerView: Sendable, Hashable {
    /// Every job, the one that changed last first.
    package var records: [JobRecord] = []
    /// For each record, where its payload stands.
    package var payloadSequences: [SequenceNumber] = []
    /// For each record, its last real transition.
    package var lastTransitions: [SequenceNumber] = []
    /// For each record, its count of transitions.
    package var versions: [UInt32] = []
    /// The counts.
    package var stats: JobStats
    /// What outlives the jobs.
    package var baseline: LedgerBaseline
}

extension JobLedger {
    /// All that the ledger says.
    ///
    /// - Complexity: O(jobs).
    package func view() -> LedgerView {
        var view = LedgerView(stats: stats(), baseline: baseline())
        var slot = order.newest
        while slot != .none {
            view.records.append(record(at: slot))
            view.payloadSequences.append(rows[slot].payloadSequence)
            view.lastTransitions.append(rows[slot].lastTransition)
            view.versions.append(rows[slot].version)
            slot = order.older(than: slot)
        }
        return view
    }
}
