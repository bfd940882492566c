import LazyJobs

/// Decides how many jobs are pruned at a time: as few as callers do not feel, more and more while
/// that does not suffice.
struct Pruning: Sendable {
    private static let limits = 100...JobLimits.batchCountMax

    /// How many the next command may prune.
    private(set) var limit = Self.limits.lowerBound
    /// Whether jobs come so fast that it must not rest.
    private(set) var isBehind = false
    private var countAtFirst: Int?
    private var prunedCount = 0

    /// So many were pruned, and so many final jobs are left.
    mutating func add(_ count: Int, left: Int) {
        let first = countAtFirst ?? left + count
        countAtFirst = first
        prunedCount += count
        // At most half of what goes may come anew, or the rest of upkeep has to wait long.
        isBehind = left + prunedCount / 2 > first
        limit = isBehind ? min(2 * limit, Self.limits.upperBound) : Self.limits.lowerBound
    }
}
