package import LazyJobs

extension JobLedger {
    /// Stops claims from a queue; one that is paused already makes no event.
    package mutating func pauseQueue(
        _ queue: String,
        reason: String?,
        actor: String?,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) {
        try answering("pause the queue") { () throws(Violation) in
            try RequestLimits.check(queue: queue)
            try RequestLimits.check(actor: actor)
        }
        guard pausesByQueue[TextKey(queue)] == nil else { return }
        let reason = reason.map { JobLimits.cut($0) }
        let change = QueueChange.paused(queue: queue, reason: reason, actor: actor)
        append(.queue(change), at: now, into: &events)
    }

    /// Allows claims from a queue again; one that is not paused makes no event.
    package mutating func resumeQueue(
        _ queue: String,
        actor: String?,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) {
        try answering("resume the queue") { () throws(Violation) in
            try RequestLimits.check(queue: queue)
            try RequestLimits.check(actor: actor)
        }
        guard pausesByQueue[TextKey(queue)] != nil else { return }
        append(.queue(.resumed(queue: queue, actor: actor)), at: now, into: &events)
    }
}
