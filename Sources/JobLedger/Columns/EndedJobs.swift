package import LazyJobs

/// The final jobs, for each outcome the one that ended first at the top.
struct EndedJobs: Sendable {
    private var succeeded = OrderedJobs(by: .ended)
    private var discarded = OrderedJobs(by: .ended)
    private var cancelled = OrderedJobs(by: .ended)

    var count: Int { succeeded.count + discarded.count + cancelled.count }

    /// The jobs with one outcome.
    subscript(state: JobState) -> OrderedJobs {
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
    func first(past bounds: PruneBounds, _ rows: OrderedJobs.Rows) -> JobHeap.Entry? {
        let candidates = [
            (succeeded.first(rows), bounds.succeededBefore),
            (discarded.first(rows), bounds.discardedBefore),
            (cancelled.first(rows), bounds.cancelledBefore),
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
