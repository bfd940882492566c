package import Foundation
package import LazyJobs

extension JobLedger {
    /// Removes final jobs that ended before a time, the one that ended first at first.
    ///
    /// - Complexity: O(log jobs) for each job that is removed.
    package mutating func prune(
        finishedBefore date: Date,
        limit: Int,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> Int {
        try answering("prune jobs") { () throws(Violation) in
            try RequestLimits.check(count: limit, "the limit", from: 1)
            if date.timeIntervalSince1970.isNaN { throw Violation("the time is no number") }
        }
        let time = Timestamp(date)
        let bounds = PruneBounds(
            succeededBefore: time,
            discardedBefore: time,
            cancelledBefore: time
        )
        return prune(bounds, limit: limit, at: now, into: &events)
    }

    /// Removes final jobs that ended too long ago, the one that ended first at first.
    ///
    /// - Returns: How many; fewer than `limit` when there are no more.
    /// - Complexity: O(log jobs) for each job that is removed.
    package mutating func prune(
        _ bounds: PruneBounds,
        limit: Int,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) -> Int {
        var count = 0
        while count < limit, let first = ended.first(past: bounds, rows) {
            transition(first.slot, .pruned, at: now, into: &events)
            count += 1
        }
        return count
    }

    /// Removes certain final jobs; each stands for itself.
    ///
    /// - Returns: The last record of each.
    package mutating func prune(
        _ ids: [JobID],
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> [FinishResult] {
        try answering("prune jobs") { () throws(Violation) in
            try RequestLimits.check(count: ids.count, "the number of jobs")
        }
        return ids.map { id in
            do throws(BackendError) {
                let slot = try slot(of: id, to: "prune")
                let record = record(at: slot)
                guard record.state.isFinal else {
                    throw BackendError(
                        .invalidState,
                        "Could not prune job \(id): it has not ended. Cancel it first."
                    )
                }
                transition(slot, .pruned, at: now, into: &events)
                return .success(record)
            } catch {
                return .failure(error)
            }
        }
    }

    /// How many jobs have ended and are still there.
    package var endedCount: Int { ended.count }

    /// How many jobs neither run nor have ended.
    package var waitingCount: Int { count - endedCount - runningCount }

    /// Whether there is something to prune.
    package func hasJobs(past bounds: PruneBounds) -> Bool {
        ended.first(past: bounds, rows) != nil
    }
}
