import JobLedger
import LazyJobs
import LogJobs
import LogJobsTesting

/// One run of a program on a disk whose calls fail by plan.
///
/// It goes on after each error, as a stubborn caller would, and checks what must be true meanwhile.
struct FaultRun {
    /// How often an opening is tried.
    private static let openingCountMax = 3

    /// The state that a failed store had planned: it may have come true or not.
    struct Attempt {
        var last: SequenceNumber
        var records: [JobRecord]
        var stats: JobStats
        var schedules: [JobSchedule]
        var pausedQueues: [String]

        init(_ ledger: JobLedger) throws {
            last = ledger.lastSequence
            records = try ledger.list(JobQuery(limit: JobLimits.listCountMax))
            stats = ledger.stats()
            schedules = ledger.schedules()
            pausedQueues = ledger.pausedQueues()
        }

        func isFound(in content: StoreContent) -> Bool {
            records == content.records && stats == content.stats
                && schedules == content.schedules && pausedQueues == content.pausedQueues
        }
    }

    private(set) var run: CrashRun
    private(set) var attempt: Attempt?
    private(set) var failedOpeningCount = 0
    /// Whether something was answered after an error: from then on the events are other ones than
    /// without the fault.
    private(set) var hasDiverged = false
    private(set) var errors: [any Error] = []

    private let kind: FailureKind
    private let number: Int
    private let story: String

    /// - Parameters:
    ///   - program: What is run.
    ///   - kind: How a call fails.
    ///   - number: Which call it is, from 1.
    ///   - callCountMax: More calls than the program can need.
    init(_ program: CrashProgram, _ kind: FailureKind, atCall number: Int, callCountMax: Int) {
        self.kind = kind
        self.number = number
        story = "\(program): call \(number) \(kind)"
        let fileSystem = SimulatedFileSystem()
        // The crash ends what would go on for ever.
        fileSystem.faults = .crash(atCall: callCountMax).and(kind.plan(atCall: number))
        run = CrashRun(program, on: fileSystem)
    }

    private var fileSystem: SimulatedFileSystem { run.fileSystem }

    /// Whether a sync has failed and lost what it was for: for the bytes of the log as bad as the
    /// loss of power.
    var hasLostSync: Bool {
        kind.effect != .whole
            && fileSystem.calls.enumerated().contains { index, record in
                record.call == .sync && kind.strikes(index + 1, from: number)
            }
    }

    /// Runs the program to its end, past all errors.
    ///
    /// - Throws: What is wrong with how it went.
    mutating func perform() async throws {
        for step in run.program.steps {
            switch step {
            case .open, .dieAndOpen: try await open()
            default: if run.backend != nil { try await perform(step) }
            }
            guard !fileSystem.isCrashed else { throw failure("it makes calls without end") }
        }
        await run.die()
        try expectNothingOpen()
    }

    private mutating func open() async throws {
        await run.die()
        try expectNothingOpen()
        for _ in 0..<Self.openingCountMax {
            let callCount = fileSystem.callCount
            do {
                try await run.perform(.open)
                try expect(!hasHitLog(since: callCount), "the opening succeeds all the same")
                attempt = nil
                return try await note(.open)
            } catch let error as LogStoreError {
                failedOpeningCount += 1
                try check(error)
                try expectNothingOpen()
            }
        }
    }

    private mutating func perform(_ step: CrashProgram.Step) async throws {
        let callCount = fileSystem.callCount
        let wasPoisoned = isPoisoned
        var failed: BackendError?
        do {
            try await run.perform(step)
        } catch is ProgramWorker.ProgramError {
            // What it was to finish was never claimed.
            return
        } catch let error as BackendError {
            // A job that could not be enqueued cannot be cancelled either.
            if error.code == .notFound, !errors.isEmpty { return }
            failed = error
            try check(error, of: step)
        }
        if wasPoisoned { try expectRefusal(failed, of: step, since: callCount) }
        if hasHitLog(since: callCount) {
            try expect(failed != nil || isPoisoned, "the store takes no notice")
        }
        if isPoisoned {
            attempt = try run.backend.map { backend in
                try Attempt(backend.engine.inspect { $0.machine.ledger })
            }
        } else if failed == nil {
            try await note(step)
        }
        if case .close = step, failed?.code != .storageFull {
            try expectNothingOpen()
            await run.die()
        }
    }

    private mutating func note(_ step: CrashProgram.Step) async throws {
        hasDiverged = hasDiverged || !errors.isEmpty
        try await run.note(step)
    }

    private var isPoisoned: Bool {
        run.backend?.engine.inspect { writer in
            if case .failed = writer.machine.phase { true } else { false }
        } ?? false
    }
}

// MARK: - What must be true

extension FaultRun {
    private mutating func check(
        _ error: any Error,
        of step: CrashProgram.Step? = nil
    ) throws {
        errors.append(error)
        if let fault = ErrorSentence.fault(in: error) { throw failure("\(fault): \(error)") }
        switch error {
        case let error as BackendError:
            var codes: [BackendError.Code] = [.outcomeUnknown, .poisoned, .storageFull]
            // What it reads and archives is no part of a commit.
            switch step {
            case .compact?, .checkpoint?: codes.append(.unavailable)
            default: break
            }
            try expect(codes.contains(error.code), "it says \(error)")
        case let error as LogStoreError:
            let codes: [LogStoreError.Code] = [.inputOutput, .storageFull]
            try expect(codes.contains(error.code), "the opening says \(error)")
        default:
            break
        }
    }

    /// After a failure nothing is written, synced or answered any more.
    private func expectRefusal(
        _ error: BackendError?,
        of step: CrashProgram.Step,
        since callCount: Int
    ) throws {
        if case .wait = step {
            // Nobody waits for the timer.
        } else {
            try expect(error?.code == .poisoned, "then \(step) is answered \(error as Any)")
        }
        let changes = fileSystem.calls[callCount...].filter(\.call.changesDisk)
        try expect(changes.isEmpty, "then \(step) makes the calls \(changes)")
    }

    /// Whether a write or sync of the log has failed.
    private func hasHitLog(since callCount: Int) -> Bool {
        fileSystem.calls.enumerated().dropFirst(callCount).contains { index, record in
            [.write, .sync].contains(record.call) && record.path.contains("/seg-")
                && kind.strikes(index + 1, from: number)
        }
    }

    private func expectNothingOpen() throws {
        try expect(fileSystem.openPaths.isEmpty, "there are open files: \(fileSystem.openPaths)")
    }

    private func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw failure(message()) }
    }

    private func failure(_ message: String) -> CrashFailure {
        let calls = fileSystem.calls
        let call = number <= calls.count ? " (\(calls[number - 1]))" : ""
        return CrashFailure(message: "\(story)\(call): \(message)")
    }
}
