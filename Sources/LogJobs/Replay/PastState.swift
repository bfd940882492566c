public import Foundation
import JobLedger
public import LazyJobs

/// A moment in the life of a store.
public enum LogMoment: Sendable, Hashable {
    /// Behind the last event before the first one that is later.
    ///
    /// Where the clock of the store was set back, that may be before other events that are not
    /// later.
    case time(Date)
    /// Behind the event with this number.
    case sequence(SequenceNumber)
}

/// A store as it stood at some moment, see ``LogReader/state(at:)``.
public struct PastState: Sendable {
    private let ledger: JobLedger
    /// When the last event before that moment happened; `nil` if none had.
    public let time: Date?
    /// Moments before this event cannot be told any more; zero when the whole past is known.
    public let knownSince: SequenceNumber

    init(_ ledger: JobLedger, time: Date?, knownSince: SequenceNumber) {
        self.ledger = ledger
        self.time = time
        self.knownSince = knownSince
    }

    /// The last event before that moment.
    public var sequence: SequenceNumber { ledger.lastSequence }

    /// The state of one job; `nil` when the store had no such job then.
    public func record(of id: JobID) -> JobRecord? {
        ledger.record(of: id)
    }

    /// Lists jobs, the one that had changed last first.
    ///
    /// - Throws: `invalidRequest` for a limit out of bounds.
    public func list(_ query: JobQuery) throws(BackendError) -> [JobRecord] {
        try ledger.list(query)
    }

    /// Shows every job, the one that had changed first at first.
    public func forEachRecord<Failure: Error>(
        _ body: (JobRecord) throws(Failure) -> Void
    ) throws(Failure) {
        try ledger.forEachImage { image throws(Failure) in
            if let record = ledger.record(of: image.id) { try body(record) }
        }
    }

    /// Counts the jobs.
    public func stats() -> JobStats {
        ledger.stats()
    }

    /// The schedules, sorted by key.
    public func schedules() -> [JobSchedule] {
        ledger.schedules()
    }

    /// The queues that were paused, sorted.
    public func pausedQueues() -> [String] {
        ledger.pausedQueues()
    }
}

extension LogReader {
    /// Tells how the store stood at a moment; a moment to come is now.
    ///
    /// Archives count: it reaches as far back as history was kept, see
    /// ``LogBackend/Configuration/archive``. The payloads of that time are not part of it.
    ///
    /// - Parameter moment: By time, or by event.
    /// - Returns: The state.
    /// - Throws: `unknownPast` for a moment of which too little was kept; `inputOutput`,
    ///   `corruption`, `missingSegment`, `retired`.
    /// - Complexity: O(n) in the events before.
    public func state(at moment: LogMoment) throws(LogStoreError) -> PastState {
        try state(at: moment) { _ in }
    }

    /// As the other; the closure is told which event was read.
    package func state(
        at moment: LogMoment,
        progress: (SequenceNumber) -> Void
    ) throws(LogStoreError) -> PastState {
        let lack = try statesKnownSince()
        var fold = PastFold(moment, lack)
        do {
            try walk.forEach { item in
                if case .event(let event) = item { progress(event.sequence) }
                return try fold.take(item)
            }
        } catch let error as LogStoreError {
            throw error
        } catch {
            throw .corruption("\(error)", file: Manifest.fileName, offset: 0)
        }
        guard fold.ledger.lastSequence >= lack else { throw try unknownPast(lack) }
        fold.ledger.endFold()
        return PastState(fold.ledger, time: fold.time, knownSince: lack)
    }

    /// Through which event something is missing before which a state could begin, so that
    /// ``state(at:)`` refuses moments before it.
    ///
    /// Later than ``oldestEvent`` where history was dropped: of the jobs that were there then,
    /// nothing is known until they were carried.
    ///
    /// - Returns: The event; zero when the whole past is known.
    /// - Throws: `inputOutput`, `corruption`, `retired`.
    /// - Complexity: O(n) in the archives.
    public func statesKnownSince() throws(LogStoreError) -> SequenceNumber {
        do throws(LogReadError) {
            return try walk.lackThrough
        } catch {
            throw explained(.history(error))
        }
    }

    private func unknownPast(_ lack: SequenceNumber) throws(LogStoreError) -> LogStoreError {
        let time = try event(at: lack).map { " of \(RFC3339.string(from: $0.time))" } ?? ""
        return LogStoreError(
            .unknownPast,
            "Could not tell the state before event \(lack)\(time): the history of the jobs that "
                + "were there then was not kept. Ask for that event or a later one."
        )
    }
}

/// The events up to a moment, taken into a state.
private struct PastFold {
    let moment: LogMoment
    /// Through this event, transitions of jobs that came before are passed over.
    let lack: SequenceNumber
    var ledger = JobLedger()
    var time: Date?
    private var hasBegun = false

    init(_ moment: LogMoment, _ lack: SequenceNumber) {
        self.moment = moment
        self.lack = lack
    }

    /// Returns whether it goes on.
    mutating func take(_ item: LogWalk.Item) throws(LedgerError) -> Bool {
        switch item {
        case .baseline(let baseline):
            // Behind lost events a state begins anew.
            let isBehindGap = baseline.lastSequence != ledger.lastSequence
            guard !hasBegun || isBehindGap else { return true }
            hasBegun = true
            guard baseline.lastSequence > .zero else { return true }
            try baseline.check()
            ledger = JobLedger(baseline: baseline)
            return true
        case .event(let event):
            guard !isLater(event) else { return false }
            if event.sequence <= lack {
                // Before the lack ends, what is lost may leave gaps.
                guard event.sequence == ledger.lastSequence.next else { return true }
                try ledger.skip(event)
            } else {
                try ledger.apply(event)
            }
            time = event.timestamp.date
            return true
        }
    }

    private func isLater(_ event: JobEvent) -> Bool {
        switch moment {
        case .time(let time): event.timestamp.date > time
        case .sequence(let sequence): event.sequence > sequence
        }
    }
}
