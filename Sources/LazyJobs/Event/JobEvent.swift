public import Foundation

/// One state transition: the unit of history, and the whole truth of a store.
///
/// Every state that a store can be in is a fold of its events, in the order of their sequence
/// numbers.
public struct JobEvent: Sendable, Hashable {
    /// Its position in the total order of the store.
    public var sequence: SequenceNumber
    /// How many times the store had been opened for writing when it happened, from 1.
    public var epoch: UInt64
    /// When it happened, by the backend's clock, in whole microseconds.
    public var time: Date {
        get { timestamp.date }
        set { timestamp = Timestamp(newValue) }
    }
    /// What happened.
    public var body: Body

    package var timestamp: Timestamp

    /// What an event is about.
    public enum Body: Sendable, Hashable {
        /// A transition of one job.
        case job(JobTransition)
        /// A change of a schedule.
        case schedule(ScheduleChange)
        /// A change of a queue.
        case queue(QueueChange)
        /// A store was opened or closed.
        case store(StoreChange)
    }

    /// Makes an event; backends do.
    public init(sequence: SequenceNumber, epoch: UInt64, time: Date, body: Body) {
        self.init(sequence: sequence, epoch: epoch, timestamp: Timestamp(time), body: body)
    }

    package init(sequence: SequenceNumber, epoch: UInt64, timestamp: Timestamp, body: Body) {
        self.sequence = sequence
        self.epoch = epoch
        self.timestamp = timestamp
        self.body = body
    }

    /// The job's transition, if the event is about a job.
    public var transition: JobTransition? {
        if case .job(let transition) = body { transition } else { nil }
    }
}

/// A schedule was set, moved on or removed.
public enum ScheduleChange: Sendable, Hashable {
    /// A schedule was made, or its content replaced.
    case set(JobSchedule, actor: String?)
    /// A due schedule moved on to its next time; `enqueued` tells whether it enqueued a job, and
    /// is false when the job before was not final yet.
    case advanced(key: String, nextRunAt: Date, enqueued: Bool)
    /// A schedule was removed.
    case removed(key: String, actor: String?)
}

/// A queue was paused or resumed.
public enum QueueChange: Sendable, Hashable {
    /// No job of the queue is claimed until it is resumed.
    case paused(queue: String, reason: String?, actor: String?)
    /// Jobs of the queue are claimed again.
    case resumed(queue: String, actor: String?)
}

/// A store was opened or closed for writing.
public enum StoreChange: Sendable, Hashable {
    /// A process took the store. Job ids continue with `firstJobID`.
    case opened(StoreOwner, firstJobID: JobID)
    /// The process gave it back in order.
    case closed
}

/// The process that holds a store open for writing.
public struct StoreOwner: Sendable, Hashable {
    /// Its process id.
    public var processID: Int32
    /// The kernel's boot id, or empty where there is none; at most ``JobLimits/nameSizeMax`` bytes.
    public var bootID: String
    /// The name of the machine; at most ``JobLimits/nameSizeMax`` bytes.
    public var host: String

    /// Describes a process.
    public init(processID: Int32, bootID: String, host: String) {
        self.processID = processID
        self.bootID = bootID
        self.host = host
    }
}
