import Foundation
import JobLedger
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

@Suite("Crash at every call")
struct CrashSweepTests {
    /// Writes that are kept in part, which no subset has.
    private static let tornPatterns = (1...2).flatMap { seed in
        [LossPattern.Tearing.sectors, .bytes].map { LossPattern.random(seed: seed, tearing: $0) }
    }

    /// All that an oracle judges a disk by: another that is the same needs no look.
    struct Case: Hashable {
        var contentHash: Int
        var kept: SequenceNumber
        var wasOpened: Bool
        var ids: Set<JobID>
        var leases: Set<Lease>
        var now: Date
    }

    @Test(
        "loses nothing that was promised, whatever is lost, and opens to the state of a commit",
        arguments: CrashProgram.all
    )
    func losesNothing(program: CrashProgram) async throws {
        let reference = try await Self.run(program, .none)
        var (seen, subsetCount): (Set<Case>, UInt64) = ([], 0)
        for (call, plan) in Self.crashes(of: reference) {
            let run = try await Self.run(program, plan)
            func check(
                _ disk: SimulatedFileSystem,
                keeps kept: SequenceNumber,
                hasLostPower: Bool = true,
                _ story: String
            ) async throws {
                let oracle = CrashOracle(
                    reference: reference,
                    run: run,
                    kept: kept,
                    hasLostPower: hasLostPower,
                    story: "\(story) \(call)"
                )
                try await oracle.check(disk)
            }

            let pendingCount = run.fileSystem.pendingOperations.count
            try #require(pendingCount < 16, "\(pendingCount) unsynced operations at once")
            for subset in 0..<(UInt64(1) << UInt64(pendingCount)) {
                let disk = run.fileSystem.crashed(keeping: .subset(subset))
                subsetCount += 1
                guard seen.insert(Case(disk, run)).inserted else { continue }
                let kept = "kept of \(pendingCount): \(subset)"
                try await check(disk, keeps: run.durable, "\(kept); power lost")
            }
            for pattern in Self.tornPatterns {
                let disk = run.fileSystem.crashed(keeping: pattern)
                try await check(disk, keeps: run.durable, "kept: \(pattern); power lost")
            }
            try await check(
                run.fileSystem.copy(),
                keeps: run.answered,
                hasLostPower: false,
                "killed"
            )
        }
        print("\(program): \(subsetCount) subsets, \(seen.count) of them different")
        #expect(seen.count > 100)
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

extension CrashSweepTests.Case {
    init(_ disk: SimulatedFileSystem, _ run: CrashRun) {
        self.init(
            contentHash: disk.contentHash,
            kept: run.durable,
            wasOpened: run.wasOpened,
            ids: run.ids,
            leases: run.leases,
            now: run.clock.now
        )
    }
}
