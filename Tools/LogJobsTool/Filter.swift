import Foundation
import LazyJobs
import LogJobs

/// Which jobs or events are meant; what is given holds together.
package struct Filter: Equatable {
    /// Jobs in one of these states; events that brought a job into one.
    var states: Set<JobState>?
    var kind: String?
    var queue: String?
    var tag: String?
    /// Jobs that changed last then or later; events that happened then or later.
    var since: LogMoment?
    /// Jobs that changed last then or before; events that happened then or before.
    var until: LogMoment?
    /// Jobs whose last failure contains it; events that are such failures.
    var errorText: String?

    func query(limit: Int) -> JobQuery {
        JobQuery(states: states, kind: kind, queue: queue, tag: tag, limit: limit)
    }

    var events: EventFilter {
        EventFilter(
            kinds: kind.map { [$0] },
            queues: queue.map { [$0] },
            tags: tag.map { [$0] },
            states: states,
            since: since,
            until: until,
            errorText: errorText
        )
    }

    /// Whether it asks what a query does not know.
    var isOfChanges: Bool { since != nil || until != nil || errorText != nil }

    /// Whether a job's last change fits.
    func fitsChange(_ record: JobRecord, _ last: @autoclosure () -> SequenceNumber?) -> Bool {
        switch since {
        case .time(let date) where record.updatedAt < date: return false
        case .sequence(let sequence) where last() ?? .zero < sequence: return false
        default: break
        }
        switch until {
        case .time(let date) where record.updatedAt > date: return false
        case .sequence(let sequence) where last() ?? .zero > sequence: return false
        default: break
        }
        return errorText.map { record.lastError?.contains($0) ?? false } ?? true
    }

    /// Whether a job fits in all.
    private func fits(_ record: JobRecord, _ last: @autoclosure () -> SequenceNumber?) -> Bool {
        states?.contains(record.state) ?? true && kind ?? record.kind == record.kind
            && queue ?? record.queue == record.queue && tag.map(record.tags.contains) ?? true
            && fitsChange(record, last())
    }

    /// The jobs of a store that fit, the one that changed first at first.
    func forEachRecord(_ reader: LogReader, _ body: (JobRecord) throws -> Void) throws {
        try reader.forEachRecord { record in
            if fits(record, reader.lastTransition(of: record.id)) { try body(record) }
        }
    }
}

// MARK: - As it is typed

extension Filter {
    static let options: Set<String> = [
        "--state", "--kind", "--queue", "--tag", "--since", "--until", "--error",
    ]

    /// Takes the value of one of the options.
    ///
    /// - Throws: What is wrong with it.
    mutating func take(
        _ option: String,
        _ value: String,
        among known: Set<JobState> = Set(JobState.allCases),
        now: Date
    ) throws(UsageError) {
        switch option {
        case "--state": states = (states ?? []).union(try Self.states(value, among: known))
        case "--kind": kind = value
        case "--queue": queue = value
        case "--tag": tag = value
        case "--since": since = try MomentParser.expect(value, now: now)
        case "--until": until = try MomentParser.expect(value, now: now)
        default:
            guard !value.isEmpty else { throw UsageError("the text behind --error is empty") }
            errorText = value
        }
    }

    private static func states(
        _ value: String,
        among known: Set<JobState>
    ) throws(UsageError) -> [JobState] {
        var states: [JobState] = []
        for name in value.split(separator: ",", omittingEmptySubsequences: false) {
            guard let state = JobState(rawValue: String(name)), known.contains(state) else {
                throw UsageError("unknown state \(name); there are \(JobState.names(known))")
            }
            states.append(state)
        }
        return states
    }
}

/// The options that a call has had.
struct GivenOptions {
    private var names: Set<String> = []

    /// Takes the next one.
    ///
    /// - Throws: When it is there already: only the states of several add up, and which of two
    ///   other values is meant, nobody can tell.
    mutating func add(_ name: String) throws(UsageError) {
        guard names.insert(name).inserted || name == "--state" else {
            throw UsageError("\(name) is given twice")
        }
    }
}

extension MomentParser {
    static func expect(_ text: String, now: Date) throws(UsageError) -> LogMoment {
        guard let moment = moment(text, now: now) else {
            throw UsageError("\(text) is no moment: \(forms)")
        }
        return moment
    }
}
