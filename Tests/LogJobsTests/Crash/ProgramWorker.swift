import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// Performs the steps of a program on a store, wherever that is.
struct ProgramWorker {
    let clock = ManualClock()
    private(set) var backend: LogBackend?
    private(set) var wasOpened = false
    private(set) var ids: Set<JobID> = []
    private(set) var leases: Set<Lease> = []

    private let program: CrashProgram
    private let folder: String
    private let fileSystem: any FileSystem
    private let random: @Sendable () -> UInt64
    private var claimed: [ClaimedJob] = []

    init(_ program: CrashProgram, in folder: String, of fileSystem: any FileSystem) {
        self.program = program
        self.folder = folder
        self.fileSystem = fileSystem
        let generator = SharedGenerator(seed: 1)
        random = { generator.next() }
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
            folder,
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

extension ProgramWorker {
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
        case .requeue(let id):
            for result in try await store().retry([id], reason: "mended", actor: "ada") {
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
