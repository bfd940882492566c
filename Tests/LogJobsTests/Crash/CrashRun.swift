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
    private var worker: ProgramWorker
    /// What the store shows, by the number of its last event.
    private(set) var views: [SequenceNumber: StoreContent] = [:]
    /// The last event of anything that was answered: it must survive the death of the process.
    private(set) var answered = SequenceNumber.zero
    /// The last event of what must survive power loss.
    private(set) var durable = SequenceNumber.zero

    var clock: ManualClock { worker.clock }
    var backend: LogBackend? { worker.backend }
    var wasOpened: Bool { worker.wasOpened }
    var ids: Set<JobID> { worker.ids }
    var leases: Set<Lease> { worker.leases }

    init(_ program: CrashProgram, on fileSystem: SimulatedFileSystem) {
        self.program = program
        self.fileSystem = fileSystem
        worker = ProgramWorker(program, in: Self.folder, of: fileSystem)
    }

    /// One of which nothing is known but the time that the other has come to.
    init(_ program: CrashProgram, on fileSystem: SimulatedFileSystem, advancedAs other: CrashRun) {
        self.init(program, on: fileSystem)
        clock.set(now: other.clock.now)
    }

    mutating func perform(_ step: CrashProgram.Step) async throws {
        try await worker.perform(step)
    }

    mutating func die() async {
        await worker.die()
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
            .requeue, .pause, .resume, .schedule, .runSchedules, .removeSchedule, .prune, .compact,
            .checkpoint:
            if case .close = step { return true }
            return program.durability == .synced
        case .claim:
            return false
        case .wait(let duration):
            guard case .written(let interval) = program.durability else { return false }
            return duration >= interval && !fileSystem.isCrashed
        }
    }
}
