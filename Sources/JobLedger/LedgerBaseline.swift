package import LazyJobs

/// What must outlive retired segments: all of a ledger that is not in its jobs.
package struct LedgerBaseline: Sendable, Hashable {
    package var lastSequence: SequenceNumber
    package var epoch: UInt64
    package var nextJobID: JobID
    package var isOpen: Bool
    /// Sorted by key.
    package var schedules: [JobSchedule]
    /// Sorted by queue.
    package var pausedQueues: [PausedQueue]

    package init(
        lastSequence: SequenceNumber = .zero,
        epoch: UInt64 = 0,
        nextJobID: JobID = JobID(rawValue: 1),
        isOpen: Bool = false,
        schedules: [JobSchedule] = [],
        pausedQueues: [PausedQueue] = []
    ) {
        self.lastSequence = lastSequence
        self.epoch = epoch
        self.nextJobID = nextJobID
        self.isOpen = isOpen
        self.schedules = schedules
        self.pausedQueues = pausedQueues
    }
}

/// A queue of which no job is claimed.
package struct PausedQueue: Sendable, Hashable {
    package var queue: String
    package var reason: String?
    package var actor: String?

    package init(queue: String, reason: String? = nil, actor: String? = nil) {
        self.queue = queue
        self.reason = reason
        self.actor = actor
    }
}
