public import LazyJobs

/// Which events are wanted.
///
/// What is not set holds for all; what is set must hold together. A filter by job, kind, tag,
/// event, state or error leaves out what is not about a job, and one by queue all of that but
/// changes of such a queue. Events with which compaction carried jobs are no part of a job's
/// history: they come only when ``events`` names them.
public struct EventFilter: Sendable, Hashable {
    /// Of these jobs.
    public var jobs: Set<JobID>?
    /// Of jobs of these kinds.
    public var kinds: Set<String>?
    /// Of jobs in these queues.
    public var queues: Set<String>?
    /// Of jobs with one of these tags.
    public var tags: Set<String>?
    /// Of these kinds of transition.
    public var events: Set<JobTransition.Kind>?
    /// Those that brought a job into one of these states.
    public var states: Set<JobState>?
    /// Those that happened at that moment or later; for a time, each by its own.
    public var since: LogMoment?
    /// Those that happened at that moment or before; for a time, each by its own.
    public var until: LogMoment?
    /// Failures whose text contains this, letter by letter.
    public var errorText: String?

    /// Wants what all of these hold for.
    public init(
        jobs: Set<JobID>? = nil,
        kinds: Set<String>? = nil,
        queues: Set<String>? = nil,
        tags: Set<String>? = nil,
        events: Set<JobTransition.Kind>? = nil,
        states: Set<JobState>? = nil,
        since: LogMoment? = nil,
        until: LogMoment? = nil,
        errorText: String? = nil
    ) {
        self.jobs = jobs
        self.kinds = kinds
        self.queues = queues
        self.tags = tags
        self.events = events
        self.states = states
        self.since = since
        self.until = until
        self.errorText = errorText
    }
}

extension EventFilter {
    /// Whether it asks what only a job's first event tells.
    var needsSources: Bool { kinds != nil || queues != nil || tags != nil }

    /// The first event that can fit.
    var firstSequence: SequenceNumber {
        if case .sequence(let sequence) = since { sequence } else { .zero }
    }

    /// The last event that can fit, if that can be told.
    var lastSequence: SequenceNumber? {
        if case .sequence(let sequence) = until { sequence } else { nil }
    }

    /// Whether an event's time or number fits.
    package func fitsTime(_ event: JobEvent) -> Bool {
        switch since {
        case .time(let date) where event.time < date: return false
        case .sequence(let sequence) where event.sequence < sequence: return false
        default: break
        }
        switch until {
        case .time(let date) where event.time > date: return false
        case .sequence(let sequence) where event.sequence > sequence: return false
        default: return true
        }
    }

    /// Whether an event that is not about a job fits, the time aside.
    func fits(_ body: JobEvent.Body) -> Bool {
        guard jobs == nil, kinds == nil, tags == nil, events == nil, states == nil,
            errorText == nil
        else { return false }
        guard let queues else { return true }
        switch body {
        case .queue(.paused(let queue, _, _)), .queue(.resumed(let queue, _)):
            return queues.contains(queue)
        case .job, .schedule, .queue, .store: return false
        }
    }

    /// Whether a transition fits, as far as it alone can tell.
    func fits(_ transition: JobTransition) -> Bool {
        if let events {
            guard events.contains(transition.kind) else { return false }
        } else if transition.kind == .carried {
            return false
        }
        guard jobs?.contains(transition.jobID) ?? true else { return false }
        if let states {
            guard let state = transition.state, states.contains(state) else { return false }
        }
        guard let errorText else { return true }
        return transition.change.failure?.contains(errorText) ?? false
    }
}

extension JobTransition {
    /// The state in which the job is then; `nil` when it is gone.
    fileprivate var state: JobState? {
        switch change {
        case .claimed: .running
        case .succeeded: .succeeded
        case .discarded: .discarded
        case .cancelled: .cancelled
        case .retried: .retrying
        case .enqueued, .snoozed, .interrupted, .rescued, .requeued:
            attempt == 0 ? .pending : .retrying
        case .carried(let carried): carried.state
        case .pruned: nil
        }
    }
}

extension JobTransition.Change {
    /// The text of the failure, if the change is one.
    package var failure: String? {
        switch self {
        case .retried(let error, _, _), .discarded(let error, _, _), .rescued(let error): error
        default: nil
        }
    }
}
