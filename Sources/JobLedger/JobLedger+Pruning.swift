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
        var count = 0
        while count < limit, let first = ended.first, first.time < Timestamp(date) {
            transition(first.slot, .pruned, at: now, into: &events)
            count += 1
        }
        return count
    }
}
