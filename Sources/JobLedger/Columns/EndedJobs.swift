package import LazyJobs

/// The final jobs, for each outcome the one that ended first at the top.
struct EndedJobs: Sendable {
    private var succeeded = JobHeap()
    private var discarded = JobHeap()
    private var cancelled = JobHeap()

    var count: Int { succeeded.count + discarded.count + cancelled.count }

    /// The jobs with one outcome.
    subscript(state: JobState) -> JobHeap {
        get {
            switch state {
            case .succeeded: succeeded
            case .discarded: discarded
            case .cancelled: cancelled
            case .pending, .running, .retrying: preconditionFailure("a job has not ended")
            }
        }
        _modify {
            switch state {
            case .succeeded: yield &succeeded
            case .discarded: yield &discarded
            case .cancelled: yield &cancelled
            case .pending, .running, .retrying: preconditionFailure("a job has not ended")
            }
        }
    }

    /// The job that ended first of those that ended too long ago.
    func first(past bounds: PruneBounds) -> JobHeap.Entry? {
        let candidates = [
            (succeeded.first, bounds.succeededBefore),
            (discarded.first, bounds.discardedBefore),
            (cancelled.first, bounds.cancelledBefore),
        ]
        var first: JobHeap.Entry?
        for case (let entry?, let bound?) in candidates where entry.time < bound {
            if first.map({ entry < $0 }) ?? true { first = entry }
        }
        return first
    }
}

/// For each outcome, the jobs that ended before this time are to go; none without a time.
package struct PruneBounds: Sendable, Hashable {
    package var succeededBefore: Timestamp?
    package var discardedBefore: Timestamp?
    package var cancelledBefore: Timestamp?

    package init(
        succeededBefore: Timestamp? = nil,
        discardedBefore: Timestamp? = nil,
        cancelledBefore: Timestamp? = nil
    ) {
        self.succeededBefore = succeededBefore
        self.discardedBefore = discardedBefore
        self.cancelledBefore = cancelledBefore
    }
}
