package import LazyJobs

/// Why an event cannot follow the events before it.
package enum LedgerError: Error, Sendable, Hashable {
    /// The sequence number is not the one that follows.
    case sequenceGap(expected: SequenceNumber, found: SequenceNumber)
    /// The event does not belong to the epoch that runs, or opens none that is newer.
    case wrongEpoch(current: UInt64, found: UInt64)
    /// Something happened in a store that nobody had open.
    case notOpen
    /// The store was closed while jobs ran.
    case closedWhileRunning(Int)
    /// A new job's id is not the one that follows, or an opened store goes back to lower ids.
    case wrongJobID(expected: JobID, found: JobID)
    /// No such job is in the store.
    case unknownJob(JobID)
    /// The job's own count of transitions has a gap.
    case wrongVersion(JobID, expected: UInt32, found: UInt32)
    /// The event points back at another event than the job's last.
    case wrongPrevious(JobID, expected: SequenceNumber?, found: SequenceNumber?)
    /// The count of attempts does not follow from the change.
    case wrongAttempt(JobID, expected: Int, found: Int)
    /// The job's state does not allow the change.
    case illegalTransition(JobID, JobTransition.Kind, from: JobState)
    /// Another job holds the unique or idempotency key.
    case keyTaken(JobID, by: JobID)
    /// A carried job is not as it stands in the store.
    case carriedDiffers(JobID)
    /// The store cannot hold another job.
    case tooManyJobs
    /// A value goes past a limit; in words.
    case limitExceeded(String)
    /// No such schedule is in the store.
    case unknownSchedule(String)
    /// A schedule did not move forwards.
    case scheduleNotAdvanced(String)
    /// A queue that is paused was paused, or one that is not was resumed.
    case queueUnchanged(String)
}

extension LedgerError: CustomStringConvertible {
    /// The reason, as a sentence without its full stop: it stands within others.
    package var description: String {
        switch self {
        case .sequenceGap(let expected, let found):
            "Event \(expected) should follow, found event \(found)"
        case .wrongEpoch(let current, let found):
            "The store is in epoch \(current), found an event of epoch \(found)"
        case .notOpen: "The event happened while the store was closed"
        case .closedWhileRunning(let count): "The store was closed while \(count) jobs ran"
        case .wrongJobID(let expected, let found):
            "Job id \(expected) should follow, found \(found)"
        case .unknownJob(let id): "Job \(id) is not in the store"
        case .wrongVersion(let id, let expected, let found):
            "Version \(expected) of job \(id) should follow, found version \(found)"
        case .wrongPrevious(let id, let expected, let found):
            "The event before of job \(id) is \(Self.text(expected)), found \(Self.text(found))"
        case .wrongAttempt(let id, let expected, let found):
            "Job \(id) should have \(expected) attempts, found \(found)"
        case .illegalTransition(let id, let kind, let state):
            "Job \(id) is \(state.rawValue) and cannot be \(kind.rawValue)"
        case .keyTaken(let id, let holder): "A key of job \(id) is held by job \(holder)"
        case .carriedDiffers(let id): "Job \(id) was carried otherwise than it stands"
        case .tooManyJobs: "The store holds as many jobs as it can"
        case .limitExceeded(let reason): "A limit is exceeded: \(reason)"
        case .unknownSchedule(let key): "Schedule \(key) is not in the store"
        case .scheduleNotAdvanced(let key): "Schedule \(key) did not move forwards"
        case .queueUnchanged(let queue): "Queue \(queue) was paused or resumed twice"
        }
    }

    private static func text(_ sequence: SequenceNumber?) -> String {
        sequence.map { "event \($0)" } ?? "none"
    }
}
