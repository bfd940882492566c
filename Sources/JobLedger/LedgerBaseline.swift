package import LazyJobs

/// The state of a store at some point without its jobs: what a log that lost its oldest segments
/// begins with.
package struct LedgerBaseline: Sendable, Hashable {
    /// The last event before.
    package var lastSequence: SequenceNumber
    /// How many times the store had been opened.
    package var epoch: UInt64
    /// The id of the next job.
    package var nextJobID: JobID
    /// Whether the store was open.
    package var isOpen: Bool
    /// The schedules, sorted by key.
    package var schedules: [JobSchedule]
    /// The paused queues, sorted by name.
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

    /// Fails unless a ledger can begin with this.
    package func check() throws(LedgerError) {
        guard nextJobID.rawValue > 0, nextJobID.rawValue <= UInt64(Int64.max) + 1 else {
            throw .wrongJobID(expected: JobID(rawValue: 1), found: nextJobID)
        }
        guard epoch < .max else { throw .wrongEpoch(current: epoch, found: epoch) }
        try JobLedger.checked { () throws(Violation) in
            for schedule in schedules { try RequestLimits.check(schedule) }
            for pause in pausedQueues {
                try RequestLimits.check(queue: pause.queue)
                try RequestLimits.check(errorOrReason: pause.reason)
                try RequestLimits.check(actor: pause.actor)
            }
            try JobLedger.check(
                scheduleCount: schedules.count,
                size: schedules.reduce(0) { $0 + $1.job.size }
            )
            try JobLedger.check(pausesSize: pausedQueues.reduce(0) { $0 + $1.size })
        }
    }
}

/// A queue that nothing is claimed from, with who said so and why.
package struct PausedQueue: Sendable, Hashable {
    /// The queue's name.
    package var queue: String
    /// Why.
    package var reason: String?
    /// Who, in words for people.
    package var actor: String?

    package init(queue: String, reason: String? = nil, actor: String? = nil) {
        self.queue = queue
        self.reason = reason
        self.actor = actor
    }
}
