public import Foundation

/// What became of one job of an enqueue.
public enum EnqueueResult: Sendable, Hashable {
    /// It is in the store, durably.
    case enqueued(JobRecord)
    /// A job with the same unique or idempotency key is there already; nothing was added.
    case duplicate(of: JobRecord)

    /// The job that stands in the store for the request, new or old.
    public var record: JobRecord {
        switch self {
        case .enqueued(let record), .duplicate(let record): record
        }
    }
}

/// What a worker asks for when it claims.
public struct ClaimRequest: Sendable, Hashable {
    /// The queues to claim from; `nil` means all.
    public var queues: [String]?
    /// How many jobs at the most, from 1 to ``JobLimits/batchCountMax``.
    public var limit: Int
    /// How many jobs of a queue may run at once in the whole store; queues not named are free.
    public var queueLimits: [String: Int]
    /// Who claims; it is kept in the job's history.
    public var worker: String

    /// Asks for due jobs.
    public init(
        queues: [String]? = nil,
        limit: Int = 1,
        queueLimits: [String: Int] = [:],
        worker: String
    ) {
        self.queues = queues
        self.limit = limit
        self.queueLimits = queueLimits
        self.worker = worker
    }
}

/// A job that a worker now holds.
public struct ClaimedJob: Sendable, Hashable {
    /// Its state after the claim; the running attempt counts.
    public var record: JobRecord
    /// Its arguments; `nil` when they can no longer be read from the store.
    public var payload: JobPayload?
    /// What must be presented to finish it.
    public var lease: Lease

    /// Makes a claimed job; backends do.
    public init(record: JobRecord, payload: JobPayload?, lease: Lease) {
        self.record = record
        self.payload = payload
        self.lease = lease
    }
}

/// The answer to a claim.
public struct ClaimResult: Sendable, Hashable {
    /// The jobs, in claim order; empty when none was due.
    public var jobs: [ClaimedJob]
    /// When the next waiting job of the store becomes due, if one waits for its time.
    public var nextDue: Date?

    /// Makes an answer; backends do.
    public init(jobs: [ClaimedJob], nextDue: Date?) {
        self.jobs = jobs
        self.nextDue = nextDue
    }
}

/// How an attempt ended.
public enum JobOutcome: Sendable, Hashable {
    /// Well, perhaps with something to keep; at most ``JobLimits/outputSizeMax`` bytes.
    case succeeded(output: [UInt8]? = nil)
    /// Badly; the job runs again.
    case retry(error: String, runAt: Date)
    /// Badly and for good.
    case discard(error: String)
    /// The job called itself off.
    case cancel(reason: String)
    /// The job wants to run later; the attempt does not count.
    case snooze(until: Date, reason: String? = nil)
    /// The runner stopped; the job is offered again at once and the attempt does not count.
    case interrupted(reason: String)
}

/// The end of one attempt, as its worker reports it.
public struct FinishRequest: Sendable, Hashable {
    /// The job.
    public var jobID: JobID
    /// The lease the claim gave.
    public var lease: Lease
    /// How it ended.
    public var outcome: JobOutcome

    /// Reports the end of an attempt.
    public init(jobID: JobID, lease: Lease, outcome: JobOutcome) {
        self.jobID = jobID
        self.lease = lease
        self.outcome = outcome
    }
}

/// What became of one request of a batch whose requests stand each for itself.
public typealias FinishResult = Result<JobRecord, BackendError>

/// Which jobs to list.
public struct JobQuery: Sendable, Hashable {
    /// Only these states; `nil` means all.
    public var states: Set<JobState>?
    /// Only this kind.
    public var kind: String?
    /// Only this queue.
    public var queue: String?
    /// Only jobs with this tag.
    public var tag: String?
    /// How many at the most, from 1 to ``JobLimits/listCountMax``.
    public var limit: Int
    /// Which come first.
    public var order: Order

    /// In which order jobs are listed.
    public enum Order: Sendable, Hashable {
        /// The job that changed last first.
        case lastChangedFirst
        /// By id, from the first behind `after` on, or from the first of all.
        ///
        /// This reads a whole store page by page: each page begins behind the last id of the page
        /// before, and the first empty page is the end. A job that is there all the while comes
        /// exactly once, whatever changes meanwhile.
        case byID(after: JobID?)
    }

    /// Asks for jobs, the hundred that changed last unless told otherwise.
    public init(
        states: Set<JobState>? = nil,
        kind: String? = nil,
        queue: String? = nil,
        tag: String? = nil,
        limit: Int = 100,
        order: Order = .lastChangedFirst
    ) {
        self.states = states
        self.kind = kind
        self.queue = queue
        self.tag = tag
        self.limit = limit
        self.order = order
    }
}

/// The answer to running the due schedules.
public struct ScheduleResult: Sendable, Hashable {
    /// The jobs that were enqueued.
    public var enqueued: [JobRecord]
    /// When the next schedule is due, if there is one.
    public var nextDue: Date?

    /// Makes an answer; backends do.
    public init(enqueued: [JobRecord], nextDue: Date?) {
        self.enqueued = enqueued
        self.nextDue = nextDue
    }
}
