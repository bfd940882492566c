/// Copies what is still to be done from one store into another: all jobs that are not final, the
/// schedules, and which queues are paused.
///
/// ```swift
/// let move = JobMove(source: "shop")
/// let report = try await move.run(from: old, to: new)
/// ```
///
/// Stop the runners of the old store first, and do not start them again: the jobs stay in it. A job
/// keeps its kind, queue, payload, priority, run-at time, attempts allowed, timeout, keys, tags and
/// metadata. It gets another number; jobs that wait for it wait for the new one, and waits for jobs
/// that are final or gone are dropped. Its history stays behind, and its count of attempts begins
/// anew: the attempts so far and the last error are put into its metadata. A job whose arguments
/// the old store has lost is left behind, and named in the report.
///
/// A move that broke off can be run again, with the same ``source``: jobs without an idempotency
/// key get the key `moved/<source>/<number>`, so that none is added twice while the first copy is
/// in the new store, whatever its state. Two old stores need two names.
public struct JobMove: Sendable {
    /// The name of the old store, for keys and metadata; 1 to ``sourceSizeMax`` bytes.
    public var source: String
    /// Whether running jobs are copied too, to run again; otherwise they end the move with
    /// `invalidState`.
    public var takesRunning: Bool
    /// Who moves the jobs, in words for people; kept in the history of the new store.
    public var actor: String?

    /// How long the name of a store may be, in bytes.
    public static let sourceSizeMax = 128
    /// The metadata that says where a job came from: source, slash, number.
    public static let originKey = "lazyjobs.moved-from"
    /// The metadata that says how many attempts counted before the move.
    public static let attemptsKey = "lazyjobs.attempts"
    /// The metadata with the last error before the move.
    public static let errorKey = "lazyjobs.last-error"

    /// Describes a move.
    public init(source: String, takesRunning: Bool = false, actor: String? = nil) {
        self.source = source
        self.takesRunning = takesRunning
        self.actor = actor
    }

    /// Copies everything, and returns when that is durable.
    ///
    /// - Parameters:
    ///   - old: Where the jobs are; nothing in it changes.
    ///   - new: Where they go.
    ///   - each: Is told of each job, as soon as it is in the new store.
    /// - Returns: How much there was.
    /// - Throws: `invalidRequest` for the name of the source; `invalidState` for running jobs;
    ///   `unsupported` when the new store cannot keep what is in the old one; and what the stores
    ///   throw. What was copied by then stays.
    /// - Complexity: O(n log n) in the jobs; memory for their numbers and one batch.
    public func run(
        from old: any Backend,
        to new: any Backend,
        each: (MovedPair) -> Void = { _ in }
    ) async throws(BackendError) -> JobMoveReport {
        var departure = try await JobDeparture(from: MoveSource(old), of: self)
        var arrival = try JobArrival(in: new, of: self)
        while let item = try await departure.next() {
            try await arrival.take(item, each)
        }
        return try await arrival.finish(each)
    }
}

/// Copies what is still to be done from one store into another; see ``JobMove``.
///
/// - Parameters:
///   - old: Where the jobs are; its runners must have stopped.
///   - new: Where they go.
///   - source: The name of the old store, the same when the move is run again.
/// - Returns: How much there was.
/// - Throws: As ``JobMove/run(from:to:each:)``.
public func moveJobs(
    from old: any Backend,
    to new: any Backend,
    source: String
) async throws(BackendError) -> JobMoveReport {
    try await JobMove(source: source).run(from: old, to: new)
}

/// What became of one job of a move.
public struct MovedPair: Sendable, Hashable {
    /// Its number in the old store.
    public var oldID: JobID
    /// The number of the job that stands for it in the new store.
    public var newID: JobID
    /// How it stands there.
    public var outcome: Outcome

    /// How a job stands in the new store.
    public enum Outcome: Sendable, Hashable {
        /// It was added.
        case copied
        /// It was there already: an earlier move has added it, or the same request was enqueued.
        case alreadyThere
        /// Another job with the same unique key keeps it out.
        case keptOut
    }
}

/// How much a move has found and done.
public struct JobMoveReport: Sendable, Hashable {
    /// How many jobs were added.
    public var copiedCount = 0
    /// How many jobs were there already.
    public var alreadyThereCount = 0
    /// How many jobs were kept out by another with the same unique key.
    public var keptOutCount = 0
    /// How many of all these ran.
    public var runningCount = 0
    /// How many waits were dropped, since the other job is final or gone.
    public var droppedWaitCount = 0
    /// Jobs that are not in the new store, since the old one cannot read their arguments.
    public var lostJobs: [JobID] = []
    /// How many schedules were set.
    public var scheduleCount = 0
    /// How many queues were paused.
    public var pausedQueueCount = 0

    /// Nothing was found.
    public init() {}

    /// How many jobs there were that could be read.
    public var jobCount: Int { copiedCount + alreadyThereCount + keptOutCount }
}
