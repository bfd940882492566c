import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

@Suite("Crash of a backup at every call", .serialized)
struct BackupCrashTests {
    private static let target = "/copy"
    private static let patterns: [LossPattern] =
        [.nothing, .everything, .first(1), .first(2)]
        + (1...2).flatMap { seed in
            LossPattern.Tearing.allCases.map { .random(seed: seed, tearing: $0) }
        }

    @Test("leaves the store as it was, and no backup or a whole one", arguments: [false, true])
    func crashes(copies: Bool) async throws {
        let store = try await Self.store()
        let content = try StoreContent(store.read())
        let calls = try Self.backUp(store.copy(), copies ? Self.noLinks : .none).calls
        var wholeCount = 0
        for (index, call) in calls.enumerated() where call.call.changesDisk {
            await Task.yield()
            for plan in [FaultPlan.crash(atCall: index + 1), .crash(afterCall: index + 1)] {
                let disk = try Self.backUp(store.copy(), copies ? plan.and(Self.noLinks) : plan)
                let found = [disk.copy()] + Self.patterns.map { disk.crashed(keeping: $0) }
                for disk in found {
                    let isWhole = try Self.check(disk, store, content, "\(call)")
                    wholeCount += isWhole ? 1 : 0
                }
            }
        }
        #expect(wholeCount > 0)
    }

    @Test("or its failure leaves the store as it was, and no backup or a whole one")
    func failures() async throws {
        let store = try await Self.store()
        let content = try StoreContent(store.read())
        let calls = try Self.backUp(store.copy(), .none).calls
        for (index, call) in calls.enumerated() where call.call != .close {
            await Task.yield()
            for number in [EIO, ENOSPC] {
                let plan = FaultPlan.fail(call: index + 1, with: number)
                let disk = try Self.backUp(store.copy(), plan)
                #expect(disk.openPaths.isEmpty, "\(call) failed")
                for disk in [disk.copy()] + Self.patterns.map({ disk.crashed(keeping: $0) }) {
                    _ = try Self.check(disk, store, content, "failed: \(call)")
                }
            }
        }
    }

    private static let noLinks = FaultPlan.fail(.link, number: 1, with: EXDEV, lasting: true)

    /// A store that a process that died has left, in three segments.
    private static func store() async throws -> TestStore {
        let store = TestStore()
        for pid in 7...9 as ClosedRange<Int32> {
            let backend = try await store.open(pid: pid)
            let payload = JobPayload(bytes: [UInt8](repeating: UInt8(pid), count: 100))
            _ = try await backend.enqueue([NewJob(kind: "work", payload: payload)])
            _ = try await backend.claim(ClaimRequest(worker: "w"))
            await backend.abandonAndWait()
        }
        return TestStore(store.disk.crashed(keeping: .everything))
    }

    /// - Returns: The disk as the backup has left it, ended or not.
    private static func backUp(
        _ store: TestStore,
        _ plan: FaultPlan
    ) throws -> SimulatedFileSystem {
        store.disk.faults = plan
        do {
            _ = try LogBackup.run(from: TestStore.folder, to: target, of: store.disk)
        } catch {
            #expect(plan != .none, "\(error)")
        }
        return store.disk
    }

    /// - Returns: Whether there is a backup.
    private static func check(
        _ disk: SimulatedFileSystem,
        _ store: TestStore,
        _ content: StoreContent,
        _ story: String
    ) throws -> Bool {
        let found = TestStore(disk)
        #expect(found.contents.filter { !$0.key.hasPrefix(target) } == store.contents, "\(story)")
        do {
            let reader = try LogReader.open(target, of: disk, clock: store.clock)
            #expect(try StoreContent(reader) == content, "\(story)")
            return true
        } catch let error as LogStoreError {
            // The last is what a reader says of a segment that is not whole yet.
            let noStore: [LogStoreError.Code] = [.notFound, .manifestMissing, .notOurs]
            #expect(noStore.contains(error.code), "\(story): \(error)")
            return false
        }
    }
}
