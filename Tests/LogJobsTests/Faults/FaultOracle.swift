import LazyJobs
import LogJobs
import LogJobsTesting

/// What must be true of a disk when its calls succeed again.
struct FaultOracle {
    /// The same program without a fault.
    let reference: CrashRun
    let run: FaultRun
    let story: String

    /// Checks the disk as it is, and as the loss of power leaves it.
    func check(seed: UInt64) async throws {
        let disk = run.run.fileSystem
        let answered = run.hasLostSync ? run.run.durable : run.run.answered
        for pattern in [LossPattern.nothing, .random(seed: seed, tearing: .sectors)] {
            let oracle = oracle(kept: run.run.durable, "power lost, kept: \(pattern)")
            let crashed = disk.crashed(keeping: pattern)
            try check(crashed, oracle)
            try await oracle.reopen(crashed)
        }
        disk.faults = .none
        let oracle = oracle(kept: answered, "the fault gone")
        try check(disk, oracle)
        try await oracle.reopen(disk)
        try await checkAfterwards(disk, oracle)
    }

    /// What the store has promised after the fault survives the loss of power.
    private func checkAfterwards(_ disk: SimulatedFileSystem, _ oracle: CrashOracle) async throws {
        guard let reader = try oracle.reader(of: disk) else { return }
        let content = try StoreContent(reader)
        guard let left = try oracle.reader(of: disk.crashed(keeping: .nothing)) else {
            throw oracle.failure("then power lost: the store is gone")
        }
        try oracle.expect(try StoreContent(left) == content, "then power lost: it is another store")
    }

    private func oracle(kept: SequenceNumber, _ ending: String) -> CrashOracle {
        CrashOracle(
            reference: reference,
            run: run.run,
            kept: kept,
            hasLostPower: true,
            story: "\(story), \(ending)"
        )
    }

    /// What is on the disk is what was answered, or that and what was attempted.
    private func check(_ disk: SimulatedFileSystem, _ oracle: CrashOracle) throws {
        guard let reader = try oracle.reader(of: disk) else {
            return try oracle.expect(!run.run.wasOpened, "the store is gone")
        }
        let last = reader.report.lastSequence
        try oracle.expect(
            last >= oracle.kept,
            "event \(oracle.kept) was promised, and the last one is \(last)"
        )
        guard last > .zero else { return }
        let content = try StoreContent(reader)
        if let view = view(at: last, of: content) {
            let isSame = content.isSame(as: view)
            return try oracle.expect(isSame, "the state at event \(last) is another")
        }
        if let attempt = run.attempt, attempt.last == last {
            return try oracle.expect(attempt.isFound(in: content), "event \(last) is half applied")
        }
        try checkOpenings(content, oracle)
    }

    private func view(at sequence: SequenceNumber, of content: StoreContent) -> StoreContent? {
        if let view = run.run.views.state(at: sequence, of: content) { return view }
        return run.hasDiverged ? nil : reference.views.state(at: sequence, of: content)
    }

    /// Openings that have failed may have left their events behind all others.
    private func checkOpenings(_ content: StoreContent, _ oracle: CrashOracle) throws {
        let last = content.events.last?.sequence ?? .zero
        try oracle.expect(
            run.failedOpeningCount > 0,
            "the log ends at event \(last), in the middle of a command"
        )
        var events = content.events[...]
        while let event = events.last, event.isOfOpening { events.removeLast() }
        let end = events.last?.sequence ?? .zero
        if let view = run.run.views[end] ?? (run.hasDiverged ? nil : reference.views[end]) {
            return try oracle.expect(
                Array(view.events.suffix(events.count)) == Array(events.suffix(view.events.count)),
                "event \(end) is another"
            )
        }
        try oracle.expect(
            end == .zero || end == run.attempt?.last,
            "before what failed openings have left, the log ends at event \(end)"
        )
    }
}

extension JobEvent {
    /// Whether an opening makes such events.
    fileprivate var isOfOpening: Bool {
        switch body {
        case .store(.opened): true
        case .job(let transition): transition.kind == .rescued || transition.kind == .discarded
        case .schedule, .queue, .store(.closed): false
        }
    }
}
