package import LazyJobs

/// All that the ledger keeps of one job, as values that can be written down and read back.
package struct JobImage: Sendable, Hashable {
    package var id: JobID
    package var version: UInt32
    package var attempt: UInt32
    package var maxAttempts: UInt32
    package var priority: JobPriority
    package var state: JobState
    package var isReady: Bool
    package var runAt: Timestamp
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var payloadSequence: SequenceNumber
    package var lastTransition: SequenceNumber
    package var recordWeight: UInt32
    /// Numbers in the lists of names.
    package var kind: UInt32
    package var queue: UInt32
    /// ``noName`` if nobody has run it.
    package var worker: UInt32
    package var extras: Extras?

    /// What few jobs have, by one reference: it is handed on with the others.
    package indirect enum Extras: Sendable, Hashable {
        case extras(traits: JobTraits?, error: String?, output: [UInt8]?)

        package var traits: JobTraits? {
            switch self {
            case .extras(let traits, _, _): traits
            }
        }

        package var error: String? {
            switch self {
            case .extras(_, let error, _): error
            }
        }

        package var output: [UInt8]? {
            switch self {
            case .extras(_, _, let output): output
            }
        }
    }

    package static let noName = UInt32.max

    package init(
        id: JobID,
        version: UInt32,
        attempt: UInt32,
        maxAttempts: UInt32,
        priority: JobPriority,
        state: JobState,
        isReady: Bool,
        runAt: Timestamp,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        payloadSequence: SequenceNumber,
        lastTransition: SequenceNumber,
        recordWeight: UInt32,
        kind: UInt32,
        queue: UInt32,
        worker: UInt32 = noName
    ) {
        self.id = id
        self.version = version
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.priority = priority
        self.state = state
        self.isReady = isReady
        self.runAt = runAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.payloadSequence = payloadSequence
        self.lastTransition = lastTransition
        self.recordWeight = recordWeight
        self.kind = kind
        self.queue = queue
        self.worker = worker
    }
}

/// What a ledger's image has beside its jobs.
package struct LedgerFrame: Sendable, Hashable {
    package var baseline: LedgerBaseline
    package var kinds: [String]
    package var queues: [String]
    package var workers: [String]
    package var segments: [RecordAccounts.Segment]
    package var jobCount: Int

    package init(
        baseline: LedgerBaseline,
        kinds: [String],
        queues: [String],
        workers: [String],
        segments: [RecordAccounts.Segment],
        jobCount: Int
    ) {
        self.baseline = baseline
        self.kinds = kinds
        self.queues = queues
        self.workers = workers
        self.segments = segments
        self.jobCount = jobCount
    }
}
