import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

@Suite("Crash of a repair at every call", .serialized)
struct RepairCrashTests {
    private static let patterns: [LossPattern] =
        [.nothing, .everything, .first(1), .first(2)]
        + (1...4).map { .random(seed: $0, tearing: .sectors) }

    @Test("leaves the store as it was, and no new one or a whole one")
    func crashes() async throws {
        let store = try await RepairProgram().run()
        store.disk.flipBit(of: TestStore.path(2), 8 * 5000)
        let whole = store.copy()
        try Self.repair(whole)
        let calls = whole.disk.calls
        let expected = try #require(try Self.records(whole.disk))
        var wholeCount = 0
        for (index, call) in calls.enumerated() where call.call.changesDisk {
            await Task.yield()
            for plan in [FaultPlan.crash(atCall: index + 1), .crash(afterCall: index + 1)] {
                let crashed = store.copy()
                crashed.disk.faults = plan
                #expect(throws: LogStoreError.self) { try Self.repair(crashed) }
                let found =
                    [crashed.disk.copy()]
                    + Self.patterns.map { crashed.disk.crashed(keeping: $0) }
                for disk in found {
                    let source = TestStore(disk).contents.filter {
                        !$0.key.hasPrefix(RepairOracle.target)
                    }
                    #expect(source == store.contents, "\(call)")
                    guard let records = try Self.records(disk) else { continue }
                    #expect(records == expected, "\(call)")
                    wholeCount += 1
                }
            }
        }
        #expect(wholeCount > 0)
    }

    @Test("or its failure closes all files, and leaves no new store or a whole one")
    func failures() async throws {
        let store = try await RepairProgram(isClosed: false).run()
        store.disk.flipBit(of: TestStore.path(2), 8 * 5000)
        let whole = store.copy()
        try Self.repair(whole)
        let calls = whole.disk.calls
        let expected = try #require(try Self.records(whole.disk))
        for (index, call) in calls.enumerated() where call.call != .close {
            await Task.yield()
            let failing = store.copy()
            failing.disk.faults = .fail(call: index + 1, with: 5)
            do {
                try Self.repair(failing)
            } catch is LogStoreError {
                // As it should be, for most calls.
            }
            #expect(failing.disk.openPaths.isEmpty, "\(call)")
            let records = try Self.records(failing.disk.copy())
            #expect(records == nil || records == expected, "\(call)")
        }
    }

    private static func repair(_ store: TestStore) throws {
        let target = RepairOracle.target
        _ = try LogRepair.run(from: TestStore.folder, into: target, store.environment())
    }

    /// The jobs of the new store; `nil` when there is none.
    private static func records(_ disk: SimulatedFileSystem) throws -> [JobRecord]? {
        do {
            let reader = try LogReader.open(RepairOracle.target, of: disk, clock: ManualClock())
            return try reader.list(JobQuery(limit: JobLimits.listCountMax))
        } catch let error as LogStoreError {
            let noStore: [LogStoreError.Code] = [.notFound, .manifestMissing, .notOurs]
            #expect(noStore.contains(error.code), "\(error)")
            return nil
        }
    }
}
