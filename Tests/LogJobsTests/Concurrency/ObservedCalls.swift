import JobLedger
import LazyJobs
import Synchronization

/// A call as its caller saw it.
struct ObservedCall: Sendable {
    /// What can be said of the log from the answer.
    enum Meaning: Sendable {
        /// The call has made so many events, all of which carry its mark; none when it was refused.
        case events(mark: String, count: ClosedRange<Int>)
        /// At some moment between its beginning and its end the store was so.
        case view(@Sendable (borrowing JobLedger) -> Bool)

        static func events(mark: String, count: Int) -> Self {
            .events(mark: mark, count: count...count)
        }
    }

    /// When it began and ended, in the order of one counter: a call that ends with a smaller number
    /// than another begins with was over by then.
    var begin: Int
    var end: Int
    var story: String
    var meaning: Meaning
}

/// What all callers of a store have seen.
final class ObservedCalls: Sendable {
    private let counter = Atomic(0)
    private let calls = Mutex<[ObservedCall]>([])

    var all: [ObservedCall] { calls.withLock(\.self) }

    /// A moment behind all before it, and before all behind it.
    func moment() -> Int { counter.add(1, ordering: .sequentiallyConsistent).newValue }

    /// Notes a call that ends now.
    func note(since begin: Int, _ story: String, _ meanings: [ObservedCall.Meaning]) {
        let end = moment()
        let new = meanings.map {
            ObservedCall(begin: begin, end: end, story: story, meaning: $0)
        }
        calls.withLock { $0 += new }
    }
}

extension JobEvent {
    /// The mark of the call that made it, where callers mark what they do.
    var mark: String? {
        switch body {
        case .job(let transition): transition.change.mark
        case .queue(.paused(_, let reason, _)): reason
        case .queue(.resumed(_, let actor)): actor
        case .schedule, .store: nil
        }
    }
}

extension JobTransition.Change {
    fileprivate var mark: String? {
        switch self {
        case .enqueued(let job, _): job.tags.first
        case .claimed(let worker): worker
        case .succeeded(let output, _): output.map { String(decoding: $0, as: UTF8.self) }
        case .retried(let text, _, _), .discarded(let text, _, _), .cancelled(let text, _, _): text
        case .snoozed(_, let reason, _), .requeued(_, _, let reason, _): reason
        case .interrupted, .rescued, .pruned, .carried: nil
        }
    }
}
