import JobLedger
import LazyJobs
import LogJobs
import Synchronization

/// A ``CommitMachine`` of an open, empty store, and everything that it wanted so far.
final class MachineRun {
    static let now = Timestamp(microseconds: 1_000_000_000)

    var machine: CommitMachine
    /// The time since some moment; a test lets it pass.
    var uptime = Duration.seconds(1)
    private(set) var frames: [PlacedFrame] = []

    init(
        durability: Durability = .synced,
        segmentSize: UInt64 = 1 << 20,
        jobIDEnd: UInt64 = 1 << 16,
        _ change: (inout CommitMachine.Settings) -> Void = { _ in }
    ) {
        var ledger = JobLedger()
        var events: [JobEvent] = []
        ledger.open(
            StoreOwner(processID: 7, bootID: "boot", host: "host"),
            firstJobID: JobID(rawValue: 1),
            at: Self.now,
            into: &events
        )
        var settings = CommitMachine.Settings(durability: durability, jobIDBlock: 100)
        change(&settings)
        machine = CommitMachine(
            ledger: ledger,
            place: Self.place(1, size: segmentSize, after: .zero),
            jobIDEnd: JobID(rawValue: jobIDEnd),
            encoder: FrameEncoder(dictionary: FormatDictionary.builtIn),
            settings: settings
        )
    }

    static func place(_ segment: UInt64, size: UInt64, after last: SequenceNumber) -> SegmentPlace {
        let header = SegmentHeader(
            store: StoreID(high: 1, low: 2),
            segment: SegmentID(rawValue: segment),
            salt: segment,
            epoch: 1,
            firstSequence: last.next,
            predecessor: nil,
            createdAt: now
        )
        return SegmentPlace(header: header, size: size)
    }

    func submit(_ call: MachineCall) {
        machine.submit(LogCommand(call.role, call))
    }

    /// Asks what is to be done, and gives the answers that may be given.
    func next() -> CommitMachine.Action {
        let action = machine.next(at: Self.now, uptime: uptime)
        if case .write(let frame) = action { frames.append(frame) }
        giveAnswers()
        return action
    }

    /// Does the next thing, which must be a write, and tells that it was done.
    ///
    /// - Returns: How many events were written; `nil` if it was something else.
    func write() -> Int? {
        guard case .write(let frame) = next() else { return nil }
        machine.wrote(at: uptime)
        giveAnswers()
        return frame.eventCount
    }

    /// Does the next thing, which must be a sync, and tells that it was done.
    ///
    /// - Returns: Whether it was one.
    func sync() -> Bool {
        guard case .sync = next() else { return false }
        machine.synced(at: uptime)
        giveAnswers()
        return true
    }

    func giveAnswers() {
        for answer in machine.takeAnswers() { answer.give() }
    }
}

/// A call of a test, which knows what became of it.
final class MachineCall: StoreCall {
    let role: LogCommand.Role
    private let bounds: LogCommand.Needs
    private let body:
        @Sendable (inout JobLedger, Timestamp, inout [JobEvent]) throws(BackendError) -> Void
    private let state = Mutex((isPlanned: false, outcomes: [BackendError.Code?]()))

    init(
        _ role: LogCommand.Role,
        _ bounds: LogCommand.Needs = .none,
        _ body:
            @escaping @Sendable (
                inout JobLedger, Timestamp, inout [JobEvent]
            ) throws(BackendError) -> Void
    ) {
        self.role = role
        self.bounds = bounds
        self.body = body
    }

    /// Enqueues a job.
    static func enqueue(payloadSize: Int = 10, bytesMax: Int = 2000) -> MachineCall {
        MachineCall(.growth, LogCommand.Needs(bytesMax: bytesMax, newJobsMax: 1)) {
            ledger,
            now,
            events throws(BackendError) in
            let payload = JobPayload(bytes: Array(repeating: 1, count: payloadSize))
            let job = NewJob(kind: "a", payload: payload)
            _ = try ledger.enqueue([job], at: now, into: &events)
        }
    }

    /// Claims a job, if there is one.
    static func claim(endingsMax: Int = 0) -> MachineCall {
        MachineCall(.claim, LogCommand.Needs(bytesMax: 1000, endingsMax: endingsMax)) {
            ledger,
            now,
            events throws(BackendError) in
            _ = try ledger.claim(ClaimRequest(limit: 1, worker: "w"), at: now, into: &events)
        }
    }

    /// Calls a job off.
    static func cancel(_ id: UInt64) -> MachineCall {
        MachineCall(.ending, LogCommand.Needs(bytesMax: 1000)) {
            ledger,
            now,
            events throws(BackendError) in
            let ids = [JobID(rawValue: id)]
            _ = try ledger.cancel(ids, reason: "", actor: nil, at: now, into: &events)
        }
    }

    static func question() -> MachineCall {
        MachineCall(.question) { _, _, _ in }
    }

    /// What it was answered: a failure, or none; it must be one answer.
    var outcomes: [BackendError.Code?] { state.withLock(\.outcomes) }
    var isPlanned: Bool { state.withLock(\.isPlanned) }
    /// Whether it was answered that all is well.
    var isDone: Bool { outcomes == [nil] }
    var isWaiting: Bool { outcomes.isEmpty }

    func needs(_ ledger: inout JobLedger) -> LogCommand.Needs { bounds }

    func plan(_ ledger: inout JobLedger, at now: Timestamp, into events: inout [JobEvent]) {
        state.withLock { $0.isPlanned = true }
        do throws(BackendError) {
            try body(&ledger, now, &events)
        } catch {
            // What the ledger says of a request is not what these tests are about.
        }
    }

    func answer(_ failure: BackendError?) {
        state.withLock { $0.outcomes.append(failure?.code) }
    }
}
