package import LazyJobs

// What compaction asks of the state: which records are needed, and their jobs' whole state.

/// A job's record as it was read back from an old segment.
package struct JobRecordCopy: Sendable {
    package let jobID: JobID
    /// The event that held it.
    package let sequence: SequenceNumber
    package let job: NewJob
    package let payloadLost: Bool

    /// Takes the record out of an event; `nil` when the event holds none.
    package init?(_ event: JobEvent) {
        guard let transition = event.transition else { return nil }
        switch transition.change {
        case .enqueued(let job, _):
            self.job = job
            payloadLost = false
        case .carried(let carried):
            job = carried.job
            payloadLost = carried.payloadLost
        default:
            return nil
        }
        jobID = transition.jobID
        sequence = event.sequence
    }

    /// The record of a job whose payload cannot be read any more.
    init(lost record: JobRecord, at sequence: SequenceNumber) {
        jobID = record.id
        self.sequence = sequence
        payloadLost = true
        job = NewJob(record, payload: JobPayload(bytes: []))
    }
}

extension JobLedger {
    /// What comes from now on stands in another segment.
    package mutating func beginSegment() {
        accounts.begin(at: lastSequence.next)
    }

    /// The segments before the one that begins with an event are gone.
    package mutating func retireSegments(before first: SequenceNumber) {
        accounts.retire(before: first)
    }

    /// Whether a record is the one that its job has: one that is not, will never be needed again.
    package func needs(_ copy: JobRecordCopy) -> Bool {
        slots[copy.jobID].map { rows[$0].payloadSequence == copy.sequence } ?? false
    }

    /// Copies the state of jobs forward whose records these are; the others are not needed.
    ///
    /// - Returns: How many were needed.
    @discardableResult
    package mutating func carry(
        _ copies: [JobRecordCopy],
        at now: Timestamp,
        into events: inout [JobEvent]
    ) -> Int {
        let count = events.count
        for copy in copies {
            guard let slot = slots[copy.jobID], rows[slot].payloadSequence == copy.sequence else {
                continue
            }
            append(transition(carrying: copy, at: slot), at: now, into: &events)
        }
        return events.count - count
    }

    /// The records that stood in a part of the log that cannot be read any more.
    ///
    /// - Complexity: O(jobs).
    package func lostRecords(
        from first: SequenceNumber,
        through last: SequenceNumber
    ) -> [JobRecordCopy] {
        var lost: [JobRecordCopy] = []
        var slot = order.oldest
        while slot != .none {
            let sequence = rows[slot].payloadSequence
            if first <= sequence, sequence <= last {
                lost.append(JobRecordCopy(lost: record(at: slot), at: sequence))
            }
            slot = order.newer(than: slot)
        }
        return lost
    }

    /// The bytes of all that the state of those jobs says, as far as they are needed.
    ///
    /// - Parameters:
    ///   - copies: Their records.
    ///   - each: What each of them takes besides.
    /// - Returns: The bytes; zero when none of them is needed.
    package func carriedSizeMax(of copies: [JobRecordCopy], each: Int) -> Int {
        copies.reduce(0) { size, copy in
            guard let slot = slots[copy.jobID], rows[slot].payloadSequence == copy.sequence else {
                return size
            }
            let row = rows[slot]
            let error = row.hasError ? errors[slot]?.utf8.count ?? 0 : 0
            let output = row.hasOutput ? outputs[slot]?.count ?? 0 : 0
            let texts = 4 * (copy.job.tags.count + copy.job.metadata.count) + JobLimits.nameSizeMax
            return size + copy.job.size + error + output + texts + each
        }
    }

    private func transition(carrying copy: JobRecordCopy, at slot: Slot) -> JobTransition {
        let (row, record) = (rows[slot], record(at: slot))
        var job = copy.job
        // A retry by hand may have given it more.
        if job.maxAttempts != record.maxAttempts { job.maxAttempts = record.maxAttempts }
        let carried = CarriedJob(
            job: job,
            state: record.state,
            runAt: record.runAt,
            createdAt: record.createdAt,
            updatedAt: record.updatedAt,
            lastError: record.lastError,
            worker: record.worker,
            output: record.output,
            payloadLost: copy.payloadLost,
            isReady: row.state.isWaiting && row.isReady
        )
        return JobTransition(
            jobID: row.id,
            version: row.version,
            previous: row.lastTransition,
            attempt: record.attempt,
            change: .carried(carried)
        )
    }
}
