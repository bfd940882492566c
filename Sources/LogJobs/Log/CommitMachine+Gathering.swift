// Waiting for callers that come as a group, and planning what has come meanwhile.

extension CommitMachine {
    /// What the next frame holds already.
    struct Planned: Sendable {
        var commandCount = 0
        /// More bytes than it takes.
        var bytesMax = 0
        /// Whether it adds jobs.
        var grows = false

        var isEmpty: Bool { commandCount == 0 }
    }

    /// The wait for callers that were just answered.
    ///
    /// Without it, callers that come as a group split in two, and each half waits for the sync of
    /// the other: measured with 64 callers, 33 jobs a frame instead of 62. While some are still on
    /// their way, those that have come are planned; only pauses in which nothing is left to do are
    /// charged.
    struct Gathering: Sendable {
        /// How many commands the frame has when all have come.
        var wanted: Int
        /// How long the writer may still do nothing.
        var budget: Duration
        private var pausedAt: Duration?

        /// Waking the writer for each command would cost its caller more than it gains.
        private static let wakeCountMin = 8

        init(wanted: Int, budget: Duration) {
            self.wanted = wanted
            self.budget = budget
        }

        mutating func resume(at uptime: Duration) {
            guard let start = pausedAt else { return }
            pausedAt = nil
            budget -= max(.zero, uptime - start)
        }

        /// For how many commands to pause, and how long; `nil` when it is over.
        mutating func pause(
            after plannedCount: Int,
            at uptime: Duration
        ) -> (commandCount: Int, bound: Duration)? {
            let missing = wanted - plannedCount
            guard missing > 0, budget > .zero else { return nil }
            pausedAt = uptime
            return (min(missing, max(Self.wakeCountMin, missing / 2)), budget)
        }
    }

    /// Counts those who are answered and may come again as a group: who adds to the store, and
    /// others if they are many.
    ///
    /// The few calls of a runner are no group: it has some on their way at any time, and asks again
    /// when it likes. To wait for them too took one worker half of its time, and four a third.
    mutating func countReturning() {
        let otherCount = held.count - heldGrowthCount
        returningCount += heldGrowthCount + (otherCount >= Self.groupCountMin ? otherCount : 0)
        heldGrowthCount = 0
    }

    /// More than a runner has under way.
    private static let groupCountMin = 8

    /// Callers are answered, and may come again at once: the next frame waits for them, unless it
    /// waits for no sync.
    ///
    /// - Parameters:
    ///   - count: How many, beside those whose commands are here.
    ///   - budget: How long the writer may do nothing for that, altogether.
    package mutating func expect(_ count: Int, budget: Duration) {
        guard isIdle, !isFull, settings.durability == .synced else { return }
        gathering = Gathering(wanted: first.count + others.count + count, budget: budget)
    }

    /// The time is over in which those that are missing might have come.
    package mutating func endGathering() {
        gathering = nil
    }
}
