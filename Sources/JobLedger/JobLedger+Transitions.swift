import Foundation
import LazyJobs

/// Where a transition leads.
private struct Step {
    var state: JobState
    var attempt: Int
    /// When the job may run next, if that changes.
    var runAt: Date?
    /// Whether a job that waits is offered again at once, whatever the clock says.
    var isReady = false
    /// How many attempts the job has from now on, if that changes.
    var maxAttempts: Int?
}

extension JobLedger {
    mutating func apply(_ transition: JobTransition, of event: JobEvent) throws(LedgerError) {
        switch transition.change {
        case .enqueued(let job, let runAt):
            try enqueue(job, runAt: runAt, transition, of: event)
        case .carried(let job):
            try carry(job, transition, of: event)
        case .claimed, .succeeded, .retried, .discarded, .cancelled, .snoozed, .interrupted,
            .rescued, .requeued, .pruned:
            let slot = try knownSlot(of: transition)
            try Self.checkLinks(of: transition, to: rows[slot])
            try Self.checked { () throws(Violation) in try transition.change.check() }
            guard let step = Self.step(of: transition, from: rows[slot]) else {
                let state = rows[slot].state
                throw .illegalTransition(transition.jobID, transition.kind, from: state)
            }
            guard transition.attempt == step.attempt else {
                let id = transition.jobID
                throw .wrongAttempt(id, expected: step.attempt, found: transition.attempt)
            }
            if case .requeued(_, let maxAttempts, _, _) = transition.change {
                try checkRequeue(at: slot, maxAttempts: maxAttempts)
            }
            if case .pruned = transition.change {
                accounts.addPruned(transition.jobID, at: event.sequence)
                return remove(slot)
            }
            take(step, at: slot, transition, of: event)
        }
    }

    private func knownSlot(of transition: JobTransition) throws(LedgerError) -> Slot {
        guard let slot = slots[transition.jobID] else { throw .unknownJob(transition.jobID) }
        return slot
    }

    // Of the type: by `self` the whole ledger would be copied, field by field.
    private static func checkLinks(
        of transition: JobTransition,
        to row: JobRow
    ) throws(LedgerError) {
        guard row.version < .max, transition.version == row.version + 1 else {
            let (expected, found) = (row.version &+ 1, transition.version)
            throw .wrongVersion(row.id, expected: expected, found: found)
        }
        guard transition.previous == row.lastTransition else {
            let (expected, found) = (row.lastTransition, transition.previous)
            throw .wrongPrevious(row.id, expected: expected, found: found)
        }
    }

    /// Where a change leads from a row; nothing when the state does not allow it.
    private static func step(of transition: JobTransition, from row: JobRow) -> Step? {
        let attempt = Int(row.attempt)
        switch (transition.change, row.state) {
        case (.claimed, .pending), (.claimed, .retrying):
            return Step(state: .running, attempt: attempt + 1)
        case (.succeeded, .running):
            return Step(state: .succeeded, attempt: attempt)
        case (.retried(_, let runAt, _), .running):
            return Step(state: .retrying, attempt: attempt, runAt: runAt)
        case (.discarded(_, _, let duration), let state) where !state.isFinal:
            guard duration == nil || state == .running else { return nil }
            return Step(state: .discarded, attempt: attempt)
        case (.cancelled(_, _, let duration), let state) where !state.isFinal:
            guard duration == nil || state == .running else { return nil }
            return Step(state: .cancelled, attempt: attempt)
        case (.snoozed(let runAt, _, _), .running):
            return Step(state: waiting(attempt - 1), attempt: attempt - 1, runAt: runAt)
        case (.interrupted, .running):
            return Step(state: waiting(attempt - 1), attempt: attempt - 1, isReady: true)
        case (.rescued, .running):
            return Step(state: waiting(attempt), attempt: attempt, isReady: true)
        case (.requeued(let runAt, let maxAttempts, _, _), .pending),
            (.requeued(let runAt, let maxAttempts, _, _), .retrying),
            (.requeued(let runAt, let maxAttempts, _, _), .discarded),
            (.requeued(let runAt, let maxAttempts, _, _), .cancelled):
            return Step(
                state: waiting(attempt),
                attempt: attempt,
                runAt: runAt,
                maxAttempts: maxAttempts
            )
        case (.pruned, let state) where state.isFinal:
            return Step(state: state, attempt: attempt)
        default:
            return nil
        }
    }

    private static func waiting(_ attempt: Int) -> JobState {
        attempt == 0 ? .pending : .retrying
    }

    /// Moves a job on; the transition has been checked.
    private mutating func take(
        _ step: Step,
        at slot: Slot,
        _ transition: JobTransition,
        of event: JobEvent
    ) {
        var row = rows[slot]
        let wasFinal = row.state.isFinal
        leave(slot, row)
        row.state = step.state
        row.attempt = UInt32(step.attempt)
        row.version += 1
        row.lastTransition = event.sequence
        row.updatedAt = event.timestamp
        if let runAt = step.runAt { row.runAt = Timestamp(runAt) }
        if let maxAttempts = step.maxAttempts { row.maxAttempts = UInt32(maxAttempts) }
        keep(transition.change, of: &row, at: slot)
        if row.state.isWaiting { row.isReady = step.isReady || row.runAt <= event.timestamp }
        enter(slot, row)
        if row.state.isFinal {
            releaseKeys(of: row, at: slot)
        } else if wasFinal, row.hasTraits, let traits = traits[slot] {
            bindKeys(of: traits, isFinal: false, at: slot)
        }
        order.moveToNewest(slot)
    }

    /// Keeps what a change says beside the state.
    private mutating func keep(
        _ change: JobTransition.Change,
        of row: inout JobRow,
        at slot: Slot
    ) {
        switch change {
        case .claimed(let worker):
            let token = workers.retain(worker)
            if row.worker != Interner.none { workers.release(row.worker) }
            row.worker = token
        case .succeeded(let output?, _):
            outputs[slot] = output
            row.hasOutput = true
        case .retried(let error, _, _), .discarded(let error, _, _), .rescued(let error):
            errors[slot] = error
            row.hasError = true
        default:
            break
        }
    }
}

extension JobTransition.Change {
    fileprivate func check() throws(Violation) {
        switch self {
        case .claimed(let worker):
            try RequestLimits.check(worker: worker)
        case .succeeded(let output, _):
            try RequestLimits.check(output: output)
        case .retried(let error, let runAt, _):
            try RequestLimits.check(errorOrReason: error)
            try RequestLimits.check(runAt, "the run-at time")
        case .discarded(let text, let actor, _), .cancelled(let text, let actor, _):
            try RequestLimits.check(errorOrReason: text)
            try RequestLimits.check(actor: actor)
        case .snoozed(let runAt, let reason, _):
            try RequestLimits.check(errorOrReason: reason)
            try RequestLimits.check(runAt, "the run-at time")
        case .interrupted(let text, _), .rescued(let text):
            try RequestLimits.check(errorOrReason: text)
        case .requeued(let runAt, let maxAttempts, let reason, let actor):
            try RequestLimits.check(runAt, "the run-at time")
            try RequestLimits.check(attempts: maxAttempts)
            try RequestLimits.check(errorOrReason: reason)
            try RequestLimits.check(actor: actor)
        case .enqueued, .pruned, .carried:
            break
        }
    }
}
