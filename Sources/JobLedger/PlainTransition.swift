package import LazyJobs

/// What every transition says, whatever it changes.
package struct TransitionHead: Sendable {
    package var sequence = SequenceNumber.zero
    package var epoch: UInt64 = 0
    package var timestamp = Timestamp(microseconds: 0)
    package var jobID = JobID(rawValue: 0)
    package var version: UInt32 = 0
    package var previous: SequenceNumber?
    package var attempt = 0

    package init() {}

    init(_ transition: JobTransition, of event: JobEvent) {
        (sequence, epoch, timestamp) = (event.sequence, event.epoch, event.timestamp)
        (jobID, version) = (transition.jobID, transition.version)
        (previous, attempt) = (transition.previous, transition.attempt)
    }
}

/// A transition as a fold takes it, of the kinds that nearly all are of: what is not kept in memory
/// is not there, so that nothing must be allocated to read a log.
///
/// A reader fills the same one again and again: fields that are not of its kind say nothing.
package struct PlainTransition: Sendable {
    package enum Kind: Sendable {
        case enqueued
        case claimed
        /// Without an output.
        case succeeded
        case pruned
    }

    package var kind: Kind
    package var head: TransitionHead
    /// What was enqueued.
    package var job = PlainJob()
    /// When what was enqueued is to run.
    package var runAt = Timestamp(microseconds: 0)
    /// Who claimed the job.
    package var worker = ""

    package init() {
        kind = .pruned
        head = TransitionHead()
    }

    /// That of the event.
    var weight: Int {
        switch kind {
        case .enqueued: EventWeight.enqueued + job.size
        case .claimed: EventWeight.claimed + worker.utf8.count
        case .succeeded: EventWeight.succeeded
        case .pruned: EventWeight.pruned
        }
    }
}

/// What every new job says; all that one says which is plain, see `NewJob.isPlain`.
package struct PlainJob: Sendable {
    package var kind = ""
    package var queue = ""
    package var encoding = ""
    package var payloadSize = 0
    package var priority = JobPriority.normal
    package var maxAttempts = 0

    package init() {}

    init(_ job: NewJob) {
        let payload = job.payload
        (kind, queue, encoding) = (job.kind, job.queue, payload.encoding)
        (payloadSize, priority) = (payload.bytes.count, job.priority)
        maxAttempts = job.maxAttempts
    }

    /// As `NewJob.size`.
    var size: Int { payloadSize + encoding.utf8.count + kind.utf8.count + queue.utf8.count }
}
