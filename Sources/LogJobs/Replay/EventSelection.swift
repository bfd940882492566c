import JobLedger
package import LazyJobs

/// An event, and what is known of its job.
package struct NamedEvent: Sendable, Hashable {
    package var event: JobEvent
    package var source: JobSource?

    package init(event: JobEvent, source: JobSource? = nil) {
        self.event = event
        self.source = source
    }
}

/// What a job's first event tells of it.
package struct JobSource: Sendable, Hashable {
    package var kind: String
    package var queue: String
    package var tags: [String]

    package init(kind: String, queue: String, tags: [String] = []) {
        self.kind = kind
        self.queue = queue
        self.tags = tags
    }
}

/// Remembers of each job what its later events do not say.
///
/// Jobs whose first event was not shown are looked up in a later state of the store: what they are
/// does not change.
struct JobSources: Sendable {
    private var sources: [JobID: JobSource] = [:]
    private let later: JobLedger

    init(later: JobLedger) {
        self.later = later
    }

    /// Takes the next event in.
    ///
    /// - Returns: What is known of its job; `nil` when nothing is, or it is about none.
    mutating func take(_ event: JobEvent) -> JobSource? {
        guard let transition = event.transition else { return nil }
        let id = transition.jobID
        switch transition.change {
        case .enqueued(let job, _): sources[id] = JobSource(job)
        case .carried(let carried): sources[id] = JobSource(carried.job)
        case .pruned: return sources.removeValue(forKey: id) ?? looked(up: id)
        default: break
        }
        if let source = sources[id] { return source }
        let source = looked(up: id)
        sources[id] = source
        return source
    }

    private func looked(up id: JobID) -> JobSource? {
        later.record(of: id).map {
            JobSource(kind: $0.kind, queue: $0.queue, tags: $0.tags)
        }
    }
}

extension JobSource {
    /// What a job's first event tells, if it is the first of these.
    init?(history: [JobEvent]) {
        switch history.first?.transition?.change {
        case .enqueued(let job, _): self.init(job)
        case .carried(let carried): self.init(carried.job)
        default: return nil
        }
    }

    fileprivate init(_ job: NewJob) {
        self.init(kind: job.kind, queue: job.queue, tags: job.tags)
    }
}

/// Picks the events that a filter wants out of all, which it must be shown in order.
struct EventSelection: Sendable {
    let filter: EventFilter
    /// The first event that it must be shown.
    let first: SequenceNumber
    /// Only if they are needed.
    private var sources: JobSources?

    /// Looks jobs up in a later state; their sources are told, if they are wanted, even when
    /// the filter needs none.
    init(_ filter: EventFilter, later: JobLedger, namesJobs: Bool = false) {
        self.filter = filter
        sources = filter.needsSources || namesJobs ? JobSources(later: later) : nil
        // Who has events behind the state is in it; who had some before may be pruned in it.
        let isBehind = filter.firstSequence > later.lastSequence
        first = sources == nil || isBehind ? filter.firstSequence : .zero
    }

    /// Takes the next event in.
    ///
    /// - Returns: The event, if it is wanted.
    mutating func pick(_ event: JobEvent) -> NamedEvent? {
        pickPossible(event).flatMap { isWanted($0) ? $0 : nil }
    }

    /// Takes the next event in.
    ///
    /// - Returns: The event, if it is wanted as far as can be told without its job's source.
    mutating func pickPossible(_ event: JobEvent) -> NamedEvent? {
        let source = sources?.take(event)
        guard filter.fitsTime(event) else { return nil }
        let isPossible = event.transition.map(filter.fits) ?? filter.fits(event.body)
        return isPossible ? NamedEvent(event: event, source: source) : nil
    }

    /// Whether an event that is possible is wanted; without a source, a filter that needs one wants
    /// none of a job.
    func isWanted(_ named: NamedEvent) -> Bool {
        guard filter.needsSources, named.event.transition != nil else { return true }
        guard let source = named.source else { return false }
        return filter.kinds?.contains(source.kind) ?? true
            && filter.queues?.contains(source.queue) ?? true
            && filter.tags.map { !$0.isDisjoint(with: source.tags) } ?? true
    }
}
