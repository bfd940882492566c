import Foundation
package import LazyJobs

extension JobLedger {
    /// Offers jobs again by hand; each stands for itself.
    package mutating func retry(
        _ ids: [JobID],
        reason: String?,
        actor: String?,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> [FinishResult] {
        try answering("retry jobs") { () throws(Violation) in
            try RequestLimits.check(count: ids.count, "the number of jobs")
            try RequestLimits.check(actor: actor)
        }
        let reason = reason.map { JobLimits.cut($0) }
        return ids.map { id in
            do throws(BackendError) {
                let slot = try retriableSlot(of: id)
                let row = rows[slot]
                // A job that is due keeps its place in the order of claims.
                let runAt = row.state.isFinal ? now : min(row.runAt, now)
                let change = JobTransition.Change.requeued(
                    runAt: runAt.date,
                    maxAttempts: Int(max(row.maxAttempts, row.attempt + 1)),
                    reason: reason,
                    actor: actor
                )
                transition(slot, change, at: now, into: &events)
                return .success(record(at: slot))
            } catch {
                return .failure(error)
            }
        }
    }

    private func retriableSlot(of id: JobID) throws(BackendError) -> Slot {
        let slot = try slot(of: id, to: "retry")
        let row = rows[slot]
        guard row.state != .running, row.state != .succeeded else {
            let reason =
                row.state == .running
                ? "it runs. Cancel it first, or wait until it has ended."
                : "it has succeeded. Enqueue another job to do the work again."
            throw BackendError(.invalidState, "Could not retry job \(id): \(reason)")
        }
        guard row.attempt < UInt32(JobLimits.attemptsMax) else {
            throw BackendError(
                .invalidState,
                "Could not retry job \(id): it has had \(row.attempt) attempts, and none may have "
                    + "more than \(JobLimits.attemptsMax). Enqueue another job."
            )
        }
        if let holder = keyHolder(against: slot) {
            throw BackendError(
                .invalidState,
                "Could not retry job \(id): its unique key is held by job \(holder). Wait until "
                    + "that has ended, or cancel it."
            )
        }
        return slot
    }

    /// The job that has taken the unique key of a final one since.
    private func keyHolder(against slot: Slot) -> JobID? {
        let row = rows[slot]
        guard row.state.isFinal, row.hasTraits, let key = traits[slot]?.uniqueKey else {
            return nil
        }
        return uniqueKeys[key].map { rows[$0].id }
    }

    /// Fails unless a job can wait again with so many attempts allowed; its state has been checked.
    func checkRequeue(at slot: Slot, maxAttempts: Int) throws(LedgerError) {
        let row = rows[slot]
        let least = Int(max(row.maxAttempts, row.attempt + 1))
        guard maxAttempts >= least else {
            throw .wrongAttempt(row.id, expected: least, found: maxAttempts)
        }
        if let holder = keyHolder(against: slot) { throw .keyTaken(row.id, by: holder) }
    }
}
