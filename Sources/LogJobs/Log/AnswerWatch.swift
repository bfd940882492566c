import Synchronization

/// Decides which callers look for their answer for a moment, before they suspend.
///
/// An answer that waits for no sync takes the writer some microseconds; to suspend, and to be
/// resumed by a thread that has fallen asleep meanwhile, takes forty. But who looks keeps a thread
/// and a processor from others. So it does only if
///
/// - fewer look than there are processors: one is the writer's;
/// - hardly another caller has its answer and waits for a thread to go on;
/// - not so many have looked in a row: the next one suspends, and lets whoever waits go on.
///
/// It may be wrong at any time, since it looks at each count alone; that costs time, nothing else.
final class AnswerWatch: Sendable {
    private let lookersMax: Int
    let lookerCount = Atomic(0)
    let resumedCount = Atomic(0)
    private let rowCount = Atomic(0)

    /// Makes one that lets nobody look on a single processor.
    init(processors: Int) {
        lookersMax = processors - 1
    }

    /// A caller has handed over its call.
    ///
    /// - Returns: Whether it may look; it tells by ``ends()`` then when it does not any more.
    func begins() -> Bool {
        guard resumedCount.load(ordering: .relaxed) <= Self.resumedMax else { return false }
        guard rowCount.add(1, ordering: .relaxed).newValue < Self.rowMax else {
            rowCount.store(0, ordering: .relaxed)
            return false
        }
        let isFree = lookerCount.add(1, ordering: .relaxed).newValue <= lookersMax
        if !isFree { ends() }
        return isFree
    }

    /// A caller looks no more.
    func ends() {
        lookerCount.subtract(1, ordering: .relaxed)
    }

    /// A caller that has suspended gets its answer.
    func resumes() {
        resumedCount.add(1, ordering: .relaxed)
    }

    /// It has a thread again, and goes on.
    func goesOn() {
        resumedCount.subtract(1, ordering: .relaxed)
    }

    /// How long one looks at the most.
    static let lookMax = Duration.microseconds(20)
    private static let resumedMax = 2
    private static let rowMax = 16
}
