import Foundation
import JobLedger
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// One run of a program on a simulated disk, and what it was answered.
struct CrashRun {
    static let folder = "/store"

    let program: CrashProgram
    let fileSystem: SimulatedFileSystem
    let clock = ManualClock()
    /// What the store shows, by the number of its last event.
    private(set) var views: [SequenceNumber: StoreContent] = [:]
    /// The last event of anything that was answered: it must survive the death of the process.
    private(set) var answered = SequenceNumber.zero
    /// The last event of what must survive power loss.
    private(set) var durable = SequenceNumber.zero
    private(set) var wasOpened = false
    private(set) var ids: Set<JobID> = []
    private(set) var leases: Set<Lease> = []

    private let random: @Sendable () -> UInt64
    private(set) var backend: LogBackend?
    private var claimed: [ClaimedJob] = []

    init(_ program: CrashProgram, on fileSystem: SimulatedFileSystem, seed: UInt64 = 1) {
        self.program = program
        self.fileSystem = fileSystem
        let generator = SharedGenerator(seed: seed)
        random = { generator.next() }
    }

    /// Runs the program to its end, or to the crash of the disk.
    ///
    /// - Throws: What is no consequence of a crash.
    mutating func run() async throws {
        do {
            for step in program.steps {
                try await perform(step)
                try await note(step)
            }
        } catch {
            guard fileSystem.isCrashed else { throw error }
        }
        await backend?.abandonAndWait()
    }

    /// Notes what the step's answer has promised.
    mutating func note(_ step: CrashProgram.Step) async throws {
        guard let backend else { return }
        // A machine that went off in the middle of the step has told nobody.
        let last = backend.engine.inspect { $0.machine.ledger.lastSequence }
        answered = last
        if isDurable(step) { durable = last }
        if !fileSystem.isCrashed { views[last] = try StoreContent(reader()) }
    }

    private func reader() throws -> LogReader {
        try LogReader.open(Self.folder, of: fileSystem.copy(), clock: clock)
    }

    /// What the documentation promises of a step that has returned.
    private func isDurable(_ step: CrashProgram.Step) -> Bool {
        switch step {
        case .open, .dieAndOpen, .close, .enqueue, .succeed, .retry, .snooze, .discard, .cancel,
            .pause, .resume, .schedule, .runSchedules, .removeSchedule, .prune,
            .compact, .checkpoint:
            if case .close = step { return true }
            return program.durability == .synced
        case .claim:
            return false
        case .wait(let duration):
            guard case .written(let interval) = program.durability else { return false }
            return duration >= interval && !fileSystem.isCrashed
        }
    }

    static func configuration(of program: CrashProgram) -> LogBackend.Configuration {
        var configuration = LogBackend.Configuration(durability: program.durability)
        configuration.sizes = LogWriter.Sizes(
            segmentBytesFirst: program.segmentBytes,
            segmentBytesMax: 2 * program.segmentBytes,
            ballastBytes: program.segmentBytes
        )
        configuration.jobIDBlock = program.jobIDBlock
        return configuration
    }

    private func open() async throws -> LogBackend {
        try await LogBackend.open(
            Self.folder,
            Self.configuration(of: program),
            StoreOpening.Environment(
                fileSystem: fileSystem,
                clock: clock,
                process: ProcessIdentity(pid: 7, bootID: "boot", host: "host"),
                random: random
            ),
            mode: .inline
        )
    }
}

// MARK: - Steps

extension CrashRun {
    /// Ends the process, if it has the store open.
    mutating func die() async {
        await backend?.abandonAndWait()
        backend = nil
        claimed = []
    }

    private func store() throws -> LogBackend {
        guard let backend else { throw ProgramError.notOpen }
        return backend
    }

    enum ProgramError: Error {
        case notOpen
        case nothingClaimed
    }

    mutating func perform(_ step: CrashProgram.Step) async throws {
        switch step {
        case .open:
            backend = try await open()
            wasOpened = true
        case .close:
            try await store().close()
            claimed = []
        case .dieAndOpen:
            await die()
            backend = try await open()
        case .enqueue(let count, let size):
            let results = try await store().enqueue(Self.jobs(count, size: size))
            ids.formUnion(results.map(\.record.id))
        case .claim(let count):
            let result = try await store().claim(ClaimRequest(limit: count, worker: "worker"))
            claimed += result.jobs
            leases.formUnion(result.jobs.map(\.lease))
        case .succeed: try await finish(.succeeded(output: [1, 2, 3]))
        case .retry:
            try await finish(.retry(error: "again", runAt: clock.now.addingTimeInterval(10)))
        case .snooze: try await finish(.snooze(until: clock.now.addingTimeInterval(20)))
        case .discard: try await finish(.discard(error: "never"))
        default: try await performControl(step)
        }
    }

    private mutating func performControl(_ step: CrashProgram.Step) async throws {
        switch step {
        case .cancel(let id):
            for result in try await store().cancel([id], reason: "wrong", actor: "ada") {
                _ = try result.get()
            }
        case .pause: try await store().pauseQueue("default", reason: "wait", actor: nil)
        case .resume: try await store().resumeQueue("default", actor: "ada")
        case .schedule:
            let schedule = JobSchedule(
                key: "hourly",
                interval: .seconds(30),
                nextRunAt: clock.now.addingTimeInterval(30),
                job: Self.jobs(1, size: 5)[0]
            )
            _ = try await store().setSchedule(schedule, actor: "ada")
        case .runSchedules:
            let result = try await store().runDueSchedules()
            ids.formUnion(result.enqueued.map(\.id))
        case .removeSchedule: try await store().removeSchedule(key: "hourly", actor: nil)
        case .prune: _ = try await store().prune(finishedBefore: clock.now, limit: 10)
        case .compact: _ = try await store().compact()
        case .checkpoint: try await store().takeCheckpoint()
        case .wait(let duration):
            clock.advance(by: duration)
            try store().engine.timerFired()
        default: break
        }
    }

    private mutating func finish(_ outcome: JobOutcome) async throws {
        guard !claimed.isEmpty else { throw ProgramError.nothingClaimed }
        let job = claimed.removeFirst()
        let request = FinishRequest(jobID: job.record.id, lease: job.lease, outcome: outcome)
        for result in try await store().finish([request]) { _ = try result.get() }
    }

    private static func jobs(_ count: Int, size: Int) -> [NewJob] {
        (0..<count).map { index in
            // What deflate cannot shrink, so that segments fill as sizes say.
            var generator = SeededGenerator(seed: UInt64(index + size))
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            return NewJob(kind: "work", payload: JobPayload(bytes: bytes), actor: "test")
        }
    }
}
