package import LazyJobs

/// The state machine of a store: every state is a fold of its events.
///
/// Commands are checked against the state and make events; nothing changes but by applying those.
/// The same events give the same state on every platform. It knows no clock, file or lock, and
/// keeps no payloads, only where they stand.
///
/// Invariants (executable in `checkInvariants()`):
/// - A job that waits stands among the ready ones of its queue or among those that become due, a
///   final one among those that ended the same way, a running one in no order.
/// - A queue offers the first of its ready jobs, or nothing while it is paused, and stands in the
///   claim order no later than that.
/// - The updated order holds every job, by the sequence number of its last transition.
/// - A unique key is bound by exactly the jobs that have it and are not final; an idempotency key
///   by the job that has it, whatever its state.
package struct JobLedger: Sendable {
    /// The last event that was applied; zero at first.
    package internal(set) var lastSequence = SequenceNumber.zero
    /// How many times the store was opened; zero until the first time.
    package internal(set) var epoch: UInt64 = 0
    /// The id of the next job.
    package internal(set) var nextJobID = JobID(rawValue: 1)
    /// Whether the store was opened and not closed since.
    package internal(set) var isOpen = false
    /// How many jobs the store holds, in whatever state.
    package internal(set) var count = 0
    var counts = StateCounts()

    // Columns, by slot.
    var rows = ChunkedColumn<JobRow>()
    var heapPositions = JobHeap.Positions()
    var order = UpdatedOrder()
    var traits = SideTable<JobTraits>()
    var errors = SideTable<String>()
    var outputs = SideTable<[UInt8]>()
    var freeSlots = ChunkedColumn<Slot>()

    // Indexes.
    var slots = IDTable()
    var uniqueKeys = KeyIndex<Slot>()
    var idempotencyKeys = KeyIndex<Slot>()
    var kinds = Interner()
    var queues = Interner()
    var workers = Interner()
    /// By the queue's token.
    var lanes = ChunkedColumn<QueueLane>()
    /// The queues that have a due job and are not paused, by their tokens, and perhaps others.
    var claimOrder = ClaimOrder()
    /// The jobs that wait for their time.
    var due = OrderedJobs(by: .due)
    var ended = EndedJobs()

    /// How much of each segment is needed; no part of the state.
    package internal(set) var accounts = RecordAccounts()

    // What outlives the jobs.
    var schedulesByKey: [TextKey: JobSchedule] = [:]
    /// How many jobs with a schedule's key are not final.
    var openCountsBySchedule: [TextKey: Int] = [:]
    var pausesByQueue: [TextKey: PausedQueue] = [:]
    // Of the two above: each new segment of a log begins with them.
    var schedulesSize = 0
    var pausesSize = 0

    /// More bytes than the schedules and the paused queues have in ``baseline()``; none without.
    package var baselineSizeMax: Int {
        let scheduleMax = JobLimits.keySizeMax + Self.baselineEntryMax
        return schedulesSize + schedulesByKey.count * scheduleMax
            + pausesSize + pausesByQueue.count * Self.baselineEntryMax
    }

    /// The numbers of a schedule or of a paused queue, and what stands before its texts.
    private static let baselineEntryMax = 128

    /// How many jobs run.
    package var runningCount: Int { counts[.running] }

    /// Makes the ledger of a store in which nothing has happened.
    package init() {}

    /// Makes the ledger of a store whose events up to some point are gone, but for this.
    ///
    /// - Parameter baseline: What was read from a disk must have passed its `check()`.
    package init(baseline: LedgerBaseline) {
        lastSequence = baseline.lastSequence
        epoch = baseline.epoch
        nextJobID = baseline.nextJobID
        isOpen = baseline.isOpen
        for schedule in baseline.schedules { keep(schedule, key: schedule.key) }
        for pause in baseline.pausedQueues { keep(pause, queue: pause.queue) }
    }

    /// The same state, to be kept while this one goes on.
    ///
    /// - Complexity: O(1); whichever is changed then copies what it changes, a chunk at a time.
    package func copy() -> JobLedger { self }

    /// All that must outlive the events that made it.
    package func baseline() -> LedgerBaseline {
        LedgerBaseline(
            lastSequence: lastSequence,
            epoch: epoch,
            nextJobID: nextJobID,
            isOpen: isOpen,
            schedules: schedules(),
            pausedQueues: pausesByQueue.sorted { $0.key < $1.key }.map(\.value)
        )
    }
}
