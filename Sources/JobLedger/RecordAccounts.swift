package import LazyJobs

/// How much of each segment is still needed.
///
/// A job's *record* is the event that holds its payload: where it was enqueued, or carried to last.
/// What compaction must keep of a segment is the records in it; all else in it is dead, since
/// carrying a record brings the whole state of its job along. Weights are about the bytes that
/// events have before they are deflated.
///
/// Not part of the state: a ledger that is told of no segments, of a store without any, counts
/// nothing.
package struct RecordAccounts: Sendable {
    package struct Segment: Sendable, Hashable {
        /// The first event in it.
        package let first: SequenceNumber
        /// The weight of all its events.
        package internal(set) var weight = 0
        /// The weight of the records in it.
        package internal(set) var liveWeight = 0
        /// How many records are in it.
        package internal(set) var liveCount = 0
        /// The jobs whose last event is in it, since they were pruned there.
        package var pruned = PrunedJobs()

        package init(
            first: SequenceNumber,
            weight: Int = 0,
            liveWeight: Int = 0,
            liveCount: Int = 0,
            pruned: PrunedJobs = PrunedJobs()
        ) {
            self.first = first
            self.weight = weight
            self.liveWeight = liveWeight
            self.liveCount = liveCount
            self.pruned = pruned
        }

        /// Which share of it is needed, from 0 to 1.
        package var liveShare: Double {
            weight > 0 ? min(1, Double(liveWeight) / Double(weight)) : 0
        }
    }

    /// The segments that are not retired, the oldest first.
    package private(set) var segments: [Segment] = []
    /// What the event weighs that is applied now.
    private(set) var eventWeight = 0

    /// - Parameter segments: Those that are known already.
    init(segments: [Segment] = []) {
        self.segments = segments
    }

    /// What comes from now on stands in another segment.
    mutating func begin(at first: SequenceNumber) {
        // What was logged again stands in the later one.
        if segments.last?.first == first { segments.removeLast() }
        segments.append(Segment(first: first))
    }

    /// The segments before an event's are gone.
    mutating func retire(before sequence: SequenceNumber) {
        segments.removeAll { $0.first < sequence }
    }

    /// Weighs the event that is applied now, once for all that want to know it.
    mutating func weigh(_ weight: Int) {
        eventWeight = segments.isEmpty ? 0 : weight
    }

    /// The event that was weighed is applied: it counts in the last segment.
    mutating func addEvent() {
        guard !segments.isEmpty else { return }
        segments[segments.count - 1].weight += eventWeight
    }

    mutating func addRecord(_ weight: Int, at sequence: SequenceNumber) {
        change(at: sequence) { segment in
            segment.liveWeight += weight
            segment.liveCount += 1
        }
    }

    mutating func removeRecord(_ weight: Int, at sequence: SequenceNumber) {
        change(at: sequence) { segment in
            segment.liveWeight -= weight
            segment.liveCount -= 1
        }
    }

    mutating func addPruned(_ id: JobID, at sequence: SequenceNumber) {
        guard !segments.isEmpty else { return }
        segments[segments.count - 1].pruned.add(id, at: sequence)
    }

    private mutating func change(at sequence: SequenceNumber, _ change: (inout Segment) -> Void) {
        // Most are in the last.
        guard let index = segments.lastIndex(where: { $0.first <= sequence }) else { return }
        change(&segments[index])
    }
}

extension JobLedger {
    /// About how many bytes are carried before the segment that begins with an event is retired.
    package func carriedSize(first: SequenceNumber) -> Int {
        // One that is empty begins with the same event as the next.
        accounts.segments.last { $0.first == first }.map { $0.liveWeight + 256 * $0.liveCount } ?? 0
    }

    /// The last event of a job that was pruned in one of the segments.
    ///
    /// - Complexity: O(n) in the jobs that were.
    package func lastEvent(ofPruned id: JobID) -> SequenceNumber? {
        accounts.segments.map(\.pruned).lastEvent(of: id)
    }
}

extension [PrunedJobs] {
    /// The last event of a job that is in one of them.
    package func lastEvent(of id: JobID) -> SequenceNumber? {
        for jobs in self.reversed() {
            if let sequence = jobs.sequence(of: id) { return sequence }
        }
        return nil
    }
}

/// What events weigh beside their bytes and texts.
enum EventWeight {
    static let enqueued = 32
    static let claimed = 16
    static let succeeded = 16
    static let pruned = 8
    static let ofNoJob = 64
}

extension JobEvent {
    /// About how many bytes it has before it is deflated.
    package var weight: Int { transition?.change.weight ?? EventWeight.ofNoJob }
}

extension JobTransition.Change {
    /// About how many bytes its event has before it is deflated.
    var weight: Int {
        switch self {
        case .enqueued(let job, _): EventWeight.enqueued + job.size
        case .carried(let carried): 48 + carried.size
        case .claimed(let worker): EventWeight.claimed + worker.utf8.count
        case .succeeded(let output, _): EventWeight.succeeded + (output?.count ?? 0)
        case .retried(let text, _, _), .discarded(let text, _, _), .cancelled(let text, _, _),
            .interrupted(let text, _), .rescued(let text):
            16 + text.utf8.count
        case .snoozed(_, let reason, _): 24 + (reason?.utf8.count ?? 0)
        case .requeued(_, _, let reason, _): 24 + (reason?.utf8.count ?? 0)
        case .pruned: EventWeight.pruned
        }
    }
}

extension CarriedJob {
    /// The bytes of its payload and of all its texts.
    package var size: Int {
        job.size + (lastError?.utf8.count ?? 0) + (worker?.utf8.count ?? 0) + (output?.count ?? 0)
    }
}
