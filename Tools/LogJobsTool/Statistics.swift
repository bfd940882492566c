import LazyJobs
import LogJobs

/// The answer to `stats`: how much was done, and how long it took.
struct Statistics {
    /// What was counted, of all jobs or of some.
    struct Counts: Equatable {
        var enqueued = 0
        var started = 0
        var succeeded = 0
        /// Attempts that failed, those of processes that died too.
        var failed = 0
        /// Jobs given up.
        var discarded = 0
        var cancelled = 0
        /// From when a job might run to its first start.
        var waits = DurationHistogram()
        /// The attempts that have ended.
        var runs = DurationHistogram()
    }

    private let filter: EventFilter
    /// How long a step of time is; chosen by what there is unless it was given.
    private var step: Duration
    private let isStepGiven: Bool
    private(set) var total = Counts()
    private(set) var kinds: [String: Counts] = [:]
    private(set) var queues: [String: Counts] = [:]
    /// By time, each step by when it begins; those with nothing in them are not there.
    private(set) var steps: [Timestamp: Counts] = [:]
    private(set) var first: Timestamp?
    private(set) var last: Timestamp?
    /// When the jobs might run that have not started yet.
    private var waiting: [JobID: Timestamp] = [:]

    init(_ filter: EventFilter, step: Duration? = nil) {
        self.filter = EventFilter(since: filter.since, until: filter.until)
        self.step = step ?? .seconds(1)
        isStepGiven = step != nil
    }

    /// Takes the next event into account.
    mutating func add(_ named: NamedEvent) {
        let (event, source) = (named.event, named.source)
        guard let transition = event.transition else { return }
        let wait = wait(transition, at: event.timestamp)
        guard filter.fitsTime(event) else { return }
        first = min(first ?? event.timestamp, event.timestamp)
        last = max(last ?? event.timestamp, event.timestamp)
        total.add(transition, wait)
        kinds[source?.kind ?? "?", default: Counts()].add(transition, wait)
        queues[source?.queue ?? "?", default: Counts()].add(transition, wait)
        steps[start(of: event.timestamp), default: Counts()].add(transition, wait)
        while !isStepGiven, steps.count > Self.stepCountMax, coarsen() {}
    }

    /// Makes steps longer; each of these lengths is a multiple of the one before.
    private mutating func coarsen() -> Bool {
        guard let longer = Self.lengths.first(where: { $0 > step }) else { return false }
        step = longer
        let finer = steps
        steps = [:]
        for (time, counts) in finer { steps[start(of: time), default: Counts()].add(counts) }
        return true
    }

    private static let stepCountMax = 30
    private static let lengths: [Duration] = [
        1, 10, 60, 600, 3600, 6 * 3600, 86_400, 7 * 86_400, 28 * 86_400, 364 * 86_400,
    ].map { .seconds($0) }

    /// How long a job had waited that starts for the first time.
    private mutating func wait(
        _ transition: JobTransition,
        at time: Timestamp
    ) -> Duration? {
        switch transition.change {
        case .enqueued(_, let runAt):
            waiting[transition.jobID] = max(time, Timestamp(runAt))
            return nil
        case .claimed: return waiting.removeValue(forKey: transition.jobID).map { time.since($0) }
        default:
            waiting[transition.jobID] = nil
            return nil
        }
    }

    private func start(of time: Timestamp) -> Timestamp {
        let length = step.wholeMicroseconds
        let rest = time.microseconds % length
        return Timestamp(microseconds: time.microseconds - (rest < 0 ? rest + length : rest))
    }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: try rows.map { try JSONLine.string($0) }
        case .text: text
        }
    }

    /// How long there was something to count.
    var span: Duration {
        guard let first, let last else { return .zero }
        return last.since(first)
    }
}

extension Statistics.Counts {
    fileprivate mutating func add(_ other: Self) {
        enqueued += other.enqueued
        started += other.started
        succeeded += other.succeeded
        failed += other.failed
        discarded += other.discarded
        cancelled += other.cancelled
        waits.add(other.waits)
        runs.add(other.runs)
    }

    fileprivate mutating func add(_ transition: JobTransition, _ wait: Duration?) {
        if let wait { waits.add(wait) }
        if let duration = transition.change.duration { runs.add(duration) }
        switch transition.change {
        case .enqueued: enqueued += 1
        case .claimed: started += 1
        case .succeeded: succeeded += 1
        case .retried, .rescued: failed += 1
        case .discarded(_, let actor, _):
            discarded += 1
            if actor == nil { failed += 1 }
        case .cancelled: cancelled += 1
        case .snoozed, .interrupted, .requeued, .pruned, .carried: break
        }
    }
}
