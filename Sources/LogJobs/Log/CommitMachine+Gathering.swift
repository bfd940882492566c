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
        /// How many of them are expected.
        var expected: Int
        /// How long the writer may still do nothing.
        var budget: Duration
        private var pausedAt: Duration?

        /// Waking the writer for each command would cost its caller more than it gains.
        private static let wakeCountMin = 8

        init(_ expected: Int, besides hereCount: Int, budget: Duration) {
            wanted = expected + hereCount
            self.expected = expected
            self.budget = budget
        }

        /// Whether most of those who were expected are planned.
        func hasCome(after plannedCount: Int) -> Bool {
            3 * (wanted - plannedCount) <= expected
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

    /// Waits for fewer large groups the more of them did not come in time.
    ///
    /// Callers that first encode a job take longer than a sync until they come again. They do so
    /// while the writer works for others, if it does not wait for them. A small group is no work
    /// for others: if it splits, each part waits for the sync of the other.
    struct Patience: Sendable {
        private var unawaitedCount = 0
        private var doubt = 0

        private static let doubtMax = 6
        private static let groupCountMin = 32

        /// Whether to wait for the next group.
        mutating func mayWait(for count: Int) -> Bool {
            guard unawaitedCount > 0, count >= Self.groupCountMin else { return true }
            unawaitedCount -= 1
            return false
        }

        /// A group was waited for.
        mutating func learn(of count: Int, hasCome: Bool) {
            guard count >= Self.groupCountMin else { return }
            doubt = hasCome ? max(0, doubt - 1) : min(doubt + 1, Self.doubtMax)
            unawaitedCount = (1 << doubt) - 1
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
        guard patience.mayWait(for: count) else { return }
        gathering = Gathering(count, besides: first.count + others.count, budget: budget)
    }

    /// All have come, or the time is over in which those that are missing might have.
    package mutating func endGathering() {
        guard let gathering else { return }
        let hasCome = gathering.hasCome(after: planned.commandCount)
        patience.learn(of: gathering.expected, hasCome: hasCome)
        self.gathering = nil
    }
}
