import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// Lives through a plan, and looks at the disk after each end.
struct Simulation {
    private static let folder = "/store"

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let plan: SimulationPlan
    private let clock = ManualClock()
    private let journal = Journal()
    private let hands = SimulatedCaller.Hands()
    private let executor: SimulatedExecutor
    private let random: SharedGenerator
    private var disk = SimulatedFileSystem()
    /// What was in the log at the last look.
    private var found: [JobEvent] = []
    /// What was in the log when it was opened last: from then on it is there for ever.
    private var kept: [JobEvent] = []
    /// Every event that was ever seen, by what it is called.
    private var seen: [EventName: JobEvent] = [:]
    /// Whether power or syncs were lost since a store was open last.
    private var hasLostPower = false
    /// Whether nothing makes the name of the store's folder durable any more, whatever a sync says.
    private var isNameless = false
    private(set) var tally = Tally()

    /// What has come about, so that one sees that it does.
    struct Tally {
        /// How often a life ended in other ways than in order.
        var crashes = 0
        var answers = 0
        var events = 0
        var looksAtCheckpoints = 0
        var looksAtArchives = 0

        static func += (left: inout Tally, right: Tally) {
            left.crashes += right.crashes
            left.answers += right.answers
            left.events += right.events
            left.looksAtCheckpoints += right.looksAtCheckpoints
            left.looksAtArchives += right.looksAtArchives
        }
    }

    private struct EventName: Hashable {
        var epoch: UInt64
        var sequence: SequenceNumber
    }

    init(_ plan: SimulationPlan) {
        self.plan = plan
        executor = SimulatedExecutor(seed: plan.seed)
        random = SharedGenerator(seed: plan.seed)
    }

    mutating func run() throws(Failure) {
        for (index, life) in plan.lives.enumerated() {
            do throws(Failure) {
                try live(life)
            } catch {
                throw Failure(description: "life \(index): \(error)")
            }
            if isNameless { return }
        }
        // What comes after all: a life without a stroke, closed in order.
        try live(SimulationPlan.Life(rounds: [[[.claim(limit: 9, queue: nil)]]], end: .close))
        tally.events += found.count
    }

    private mutating func live(_ life: SimulationPlan.Life) throws(Failure) {
        disk.faults = life.faults
        disk.capacity = life.room.map { disk.usedBytes + UInt64($0) }
        let work = work(life)
        guard let wasOpened = executor.run(clock, work) else {
            throw Failure(description: "it hangs")
        }
        hands.drop()
        if wasOpened {
            // Nothing from before this life can be lost by anything that happened in it.
            (kept, hasLostPower) = (found, false)
        }
        try end(life)
        try look()
    }

    /// - Returns: A task that opens the store and lets its callers loose, and tells whether the
    ///   store was opened.
    private func work(
        _ life: SimulationPlan.Life
    ) -> @Sendable () async -> Bool {
        let (disk, clock, journal, hands) = (disk, clock, journal, hands)
        let (plan, executor, random) = (plan, executor, random)
        let prunedCount = WrittenLog(found).prunedCount
        return {
            let backend: LogBackend
            do throws(LogStoreError) {
                backend = try await Self.open(disk, clock, plan, executor, random)
            } catch {
                // Others have taken what earlier openings left.
                let isFull = life.room != nil && error.code == .storageFull
                let isExpected = disk.isCrashed || life.isFailing || isFull
                if !isExpected { journal.fail("it does not open: \(error)") }
                return false
            }
            journal.settle(prunedCount: prunedCount)
            let caller = SimulatedCaller(
                backend: backend,
                disk: disk,
                clock: clock,
                journal: journal,
                hands: hands,
                durability: plan.durability,
                mayFail: life.isFailing,
                mayBeFull: life.room != nil
            )
            for round in life.rounds where !disk.isCrashed {
                await withDiscardingTaskGroup { group in
                    for commands in round {
                        group.addTask {
                            for command in commands where !disk.isCrashed {
                                await caller.perform(command)
                            }
                        }
                    }
                }
            }
            if life.end == .close, !disk.isCrashed {
                do throws(BackendError) {
                    try await backend.close()
                } catch {
                    let isExpected = disk.isCrashed || life.isFailing
                    if !isExpected { journal.fail("it does not close: \(error)") }
                }
            }
            await backend.abandonAndWait()
            return true
        }
    }

    private static func open(
        _ disk: SimulatedFileSystem,
        _ clock: ManualClock,
        _ plan: SimulationPlan,
        _ executor: SimulatedExecutor,
        _ random: SharedGenerator
    ) async throws(LogStoreError) -> LogBackend {
        var configuration = LogBackend.Configuration(
            durability: plan.durability,
            archive: .keep(),
            retention: JobRetention(
                succeeded: .seconds(10),
                discarded: .seconds(30),
                cancelled: .seconds(20)
            )
        )
        configuration.compaction.deadBytesMin = plan.segmentBytes / 2
        configuration.sizes = LogWriter.Sizes(
            segmentBytesFirst: plan.segmentBytes,
            segmentBytesMax: 2 * plan.segmentBytes,
            ballastBytes: max(plan.segmentBytes, 64 << 10)
        )
        configuration.jobIDBlock = plan.jobIDBlock
        configuration.assumesPowerSafeOverwrites = plan.isPowerSafe
        return try await LogBackend.open(
            folder,
            configuration,
            StoreOpening.Environment(
                fileSystem: executor.watch(disk),
                clock: clock,
                process: ProcessIdentity(pid: 7, bootID: "boot", host: "host"),
                random: { random.next() }
            ),
            mode: .simulated { executor.perform($0, $1) }
        )
    }

    /// Leaves the disk as the end of a life does.
    private mutating func end(_ life: SimulationPlan.Life) throws(Failure) {
        if life.hasLostSync(disk.calls) { hasLostPower = true }
        if life.hasLostName(disk.calls) { isNameless = true }
        guard case .powerLoss(let pattern) = life.end else {
            if life.end == .death || disk.isCrashed { tally.crashes += 1 }
            // A file that was opened without an answer is one that nobody can close.
            let isExcused = disk.isCrashed || life.hasUnanswered(.open, disk.calls)
            guard isExcused || disk.openPaths.isEmpty else {
                throw Failure(description: "it leaves open: \(disk.openPaths)")
            }
            disk = disk.copy()
            return
        }
        tally.crashes += 1
        hasLostPower = true
        disk = disk.crashed(keeping: pattern)
    }
}

// MARK: - What must be true

extension Simulation {
    private mutating func look() throws(Failure) {
        let reader: LogReader
        do throws(LogStoreError) {
            reader = try LogReader.open(Self.folder, of: disk.copy(), clock: clock)
        } catch {
            guard error.code == .notFound, kept.isEmpty else {
                throw Failure(description: "it cannot be read: \(error)")
            }
            return try check(WrittenLog([]))
        }
        var events: [JobEvent] = []
        do {
            try reader.forEachEvent { events.append($0.withoutCarriedPayload) }
        } catch {
            throw Failure(description: "its events cannot be read: \(error)")
        }
        for event in events {
            let name = EventName(epoch: event.epoch, sequence: event.sequence)
            guard seen.updateValue(event, forKey: name) ?? event == event else {
                throw Failure(description: "event \(event.sequence) was another before")
            }
        }
        guard events.starts(with: kept) else {
            throw Failure(description: "of \(kept.count) events that were there some are gone")
        }
        found = events
        tally.answers += journal.factCount
        if reader.report.checkpoint != nil { tally.looksAtCheckpoints += 1 }
        if reader.segments.first?.firstSequence.rawValue ?? 1 > 1 { tally.looksAtArchives += 1 }
        let witness: Witness
        do throws(Witness.Objection) {
            witness = try Witness(events)
        } catch {
            throw Failure(description: error.text)
        }
        do {
            try compare(witness, reader)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "it cannot be asked: \(error)")
        }
        try check(WrittenLog(events))
    }

    private func check(_ log: WrittenLog) throws(Failure) {
        if let objection = journal.objection(to: log, hasLostPower: hasLostPower) {
            throw Failure(description: objection)
        }
    }

    /// What a reader shows is what the events come to.
    private func compare(_ witness: Witness, _ reader: LogReader) throws {
        var records: [JobID: JobRecord] = [:]
        reader.forEachRecord { records[$0.id] = $0 }
        for id in Set(records.keys).union(witness.records.keys).sorted() {
            let (shown, expected) = (records[id], witness.records[id])
            guard shown == expected else {
                throw Failure(description: "job \(id) is \(shown as Any), not \(expected as Any)")
            }
        }
        let states = Dictionary(grouping: records.values, by: \.state).mapValues(\.count)
        try expect(reader.stats().byState == states, "the counts are \(reader.stats())")
        let queues = reader.pausedQueues()
        try expect(queues == witness.pausedQueues.sorted(), "paused are \(queues)")
        let schedules = witness.schedules.values.sorted { $0.key < $1.key }
        try expect(reader.schedules() == schedules, "the schedules are \(reader.schedules())")
        for (id, events) in witness.histories.sorted(by: { $0.key < $1.key }).suffix(4) {
            let shown = try reader.history(of: id).filter { $0.transition?.kind != .carried }
            try expect(shown == events, "the history of job \(id) is \(shown)")
            guard records[id] != nil,
                case .enqueued(let job, _) = events.first?.transition?.change
            else { continue }
            try expect(try reader.payload(of: id) == job.payload, "job \(id) has another payload")
        }
    }

    private func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws(Failure) {
        guard condition else { throw Failure(description: text()) }
    }
}

extension SimulationPlan.Life {
    /// Whether calls fail in it.
    fileprivate var isFailing: Bool {
        if case .failure = stroke { true } else { false }
    }

    /// Whether a sync has failed and lost what it was for.
    fileprivate func hasLostSync(_ calls: [CallRecord]) -> Bool {
        guard case .failure(_, _, _, let effect) = stroke, effect != .whole else { return false }
        return struck(calls).contains { [.sync, .syncFolder].contains($0.call) }
    }

    /// Whether the sync of the parent folder has failed, and the store's folder stays.
    fileprivate func hasLostName(_ calls: [CallRecord]) -> Bool {
        guard case .failure(_, _, lasts: true, let effect) = stroke, effect != .whole else {
            return false
        }
        return struck(calls).contains { $0.call == .syncFolder && $0.path == "/" }
    }

    /// Whether a call was made without an answer.
    fileprivate func hasUnanswered(_ call: SimulatedCall, _ calls: [CallRecord]) -> Bool {
        guard case .failure(_, _, _, .whole) = stroke else { return false }
        return struck(calls).contains { $0.call == call }
    }

    /// The calls that have failed.
    private func struck(_ calls: [CallRecord]) -> ArraySlice<CallRecord> {
        guard case .failure(let first, _, let lasts, _) = stroke else { return [] }
        return calls.dropFirst(first - 1).prefix(lasts ? .max : 1)
    }
}
