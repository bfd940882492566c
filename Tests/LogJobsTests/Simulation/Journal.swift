import LazyJobs
import LogJobs
import Synchronization

/// What the callers of a store have asked and were answered, as they would have noted it on paper
/// outside of the machine.
final class Journal: Sendable {
    /// Something that an answer has told, and that must be found in the log from then on.
    struct Fact: Sendable {
        var story: String
        /// Whether it was promised to survive the loss of power.
        var isDurable: Bool
        var isIn: @Sendable (WrittenLog) -> Bool
    }

    private struct State {
        var facts: [Fact] = []
        var failures: [String] = []
        var requestCount = 0
        /// How many jobs each request was to enqueue.
        var batches: [String: Int] = [:]
        /// Every job that was ever answered.
        var jobs: [JobID: NewJob] = [:]
        var leases: Set<Lease> = []
        var prunedCount = 0
    }

    private let state = Mutex(State())

    /// Numbers the requests, so that each leaves words of its own in the log.
    func nextRequest() -> Int {
        state.withLock { state in
            state.requestCount += 1
            return state.requestCount
        }
    }

    func beginBatch(_ tag: String, count: Int) {
        state.withLock { $0.batches[tag] = count }
    }

    func note(
        _ story: String,
        isDurable: Bool,
        isIn: @escaping @Sendable (WrittenLog) -> Bool
    ) {
        let fact = Fact(story: story, isDurable: isDurable, isIn: isIn)
        state.withLock { $0.facts.append(fact) }
    }

    /// Notes the job that an id was given to.
    func learn(_ id: JobID, _ job: NewJob) {
        state.withLock { state in
            if let known = state.jobs[id], known != job {
                state.failures.append("id \(id) is given to a second job")
            }
            state.jobs[id] = job
        }
    }

    func learn(_ lease: Lease) {
        state.withLock { state in
            guard state.leases.insert(lease).inserted else {
                return state.failures.append("\(lease) is given twice")
            }
        }
    }

    /// Notes that so many jobs more were pruned.
    ///
    /// - Returns: How many that are in all.
    func addPruned(_ count: Int) -> Int {
        state.withLock { state in
            state.prunedCount += count
            return state.prunedCount
        }
    }

    func fail(_ text: String) {
        state.withLock { $0.failures.append(text) }
    }

    func job(_ id: JobID) -> NewJob? { state.withLock { $0.jobs[id] } }

    var ids: [JobID] { state.withLock { $0.jobs.keys.sorted() } }

    var factCount: Int { state.withLock { $0.facts.count } }

    /// What was answered before is on the device now.
    func makeDurable(_ count: Int) {
        state.withLock { state in
            for index in state.facts.indices.prefix(count) { state.facts[index].isDurable = true }
        }
    }

    /// Begins a new life: what is in the log is no promise any more, but a fact.
    ///
    /// - Parameter prunedCount: How many pruned jobs are in the log.
    func settle(prunedCount: Int) {
        state.withLock { state in
            state.facts = []
            state.prunedCount = prunedCount
        }
    }

    /// What is wrong with a log, or with the answers themselves; nothing when all is well.
    func objection(to log: WrittenLog, hasLostPower: Bool) -> String? {
        let (facts, failures, batches) = state.withLock { ($0.facts, $0.failures, $0.batches) }
        if let failure = failures.first { return failure }
        for fact in facts where fact.isDurable || !hasLostPower {
            if !fact.isIn(log) { return "it was answered, and is not in the log: \(fact.story)" }
        }
        for (tag, count) in log.countsByTag where batches[tag] != count {
            return "of batch \(tag) \(count) of \(batches[tag] ?? 0) jobs are there"
        }
        for (id, events) in log.histories {
            guard case .enqueued(let found, _) = events.first?.transition?.change,
                let job = job(id)
            else { continue }
            if !found.isSame(as: job) { return "job \(id) is another: \(found)" }
        }
        return nil
    }
}

/// What stands in a log, arranged for questions.
struct WrittenLog: Sendable {
    var events: [JobEvent]
    /// The transitions of each job, without carried ones.
    var histories: [JobID: [JobEvent]] = [:]
    /// How many jobs were enqueued with a tag.
    var countsByTag: [String: Int] = [:]
    var prunedCount = 0

    init(_ events: [JobEvent]) {
        self.events = events
        for event in events {
            if let transition = event.transition, transition.kind != .carried {
                histories[transition.jobID, default: []].append(event)
            }
            switch event.transition?.change {
            case .enqueued(let job, _) where job.scheduleKey == nil:
                for tag in job.tags { countsByTag[tag, default: 0] += 1 }
            case .pruned: prunedCount += 1
            default: break
            }
        }
    }

    /// Whether a job has had a transition of a kind in which some words stand.
    func has(_ id: JobID, _ kind: JobTransition.Kind, _ words: String) -> Bool {
        histories[id]?.contains { event in
            event.transition?.kind == kind && event.transition?.change.words == words
        } ?? false
    }
}

extension JobTransition.Change {
    /// What a caller has said with it.
    fileprivate var words: String? {
        switch self {
        case .claimed(let worker): worker
        case .succeeded(let output, _): output.map { String(decoding: $0, as: UTF8.self) }
        case .retried(let error, _, _), .discarded(let error, _, _): error
        case .cancelled(let reason, _, _), .interrupted(let reason, _): reason
        case .snoozed(_, let reason, _), .requeued(_, _, let reason, _): reason
        case .rescued(let error): error
        case .enqueued, .pruned, .carried: nil
        }
    }
}

extension NewJob {
    /// Whether this is what was asked for; the store sets a run-at time where none was given.
    fileprivate func isSame(as asked: NewJob) -> Bool {
        var asked = asked
        asked.runAt = runAt
        return self == asked
    }
}
