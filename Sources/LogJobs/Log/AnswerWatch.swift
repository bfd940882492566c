import CLogJobs
import Synchronization

/// Decides which callers look for their answer for a moment, before they suspend.
///
/// An answer that waits for no sync takes the writer some microseconds; to suspend, and to be
/// resumed by a thread that has fallen asleep meanwhile, takes forty. But who looks keeps a thread
/// and a processor from others. So it does only if
///
/// - fewer look than there are processors: one is for a writer;
/// - hardly another caller has its answer and waits for a thread to go on;
/// - it is not the sixteenth that might look: that one suspends, unless it is answered by then, and
///   lets whoever waits go on;
/// - to look pays: after eight in a row that were in vain, five hundred that might look do not, and
///   five hundred more if the next is in vain too. So it shows if other tasks or programs want the
///   processors, and the writer has none; but slow calls are in vain too.
///
/// It may be wrong at any time, since it looks at each count alone; that costs time, nothing else.
/// Three callers that have their answers, and whose executor is blocked, keep all from looking.
final class AnswerWatch: Sendable {
    private let lookersMax: Int
    let lookerCount = Atomic(0)
    let resumedCount = Atomic(0)
    private let rowCount = Atomic(0)
    /// How many looks in a row were in vain.
    private let vainCount = Atomic(0)
    /// How many calls are to pass without a look.
    private let passCount = Atomic(0)

    /// For all stores of the process, since they share its threads and its processors; as many of
    /// these as there are when the first of them opens.
    static let ofProcess = AnswerWatch(processors: Int(clogjobs_processors()))

    /// Makes one that lets nobody look on a single processor.
    init(processors: Int) {
        lookersMax = processors - 1
    }

    /// A caller has handed over its call.
    ///
    /// - Returns: Whether it may look; it tells by ``ends(hasPaid:)`` when it does not any more.
    func begins() -> Bool {
        guard resumedCount.load(ordering: .relaxed) <= Self.resumedMax else { return false }
        guard passCount.load(ordering: .relaxed) <= 0 else {
            passCount.subtract(1, ordering: .relaxed)
            return false
        }
        guard rowCount.add(1, ordering: .relaxed).newValue < Self.rowMax else {
            rowCount.store(0, ordering: .relaxed)
            return false
        }
        let isFree = lookerCount.add(1, ordering: .relaxed).newValue <= lookersMax
        if !isFree { lookerCount.subtract(1, ordering: .relaxed) }
        return isFree
    }

    /// A caller looks no more.
    ///
    /// - Parameter hasPaid: Whether it has its answer.
    func ends(hasPaid: Bool) {
        lookerCount.subtract(1, ordering: .relaxed)
        guard !hasPaid else { return vainCount.store(0, ordering: .relaxed) }
        let count = vainCount.add(1, ordering: .relaxed).newValue
        if count >= Self.vainMax { passCount.store(Self.passMax, ordering: .relaxed) }
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
    private static let vainMax = 8
    private static let passMax = 500
}
