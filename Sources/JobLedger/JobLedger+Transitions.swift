import Foundation
import LazyJobs

/// Where a transition leads.
private struct Step {
    var state: JobState
    var attempt: Int
    /// When the job may run next, if that changes.
    var runAt: Timestamp?
    /// Whether a job that waits is offered again at once, whatever the clock says.
    var isReady = false
    /// How many attempts the job has from now on, if that changes.
    var maxAttempts: Int?
    /// Who runs it, if that changes.
    var worker = Interner.none
    var hasOutput = false
    var hasError = false
}

extension JobLedger {
    mutating func apply(
        _ change: JobTransition.Change,
        _ head: TransitionHead
    ) throws(LedgerError) {
        switch change {
        case .enqueued(let job, let runAt): try enqueue(job, runAt: runAt, head)
        case .carried(let job): try carry(job, head)
        case .claimed(let worker): try claim(head, worker: worker)
        case .succeeded(let output, _): try succeed(head, output: output)
        case .pruned: try prune(head)
        case .retried, .discarded, .cancelled, .snoozed, .interrupted, .rescued, .requeued:
            let slot = try Self.knownSlot(of: head, slots, rows)
            let row = rows[slot]
            try Self.checked { () throws(Violation) in try change.check() }
            var step = try Self.step(change.step(from: row), of: head, change.kind, from: row)
            if case .requeued(_, let maxAttempts, _, _) = change {
                try checkRequeue(at: slot, maxAttempts: maxAttempts)
            }
            if let error = change.error {
                errors[slot] = error
                step.hasError = true
            }
            take(step, at: slot, head)
        }
    }

    mutating func claim(_ head: TransitionHead, worker: String) throws(LedgerError) {
        let slot = try Self.knownSlot(of: head, slots, rows)
        try Self.checked { () throws(Violation) in try RequestLimits.check(worker: worker) }
        let row = rows[slot]
        let running = Step(state: .running, attempt: Int(row.attempt) + 1)
        let isWaiting = row.state.isWaiting
        var step = try Self.step(isWaiting ? running : nil, of: head, .claimed, from: row)
        step.worker = workers.retain(worker)
        if row.worker != Interner.none { workers.release(row.worker) }
        take(step, at: slot, head)
    }

    mutating func succeed(_ head: TransitionHead, output: [UInt8]?) throws(LedgerError) {
        let slot = try Self.knownSlot(of: head, slots, rows)
        try Self.checked { () throws(Violation) in try RequestLimits.check(output: output) }
        let row = rows[slot]
        let ended = Step(state: .succeeded, attempt: Int(row.attempt))
        let isRunning = row.state == .running
        var step = try Self.step(isRunning ? ended : nil, of: head, .succeeded, from: row)
        if let output {
            outputs[slot] = output
            step.hasOutput = true
        }
        take(step, at: slot, head)
    }

    mutating func prune(_ head: TransitionHead) throws(LedgerError) {
        let slot = try Self.knownSlot(of: head, slots, rows)
        let row = rows[slot]
        let gone = Step(state: row.state, attempt: Int(row.attempt))
        _ = try Self.step(row.state.isFinal ? gone : nil, of: head, .pruned, from: row)
        accounts.addPruned(head.jobID, at: head.sequence)
        remove(slot)
    }

    /// Where the job is, of which this is the next transition.
    // Of the type, as are others: by `self` the whole ledger would be copied, field by field.
    private static func knownSlot(
        of head: TransitionHead,
        _ slots: IDTable,
        _ rows: ChunkedColumn<JobRow>
    ) throws(LedgerError) -> Slot {
        guard let slot = slots[head.jobID] else { throw .unknownJob(head.jobID) }
        let version = rows[slot].version
        guard version < .max, head.version == version + 1 else {
            throw .wrongVersion(head.jobID, expected: version &+ 1, found: head.version)
        }
        let previous = rows[slot].lastTransition
        guard head.previous == previous else {
            throw .wrongPrevious(head.jobID, expected: previous, found: head.previous)
        }
        return slot
    }

    /// The step, unless the state does not allow one or the attempts are others.
    private static func step(
        _ step: Step?,
        of head: TransitionHead,
        _ kind: JobTransition.Kind,
        from row: JobRow
    ) throws(LedgerError) -> Step {
        guard let step else { throw .illegalTransition(head.jobID, kind, from: row.state) }
        guard head.attempt == step.attempt else {
            throw .wrongAttempt(head.jobID, expected: step.attempt, found: head.attempt)
        }
        return step
    }

    /// Moves a job on; the transition has been checked.
    private mutating func take(_ step: Step, at slot: Slot, _ head: TransitionHead) {
        var row = rows[slot]
        let wasFinal = row.state.isFinal
        leave(slot, row)
        counts.move(from: row.state, to: step.state)
        lanes[Int(row.queue)].counts.move(from: row.state, to: step.state)
        row.state = step.state
        row.attempt = UInt32(step.attempt)
        row.version += 1
        row.lastTransition = head.sequence
        row.updatedAt = head.timestamp
        if let runAt = step.runAt { row.runAt = runAt }
        if let maxAttempts = step.maxAttempts { row.maxAttempts = UInt32(maxAttempts) }
        if step.worker != Interner.none { row.worker = step.worker }
        if step.hasOutput { row.hasOutput = true }
        if step.hasError { row.hasError = true }
        if row.state.isWaiting { row.isReady = step.isReady || row.runAt <= head.timestamp }
        rows[slot] = row
        enter(slot, row)
        if row.state.isFinal {
            releaseKeys(of: row, at: slot)
        } else if wasFinal, row.hasTraits, let traits = traits[slot] {
            bindKeys(of: traits, isFinal: false, at: slot)
        }
        order.moveToNewest(slot)
    }
}

extension JobTransition.Change {
    /// Where the change leads from a row, of those that have no function of their own; nothing
    /// when the state does not allow it.
    fileprivate func step(from row: JobRow) -> Step? {
        let attempt = Int(row.attempt)
        switch (self, row.state) {
        case (.retried(_, let runAt, _), .running):
            return Step(state: .retrying, attempt: attempt, runAt: Timestamp(runAt))
        case (.discarded(_, _, let duration), let state) where !state.isFinal:
            guard duration == nil || state == .running else { return nil }
            return Step(state: .discarded, attempt: attempt)
        case (.cancelled(_, _, let duration), let state) where !state.isFinal:
            guard duration == nil || state == .running else { return nil }
            return Step(state: .cancelled, attempt: attempt)
        case (.snoozed(let runAt, _, _), .running):
            return Step(
                state: Self.waiting(attempt - 1),
                attempt: attempt - 1,
                runAt: Timestamp(runAt)
            )
        case (.interrupted, .running):
            return Step(state: Self.waiting(attempt - 1), attempt: attempt - 1, isReady: true)
        case (.rescued, .running):
            return Step(state: Self.waiting(attempt), attempt: attempt, isReady: true)
        case (.requeued(let runAt, let maxAttempts, _, _), .pending),
            (.requeued(let runAt, let maxAttempts, _, _), .retrying),
            (.requeued(let runAt, let maxAttempts, _, _), .discarded),
            (.requeued(let runAt, let maxAttempts, _, _), .cancelled):
            return Step(
                state: Self.waiting(attempt),
                attempt: attempt,
                runAt: Timestamp(runAt),
                maxAttempts: maxAttempts
            )
        default:
            return nil
        }
    }

    private static func waiting(_ attempt: Int) -> JobState {
        attempt == 0 ? .pending : .retrying
    }

    /// The text that the job's record shows from now on.
    fileprivate var error: String? {
        switch self {
        case .retried(let error, _, _), .discarded(let error, _, _), .rescued(let error): error
        default: nil
        }
    }

    fileprivate func check() throws(Violation) {
        switch self {
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
        case .enqueued, .claimed, .succeeded, .pruned, .carried:
            break
        }
    }
}
