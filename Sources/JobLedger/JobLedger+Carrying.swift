import Foundation
import LazyJobs

extension JobLedger {
    /// Takes in a job's whole state as compaction wrote it: of a job whose events are gone it is
    /// all there is, of one that is known it only says where the payload now stands.
    mutating func carry(
        _ carried: CarriedJob,
        _ transition: JobTransition,
        of event: JobEvent
    ) throws(LedgerError) {
        let id = transition.jobID
        guard let previous = transition.previous, previous > .zero, previous < event.sequence else {
            throw .wrongPrevious(id, expected: event.sequence, found: transition.previous)
        }
        if let slot = slots[id] {
            guard transition.version == rows[slot].version, previous == rows[slot].lastTransition,
                JobRecord(carried, transition) == record(at: slot)
            else { throw .carriedDiffers(id) }
            accounts.removeRecord(Int(rows[slot].recordWeight), at: rows[slot].payloadSequence)
            rows[slot].payloadSequence = event.sequence
            rows[slot].recordWeight = UInt32(clamping: accounts.eventWeight)
            accounts.addRecord(Int(rows[slot].recordWeight), at: event.sequence)
        } else {
            try check(carried, transition)
            insert(carried, transition, previous: previous, of: event)
        }
    }

    private func check(
        _ carried: CarriedJob,
        _ transition: JobTransition
    ) throws(LedgerError) {
        let id = transition.jobID
        guard id < nextJobID, id.rawValue > 0 else {
            throw .wrongJobID(expected: nextJobID, found: id)
        }
        let attemptMin = [.running, .retrying].contains(carried.state) ? 1 : 0
        // Half of what the columns hold leaves room for every transition that may follow.
        guard transition.attempt >= attemptMin, transition.attempt <= Int(Int32.max) else {
            throw .wrongAttempt(id, expected: attemptMin, found: transition.attempt)
        }
        guard transition.version <= UInt32(Int32.max) else {
            throw .wrongVersion(id, expected: 0, found: transition.version)
        }
        try Self.checked { () throws(Violation) in
            try RequestLimits.check(carried.job)
            for date in [carried.runAt, carried.createdAt, carried.updatedAt] {
                try RequestLimits.check(date, "a time")
            }
            try RequestLimits.check(errorOrReason: carried.lastError)
            try RequestLimits.check(worker: carried.worker)
            try RequestLimits.check(output: carried.output)
        }
        try checkKeys(of: carried.job, id, isFinal: carried.state.isFinal)
        try checkRoom()
    }

    private mutating func insert(
        _ carried: CarriedJob,
        _ transition: JobTransition,
        previous: SequenceNumber,
        of event: JobEvent
    ) {
        let slot = freeSlot()
        let worker = carried.worker.map { workers.retain($0) }
        errors[slot] = carried.lastError
        outputs[slot] = carried.output
        insert(carried.job, state: carried.state, at: slot, isNewest: false) { row in
            row.id = transition.jobID
            row.version = transition.version
            row.attempt = UInt32(transition.attempt)
            row.runAt = Timestamp(carried.runAt)
            row.createdAt = Timestamp(carried.createdAt)
            row.updatedAt = Timestamp(carried.updatedAt)
            row.payloadSequence = event.sequence
            row.lastTransition = previous
            row.worker = worker ?? Interner.none
            row.hasError = carried.lastError != nil
            row.hasOutput = carried.output != nil
            row.isReady = carried.isReady || row.runAt <= max(event.timestamp, row.updatedAt)
        }
    }
}

extension JobRecord {
    /// The record that a carried event describes.
    fileprivate init(_ carried: CarriedJob, _ transition: JobTransition) {
        let job = carried.job
        self.init(
            id: transition.jobID,
            kind: job.kind,
            queue: job.queue,
            state: carried.state,
            attempt: transition.attempt,
            maxAttempts: job.maxAttempts,
            priority: job.priority,
            runAt: carried.runAt,
            createdAt: carried.createdAt,
            updatedAt: carried.updatedAt,
            lastError: carried.lastError,
            worker: carried.worker,
            timeout: job.timeout,
            output: carried.output,
            uniqueKey: job.uniqueKey,
            concurrencyKey: job.concurrencyKey,
            idempotencyKey: job.idempotencyKey,
            scheduleKey: job.scheduleKey,
            tags: job.tags,
            metadata: job.metadata,
            waitsFor: job.waitsFor
        )
    }
}
