import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// A store with archives, checkpoints and segments, closed or not, and what its files were before:
/// for damaging one thing after the other in copies of it.
struct DamagedStore: Sendable {
    /// The store without damage: a copy that shares its pages with all that are damaged.
    let store: TestStore
    /// What is shown without damage.
    let whole: WholeView
    /// All files as they were at some earlier time, and those of another store like it.
    let stale: [[String: [UInt8]]]

    init(seed: UInt64, isClosed: Bool) async throws {
        let store = TestStore(seed: seed)
        var stale: [[String: [UInt8]]] = []
        var ids: [JobID] = []
        for round in 0..<4 {
            let backend = try await store.open()
            let program = ArchiveProgram(seed: seed + UInt64(round), rounds: 2, payloadSize: 60)
            ids += try await program.run(on: backend, store)
            if round == 1 { try await backend.pauseQueue("queue-1", reason: "r", actor: nil) }
            if [1, 2].contains(round) { _ = try await backend.compact() }
            try await backend.takeCheckpoint()
            if round == 3, !isClosed {
                _ = try await backend.enqueue("last")
                await backend.abandonAndWait()
            } else {
                try await backend.close()
            }
            stale.append(store.contents)
        }
        let other = TestStore(seed: seed + 100)
        let backend = try await other.open()
        _ = try await ArchiveProgram(seed: seed, rounds: 2, payloadSize: 60).run(on: backend, other)
        _ = try await backend.compact()
        try await backend.takeCheckpoint()
        try await backend.close()
        stale.append(other.contents)
        self.stale = stale
        self.store = TestStore(store.disk.crashed(keeping: .everything))
        whole = try WholeView(self.store.read(), ids, mayBeTorn: !isClosed)
    }

    /// What becomes of a damage.
    enum Verdict: Hashable {
        /// An opening, a verification or an answer says that something is wrong.
        case detected
        /// All answers are as they were.
        case harmless
    }

    /// An answer that is another one, with nothing that says so.
    struct Wrong: Error {
        var answer: String
    }

    /// Looks at a damaged copy.
    ///
    /// - Parameters:
    ///   - damaged: The copy.
    ///   - isThorough: Whether all there is to be read is read, even though damage was detected.
    /// - Returns: What became of it.
    /// - Throws: `Wrong`.
    func judge(_ damaged: TestStore, isThorough: Bool) async throws -> Verdict {
        let before = damaged.copy()
        var isDetected = false
        do throws(LogStoreError) {
            isDetected = try !damaged.verify().ignoredCheckpoints.isEmpty
        } catch {
            isDetected = true
        }
        let reader: LogReader
        do throws(LogStoreError) {
            reader = try damaged.read()
        } catch {
            return .detected
        }
        try whole.expectState(of: reader)
        if isThorough || !isDetected {
            isDetected = try !whole.expectPast(of: reader) || isDetected
        }
        if isThorough { try await expectOpening(of: before) }
        guard damaged.disk.openPaths.isEmpty else {
            throw Wrong(answer: "left open: \(damaged.disk.openPaths)")
        }
        return isDetected ? .detected : .harmless
    }

    /// Who opens it for writing is refused, or finds the same.
    private func expectOpening(of damaged: TestStore) async throws {
        do throws(LogStoreError) {
            let backend = try await damaged.open(pid: 9)
            await backend.abandonAndWait()
        } catch {
            return
        }
        try whole.expectState(of: damaged.read())
    }
}

/// All that a store shows, its past and its pruned jobs among it.
struct WholeView: Sendable {
    private let records: [JobRecord]
    private let stats: JobStats
    private let pausedQueues: [String]
    private let events: [JobEvent]
    private let histories: [JobID: [JobEvent]]
    private let payloads: [JobID: JobPayload]
    private let moment: SequenceNumber
    private let past: JobStats
    /// Whether the last commit is proven by nothing behind it.
    private let mayBeTorn: Bool

    init(_ reader: LogReader, _ ids: [JobID], mayBeTorn: Bool) throws {
        self.mayBeTorn = mayBeTorn
        let content = try StoreContent(reader)
        records = content.records
        stats = content.stats
        pausedQueues = content.pausedQueues
        events = content.events
        var histories: [JobID: [JobEvent]] = [:]
        for id in ids { histories[id] = try reader.history(of: id) }
        self.histories = histories
        var payloads: [JobID: JobPayload] = [:]
        for id in records.map(\.id) { payloads[id] = try reader.payload(of: id) }
        self.payloads = payloads
        moment = events[events.count / 2].sequence
        past = try reader.state(at: .sequence(moment)).stats()
    }

    /// What is in the index is exactly what was there.
    ///
    /// Of a store that was not closed the last commit may be missing, without a word where it was
    /// cut off as a whole.
    func expectState(of reader: LogReader) throws {
        let shown = try reader.list(JobQuery(limit: JobLimits.listCountMax))
        let isSame = shown == records && reader.stats() == stats
        guard isSame || mayBeTorn && shown == withoutLast else {
            throw DamagedStore.Wrong(answer: "the jobs are others")
        }
        guard reader.pausedQueues() == pausedQueues else {
            throw DamagedStore.Wrong(answer: "the paused queues are others")
        }
    }

    private var withoutLast: [JobRecord] {
        let last = records.map(\.id).max()
        return records.filter { $0.id != last }
    }

    /// Each answer about the past is the one there was, or an error.
    ///
    /// - Returns: Whether there was no error.
    func expectPast(of reader: LogReader) throws -> Bool {
        var isWhole = reader.report.tornTail == nil
        var shown: [JobEvent] = []
        let isRead = answers {
            try reader.forEachEvent { shown.append($0.withoutCarriedPayload) }
        }
        isWhole = isRead && isWhole
        let isCut = mayBeTorn && shown == events.dropLast()
        guard events.starts(with: shown), !isWhole || isCut || shown == events else {
            throw DamagedStore.Wrong(answer: "the events are others")
        }
        for (id, history) in histories {
            var answer: [JobEvent]?
            isWhole = answers { answer = try reader.history(of: id) } && isWhole
            guard answer ?? history == history else {
                throw DamagedStore.Wrong(answer: "the history of job \(id) is another")
            }
        }
        for (id, payload) in payloads {
            var answer: JobPayload?
            isWhole = answers { answer = try reader.payload(of: id) } && isWhole
            guard answer ?? payload == payload else {
                throw DamagedStore.Wrong(answer: "the payload of job \(id) is another")
            }
        }
        var answer: JobStats?
        isWhole = answers { answer = try reader.state(at: .sequence(moment)).stats() } && isWhole
        guard answer ?? past == past else {
            throw DamagedStore.Wrong(answer: "the past is another")
        }
        return isWhole
    }

    private func answers(_ ask: () throws -> Void) -> Bool {
        do {
            try ask()
            return true
        } catch {
            return false
        }
    }
}
