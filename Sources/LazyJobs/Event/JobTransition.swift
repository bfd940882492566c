public import Foundation

/// What happened to one job.
public struct JobTransition: Sendable, Hashable {
    /// The job.
    public var jobID: JobID
    /// The job's own count of transitions: 0 when enqueued, then 1, 2, 3 … without gaps.
    ///
    /// A carried event repeats the version it carries.
    public var version: UInt32
    /// The job's event before this one; `nil` for the first.
    ///
    /// A carried event gives the last real transition.
    public var previous: SequenceNumber?
    /// How many attempts count once this has happened.
    public var attempt: Int
    /// The change itself.
    public var change: Change

    /// The ways in which a job changes.
    public enum Change: Sendable, Hashable {
        /// It came into the store.
        case enqueued(NewJob, runAt: Date)
        /// A worker took it, and holds the lease that this event's sequence number makes.
        case claimed(worker: String)
        /// It ended well.
        case succeeded(output: [UInt8]?, duration: Duration)
        /// An attempt failed; it runs again at a later time.
        case retried(error: String, runAt: Date, duration: Duration)
        /// It ended badly. `duration` is that of the attempt that ended it, if one did; `actor`
        /// is who decided, unless the job's own failure did.
        case discarded(error: String, actor: String?, duration: Duration?)
        /// It was called off.
        case cancelled(reason: String, actor: String?, duration: Duration?)
        /// It asked to run later; the attempt does not count.
        case snoozed(runAt: Date, reason: String?, duration: Duration)
        /// The runner stopped before it ended; the attempt does not count.
        case interrupted(reason: String, duration: Duration)
        /// The process that ran it died; the attempt counts.
        case rescued(error: String)
        /// A person or a program offered it again, with so many attempts allowed from now on; the
        /// attempts that count stay.
        case requeued(runAt: Date, maxAttempts: Int, reason: String?, actor: String?)
        /// It was removed from the index after its end.
        case pruned
        /// Compaction copied the job's state forward. Not a part of the job's history.
        indirect case carried(CarriedJob)
    }

    /// Makes a transition; backends do.
    public init(
        jobID: JobID,
        version: UInt32,
        previous: SequenceNumber?,
        attempt: Int,
        change: Change
    ) {
        self.jobID = jobID
        self.version = version
        self.previous = previous
        self.attempt = attempt
        self.change = change
    }
}

extension JobTransition {
    /// The name of a kind of transition, as it stands in listings and in JSON.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// It came into the store.
        case enqueued
        /// A worker took it.
        case claimed
        /// It ended well.
        case succeeded
        /// An attempt failed.
        case retried
        /// It ended badly.
        case discarded
        /// It was called off.
        case cancelled
        /// It asked to run later.
        case snoozed
        /// The runner stopped before it ended.
        case interrupted
        /// The process that ran it died.
        case rescued
        /// It was offered again by hand.
        case requeued
        /// It was removed from the index.
        case pruned
        /// Compaction copied it forward.
        case carried
    }

    /// The name of the change.
    public var kind: Kind { change.kind }
}

extension JobTransition.Change {
    package var kind: JobTransition.Kind {
        switch self {
        case .enqueued: .enqueued
        case .claimed: .claimed
        case .succeeded: .succeeded
        case .retried: .retried
        case .discarded: .discarded
        case .cancelled: .cancelled
        case .snoozed: .snoozed
        case .interrupted: .interrupted
        case .rescued: .rescued
        case .requeued: .requeued
        case .pruned: .pruned
        case .carried: .carried
        }
    }
}

/// The whole state of a live job, as compaction writes it at the head of the log.
public struct CarriedJob: Sendable, Hashable {
    /// What was enqueued.
    public var job: NewJob
    /// Where the job stands.
    public var state: JobState
    /// The earliest time at which it may run next.
    public var runAt: Date
    /// When it was enqueued.
    public var createdAt: Date
    /// When it last changed state.
    public var updatedAt: Date
    /// The text of the last failure.
    public var lastError: String?
    /// The worker that runs it or ran it last.
    public var worker: String?
    /// What it produced.
    public var output: [UInt8]?
    /// Whether the payload could not be read any more; the one in `job` is empty then, and the
    /// job fails visibly when it is claimed.
    public var payloadLost: Bool
    /// Whether a job that waits has been seen to be due, which it then stays.
    public var isReady: Bool

    /// Makes the carried state; backends do.
    public init(
        job: NewJob,
        state: JobState,
        runAt: Date,
        createdAt: Date,
        updatedAt: Date,
        lastError: String? = nil,
        worker: String? = nil,
        output: [UInt8]? = nil,
        payloadLost: Bool = false,
        isReady: Bool = false
    ) {
        self.job = job
        self.state = state
        self.runAt = runAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lastError = lastError
        self.worker = worker
        self.output = output
        self.payloadLost = payloadLost
        self.isReady = isReady
    }
}
