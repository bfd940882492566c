import Foundation
import LazyJobs

extension JobLedger {
    /// Takes in a job's whole state as compaction wrote it: of a job whose events are gone it is
    /// all there is, of one that is known it only says where the payload now stands.
    mutating func carry(
        _ carried: CarriedJob,
        _ head: TransitionHead
    ) throws(LedgerError) {
        let id = head.jobID
        guard let previous = head.previous, previous > .zero, previous < head.sequence else {
            throw .wrongPrevious(id, expected: head.sequence, found: head.previous)
        }
        if let slot = slots[id] {
            guard head.version == rows[slot].version, previous == rows[slot].lastTransition,
                JobRecord(carried, id: head.jobID, attempt: head.attempt) == record(at: slot)
            else { throw .carriedDiffers(id) }
            accounts.removeRecord(Int(rows[slot].recordWeight), at: rows[slot].payloadSequence)
            rows[slot].payloadSequence = head.sequence
            rows[slot].recordWeight = UInt32(clamping: accounts.eventWeight)
            accounts.addRecord(Int(rows[slot].recordWeight), at: head.sequence)
        } else {
            try check(carried, head)
            insert(carried, head, previous: previous)
        }
    }

    private func check(
        _ carried: CarriedJob,
        _ head: TransitionHead
    ) throws(LedgerError) {
        let id = head.jobID
        guard id < nextJobID, id.rawValue > 0 else {
            throw .wrongJobID(expected: nextJobID, found: id)
        }
        let attemptMin = [.running, .retrying].contains(carried.state) ? 1 : 0
        // Half of what the columns hold leaves room for every transition that may follow.
        guard head.attempt >= attemptMin, head.attempt <= Int(Int32.max) else {
            throw .wrongAttempt(id, expected: attemptMin, found: head.attempt)
        }
        guard head.version <= UInt32(Int32.max) else {
            throw .wrongVersion(id, expected: 0, found: head.version)
        }
        try Self.checked { () throws(Violation) in
            try RequestLimits.check(carried.job)
            for date in [carried.runAt, carried.createdAt, carried.updatedAt] {
                try RequestLimits.check(date, "a time")
            }
            try RequestLimits.check(errorOrReason: carried.lastError)
            try RequestLimits.check(worker: carried.worker ?? "")
            try RequestLimits.check(output: carried.output)
        }
        try checkKeys(of: carried.job, id, isFinal: carried.state.isFinal)
        try Self.checkRoom(count)
    }

    private mutating func insert(
        _ carried: CarriedJob,
        _ head: TransitionHead,
        previous: SequenceNumber
    ) {
        let slot = freeSlot()
        errors[slot] = carried.lastError
        outputs[slot] = carried.output
        let job = carried.job
        var row = JobRow(
            id: head.jobID,
            runAt: Timestamp(carried.runAt),
            createdAt: Timestamp(carried.createdAt),
            updatedAt: Timestamp(carried.updatedAt),
            payloadSequence: head.sequence,
            lastTransition: previous,
            kind: kinds.retain(job.kind),
            queue: retainQueue(job.queue),
            worker: carried.worker.map { workers.retain($0) } ?? Interner.none,
            version: head.version,
            attempt: UInt32(head.attempt),
            maxAttempts: UInt32(job.maxAttempts),
            recordWeight: UInt32(clamping: accounts.eventWeight),
            priority: job.priority,
            state: carried.state
        )
        row.hasError = carried.lastError != nil
        row.hasOutput = carried.output != nil
        row.isReady = carried.isReady || row.runAt <= max(head.timestamp, row.updatedAt)
        insert(row, job.traits, at: slot, isNewest: false)
    }
}

extension JobRecord {
    /// The record of a job with this state.
    init(_ carried: CarriedJob, id: JobID, attempt: Int) {
        let job = carried.job
        self.init(
            id: id,
            kind: job.kind,
            queue: job.queue,
            state: carried.state,
            attempt: attempt,
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
