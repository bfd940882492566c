import JobLedger
import LazyJobs

/// Carries the records of segments that are to be retired to the head of the log, as far as they
/// are needed; once.
struct RecordCarrier {
    /// How fast it goes.
    enum Pace: Sendable {
        /// As fast as it can.
        case full
        /// In small pieces, resting after each for as long as it took, unless the log grows half as
        /// fast as it is read.
        case gentle
    }

    /// What else is to be done meanwhile.
    typealias Meanwhile = () async -> Void

    /// How many bytes of events are read at a time.
    ///
    /// Most of what is read is dead as a rule, and costs the writer no more than a question.
    private static let readWeight = 256 << 10
    /// How many bytes of records are carried at a time: as few as callers do not feel.
    private static let carriedWeight = (gentle: 16 << 10, full: 64 << 10)
    /// How many jobs are carried at a time whose payloads are lost.
    private static let lostCount = 100

    let engine: LogEngine
    let clock: any JobClock
    let retiring: RetiringSegments
    let pace: Pace
    /// How many records were carried.
    private(set) var carriedCount = 0
    private var growth = Growth()

    init(
        from retiring: RetiringSegments,
        _ pace: Pace,
        _ engine: LogEngine,
        _ clock: any JobClock
    ) {
        self.retiring = retiring
        self.pace = pace
        self.engine = engine
        self.clock = clock
    }

    /// How fast the log grows, compared with how fast it is read.
    private struct Growth {
        private var first: SequenceNumber?
        private var last = SequenceNumber.zero
        private var readCount: UInt64 = 0

        mutating func read(_ count: Int, head: SequenceNumber) {
            first = first ?? head
            last = head
            readCount += UInt64(count)
        }

        /// Whether it grows at least half as fast, what was carried left out.
        func isFast(_ carriedCount: Int) -> Bool {
            guard let first else { return false }
            let comeCount = last.rawValue - first.rawValue
            return 2 * comeCount > readCount + 2 * UInt64(carriedCount)
        }
    }

    /// Carries all, and does something else after each piece.
    ///
    /// Gives the last event that was applied when the last record was judged, or `nil` if the task
    /// was cancelled before.
    mutating func carryAll(_ meanwhile: Meanwhile) async throws(BackendError) -> SequenceNumber? {
        while !Task.isCancelled {
            let start = clock.uptime
            guard let needed = try await readNeeded() else {
                try await carryLost()
                // With nothing left to judge, the state as it is now decides.
                return try await carry([])
            }
            await pause(since: start, meanwhile)
            var rest = needed[...]
            while !rest.isEmpty, !Task.isCancelled {
                let start = clock.uptime
                let piece = nextPiece(of: rest)
                try await carry(Array(piece))
                rest = rest.dropFirst(piece.count)
                await pause(since: start, meanwhile)
            }
        }
        return nil
    }

    private func pause(since start: Duration, _ meanwhile: Meanwhile) async {
        let end = clock.uptime
        await meanwhile()
        if !isHurried { await clock.rest(for: end - start) }
    }

    private var isHurried: Bool { pace == .full || growth.isFast(carriedCount) }

    /// Reads on, and leaves out what is dead.
    private mutating func readNeeded() async throws(BackendError) -> [JobRecordCopy]? {
        let piece = try await engine.compacting { [retiring] () throws(LogStoreError) in
            try retiring.next(weightMax: Self.readWeight)
        }
        guard let piece else { return nil }
        let (needed, head) = try await engine.ask { ledger in
            (piece.copies.filter { ledger.needs($0) }, ledger.lastSequence)
        }
        growth.read(piece.eventCount, head: head)
        return needed
    }

    private func nextPiece(
        of records: ArraySlice<JobRecordCopy>
    ) -> ArraySlice<JobRecordCopy> {
        let weightMax = isHurried ? Self.carriedWeight.full : Self.carriedWeight.gentle
        var weight = 0
        return records.prefix { copy in
            defer { weight += copy.job.size }
            return weight < weightMax
        }
    }

    @discardableResult
    private mutating func carry(
        _ copies: [JobRecordCopy]
    ) async throws(BackendError) -> SequenceNumber {
        let call = CarryCall(copies)
        try await engine.complete(.carrying, call)
        carriedCount += call.carriedCount
        return call.judgedThrough
    }

    /// Copies the state of jobs forward whose payloads cannot be read any more.
    private mutating func carryLost() async throws(BackendError) {
        for range in retiring.damage {
            let lost = try await engine.ask { ledger in
                ledger.lostRecords(from: range.firstSequence, through: range.lastSequence)
            }
            for start in stride(from: 0, to: lost.count, by: Self.lostCount) {
                try await carry(Array(lost[start..<min(start + Self.lostCount, lost.count)]))
            }
        }
    }
}

extension LogEngine {
    /// Does what compaction does to files, away from the writer.
    func compacting<Answer: Sendable>(
        _ body: @escaping @Sendable () throws(LogStoreError) -> Answer
    ) async throws(BackendError) -> Answer {
        do throws(LogStoreError) {
            return try await inBackground(body)
        } catch {
            let code: BackendError.Code =
                switch error.code {
                case .corruption: .corruption
                case .storageFull: .storageFull
                default: .unavailable
                }
            throw BackendError(code, "Could not compact the log: \(error.message)", cause: error)
        }
    }
}

extension JobClock {
    /// Sleeps; not at all in a task that is cancelled, which is to look for that itself.
    func rest(for duration: Duration) async {
        do { try await self.sleep(for: duration) } catch {}
    }
}
