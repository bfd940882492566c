import LogJobs
import LogJobsTesting
import Testing

@Suite("Crash at every call")
struct CrashSweepTests {
    /// What is lost in each crash: the extremes, and some in between.
    private static let patterns: [LossPattern] =
        [.nothing, .everything, .first(1), .first(2)]
        + (1...2).flatMap { seed in
            LossPattern.Tearing.allCases.map { .random(seed: seed, tearing: $0) }
        }

    @Test(
        "loses nothing that was promised, and opens to the state of a commit",
        arguments: CrashProgram.all
    )
    func losesNothing(program: CrashProgram) async throws {
        let reference = try await Self.reference(program)
        for (call, plan) in Self.crashes(of: reference) {
            let run = try await Self.run(program, plan)
            for pattern in Self.patterns {
                let oracle = CrashOracle(
                    reference: reference,
                    run: run,
                    kept: run.durable,
                    hasLostPower: true,
                    story: "power lost \(call), kept: \(pattern)"
                )
                try await oracle.check(run.fileSystem.crashed(keeping: pattern))
            }
            let oracle = CrashOracle(
                reference: reference,
                run: run,
                kept: run.answered,
                hasLostPower: false,
                story: "killed \(call)"
            )
            try await oracle.check(run.fileSystem.copy())
        }
    }

    @Test("loses nothing whatever subset of the unsynced writes is lost")
    func losesNothingOfAnySubset() async throws {
        let program = CrashProgram.shortest
        let reference = try await Self.reference(program)
        var count = 0
        for (call, plan) in Self.crashes(of: reference) {
            let run = try await Self.run(program, plan)
            let pendingCount = run.fileSystem.pendingOperations.count
            try #require(pendingCount < 12, "\(pendingCount) unsynced operations at once")
            for subset in 0..<(UInt64(1) << UInt64(pendingCount)) {
                count += 1
                let oracle = CrashOracle(
                    reference: reference,
                    run: run,
                    kept: run.durable,
                    hasLostPower: true,
                    story: "power lost \(call), kept of \(pendingCount): \(subset)"
                )
                try await oracle.check(run.fileSystem.crashed(keeping: .subset(subset)))
            }
        }
        #expect(count > 500)
    }

    private static func reference(_ program: CrashProgram) async throws -> CrashRun {
        try await run(program, .none)
    }

    private static func run(_ program: CrashProgram, _ plan: FaultPlan) async throws -> CrashRun {
        let fileSystem = SimulatedFileSystem()
        fileSystem.faults = plan
        var run = CrashRun(program, on: fileSystem)
        try await run.run()
        return run
    }

    /// A crash before and after each call that changes the disk.
    private static func crashes(of run: CrashRun) -> [(call: String, plan: FaultPlan)] {
        run.fileSystem.calls.enumerated().filter { $0.element.call.changesDisk }.flatMap {
            index,
            call in
            [
                ("before call \(index + 1) (\(call))", .crash(atCall: index + 1)),
                ("after call \(index + 1) (\(call))", .crash(afterCall: index + 1)),
            ]
        }
    }
}
