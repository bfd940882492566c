package import LazyJobs

/// What the jobs of a ledger are counted by, to be added up while the ledger goes on.
package struct JobTally: Sendable {
    fileprivate let count: Int
    fileprivate let counts: StateCounts
    fileprivate let kinds: Interner
    fileprivate let queues: Interner
    fileprivate let lanes: ChunkedColumn<QueueLane>

    /// The counts by state, kind and queue.
    ///
    /// - Complexity: O(kinds + queues).
    package func stats() -> JobStats {
        var stats = JobStats(total: count, byState: Self.positive(counts))
        // Two names may be one for a dictionary, which compares texts and not their bytes.
        for token in kinds.usedTokens {
            stats.byKind[kinds.name(token), default: 0] += kinds.useCount(token)
        }
        for token in queues.usedTokens {
            let queue = queues.name(token)
            let counts = Self.positive(lanes[Int(token)].counts)
            stats.byQueue[queue, default: 0] += queues.useCount(token)
            stats.byQueueState[queue, default: [:]].merge(counts, uniquingKeysWith: +)
        }
        return stats
    }

    private static func positive(_ counts: StateCounts) -> [JobState: Int] {
        var positive: [JobState: Int] = [:]
        for state in JobState.allCases where counts[state] > 0 { positive[state] = counts[state] }
        return positive
    }
}

extension JobLedger {
    /// The counts of this moment.
    ///
    /// - Complexity: O(1).
    package func tally() -> JobTally {
        JobTally(count: count, counts: counts, kinds: kinds, queues: queues, lanes: lanes)
    }

    /// How many jobs the store holds, by state, kind and queue.
    package func stats() -> JobStats {
        tally().stats()
    }
}
