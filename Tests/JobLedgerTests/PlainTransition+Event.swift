import LazyJobs

@testable import JobLedger

extension PlainTransition {
    /// What a reader makes of an event, if that is plain.
    init?(_ event: JobEvent) {
        guard let transition = event.transition else { return nil }
        self.init()
        head = TransitionHead(
            transition,
            event.sequence,
            epoch: event.epoch,
            at: event.timestamp
        )
        switch transition.change {
        case .enqueued(let job, let runAt)
        where job.isPlain && job.runAt == nil && job.actor == nil
            // A reader gives no other times.
            && Timestamp(runAt).date == runAt:
            kind = .enqueued
            self.job.kind = job.kind
            self.job.queue = job.queue
            self.job.encoding = job.payload.encoding
            self.job.payloadSize = job.payload.bytes.count
            self.job.priority = job.priority
            self.job.maxAttempts = job.maxAttempts
            self.runAt = Timestamp(runAt)
        case .claimed(let worker):
            kind = .claimed
            self.worker = worker
        case .succeeded(nil, _): kind = .succeeded
        case .pruned: kind = .pruned
        default: return nil
        }
    }
}

extension JobLedger {
    /// Takes an event in as a reader would.
    mutating func fold(_ event: JobEvent) throws(LedgerError) {
        if let plain = PlainTransition(event) { try apply(plain) } else { try apply(event) }
    }

    /// Passes over an event as a reader would.
    mutating func skipFolded(_ event: JobEvent) throws(LedgerError) {
        if let plain = PlainTransition(event) { try skip(plain) } else { try skip(event) }
    }
}
