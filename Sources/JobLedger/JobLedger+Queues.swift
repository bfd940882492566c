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
        let pause = PausedQueue(queue: queue, reason: reason, actor: actor)
        try answering("pause the queue") { () throws(Violation) in try checkRoom(for: pause) }
        let change = QueueChange.paused(queue: queue, reason: reason, actor: actor)
        append(.queue(change), at: now, into: &events)
    }

    func checkRoom(for pause: PausedQueue) throws(Violation) {
        try Self.check(pausesSize: pausesSize + pause.size)
    }

    static func check(pausesSize size: Int) throws(Violation) {
        guard size > JobLimits.pausesSizeMax else { return }
        throw Violation(
            "all paused queues together would have \(size) bytes, allowed are "
                + "\(JobLimits.pausesSizeMax); resume others, or give shorter reasons"
        )
    }

    /// Takes a pause, or without one the end of it, into the state.
    mutating func keep(_ pause: PausedQueue?, queue: String) {
        let old = pausesByQueue.removeValue(forKey: TextKey(queue))
        pausesByQueue[TextKey(queue)] = pause
        pausesSize += (pause?.size ?? 0) - (old?.size ?? 0)
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

extension PausedQueue {
    /// Its texts, and what they take beside them.
    var size: Int {
        queue.utf8.count + (reason?.utf8.count ?? 0) + (actor?.utf8.count ?? 0) + 16
    }
}
