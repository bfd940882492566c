import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Synchronization
import Testing

/// A process that makes a new store out of another one, and a second that opens the same folder as
/// if it were its own, one of them held up.
@Suite("A backup or a repair beside a process that opens its target", .serialized)
struct RacingBackupTests {
    @Test(
        "goes on alone or not at all, whenever the other comes",
        arguments: Making.allCases,
        [false, true]
    )
    func rivalAtEachCall(making: Making, dies: Bool) async throws {
        let source = try await making.source()
        let expected = try making.expected(of: source)
        var counts = (answered: 0, opened: 0, refused: 0)
        var call = 0
        while true {
            call += 1
            // Nothing in here waits for long: other tests may need the thread.
            await Task.yield()
            let store = source.copy()
            let rival = Rival(store.disk, dies: dies)
            let watched = WatchedFileSystem(store.disk, rival.watcher(atCall: call))
            let result = making.run(store, watched)
            guard let answer = rival.answer else { break }
            let story = "call \(call): \(answer), \(result)"
            #expect(store.disk.openPaths.isEmpty || rival.hasStore, "\(story)")
            switch answer {
            case .success:
                counts.answered += 1
                try await rival.goOn()
                var kinds = dies ? ["kept"] : ["kept", "more"]
                // It may come when all is done but for letting go of the other store.
                if case .success = result, let expected {
                    kinds = (kinds + expected.records.map(\.kind)).sorted()
                    counts.opened += 1
                }
                #expect(try await Rival.kinds(store.disk) == kinds, "\(story)")
                let cut = store.disk.crashed(keeping: .nothing)
                #expect(try await Rival.kinds(cut) == kinds, "\(story), then power lost")
            case .failure(let error):
                counts.refused += 1
                // The last is what it says of a copied segment whose beginning is not there yet.
                let isLoud = error.code == .locked || making == .copying && error.code == .notOurs
                #expect(isLoud, "\(story)")
                try Self.check(store.disk, expected, story)
                try Self.check(store.disk.crashed(keeping: .nothing), expected, story)
            }
        }
        #expect(counts.answered > 3 && counts.opened <= 1 && counts.refused > 30)
    }

    @Test("is refused or opened by the other, wherever that is held up", arguments: Making.allCases)
    func wholeAtEachCall(making: Making) async throws {
        let source = try await making.source()
        let expected = try making.expected(of: source)
        var counts = (made: 0, refused: 0)
        var call = 0
        while true {
            call += 1
            await Task.yield()
            let store = source.copy()
            let progress = Mutex((calls: 0, result: Result<Void, LogStoreError>?.none))
            let watched = WatchedFileSystem(store.disk) { [call] _, _ in
                let isNow = progress.withLock { progress in
                    progress.calls += 1
                    return progress.calls == call
                }
                guard isNow else { return }
                let result = making.run(store, store.disk)
                progress.withLock { $0.result = result }
            }
            let backend = try await Rival.open(watched)
            _ = try await backend.enqueue("kept")
            await backend.abandonAndWait()
            guard let result = progress.withLock(\.result) else { break }
            let story = "call \(call): \(result)"
            let kinds = try await Rival.kinds(store.disk)
            switch result {
            case .success:
                counts.made += 1
                let saved = try #require(expected).records.map(\.kind)
                #expect(kinds == (saved + ["kept"]).sorted(), "\(story)")
            case .failure:
                counts.refused += 1
                #expect(kinds == ["kept"], "\(story)")
            }
        }
        #expect(counts.refused > 30 && (counts.made > 3 || expected == nil))
    }

    /// Checks what a process has made that was let alone, or has left when it failed.
    private static func check(
        _ disk: SimulatedFileSystem,
        _ expected: StoreContent?,
        _ story: String
    ) throws {
        do throws(LogStoreError) {
            let reader = try LogReader.open(
                Making.target,
                of: disk,
                clock: ManualClock(),
                depth: .everything
            )
            #expect(throws: Never.self, "\(story)") {
                try #expect(StoreContent(reader) == expected, "\(story)")
            }
        } catch {
            #expect(expected == nil && error.code == .notFound, "\(story): \(error)")
        }
    }
}

/// How a new store is put together.
enum Making: String, CaseIterable, Sendable {
    case linking, copying, repairing
    /// A backup that finds in the end that the store is damaged.
    case failing

    static let whole: [Making] = [.linking, .copying, .repairing]
    static let target = "/copy"

    /// A store with archives, segments and checkpoints.
    func source() async throws -> TestStore {
        let store = try await RepairProgram(compacts: true).run()
        guard self == .failing else { return store }
        let segment = store.disk.paths.last { $0.contains("/seg-") }
        let path = try #require(segment)
        store.disk.flipBit(of: path, 8 * (SegmentHeader.size + 200))
        return store
    }

    /// What it makes of a store when nobody disturbs it.
    func expected(of source: TestStore) throws -> StoreContent? {
        let store = source.copy()
        switch run(store, store.disk) {
        case .success: break
        case .failure(let error):
            guard self == .failing else { throw error }
            return nil
        }
        let reader = try LogReader.open(Self.target, of: store.disk, clock: store.clock)
        return try StoreContent(reader)
    }

    func run(_ store: TestStore, _ fileSystem: any FileSystem) -> Result<Void, LogStoreError> {
        if self == .copying {
            store.disk.faults = .fail(.link, number: 1, with: EXDEV, lasting: true)
        }
        do throws(LogStoreError) {
            if self == .repairing {
                var environment = store.environment()
                environment.fileSystem = fileSystem
                _ = try LogRepair.run(from: TestStore.folder, into: Self.target, environment)
            } else {
                _ = try LogBackup.run(from: TestStore.folder, to: Self.target, of: fileSystem)
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}

/// Another process, that opens the target for writing and enqueues a job.
final class Rival: Sendable {
    private let disk: SimulatedFileSystem
    private let dies: Bool
    private let callers = Callers()
    private let state = Mutex<(answer: Result<Void, LogStoreError>?, backend: LogBackend?)>(
        (nil, nil)
    )

    /// - Parameters:
    ///   - disk: Where it opens the target.
    ///   - dies: Whether it dies when it has its answer, or goes on until ``goOn()``.
    init(_ disk: SimulatedFileSystem, dies: Bool) {
        self.disk = disk
        self.dies = dies
    }

    /// What became of it; `nil` when it has not come.
    var answer: Result<Void, LogStoreError>? { state.withLock(\.answer) }

    var hasStore: Bool { state.withLock { $0.backend != nil } }

    /// Lets it come before one of the calls, and do what it does before that is made.
    func watcher(atCall number: Int) -> WatchedFileSystem.Watcher {
        let count = Atomic(0)
        return { [self] _, _ in
            if count.add(1, ordering: .relaxed).newValue == number { come() }
        }
    }

    /// Blocks until it has its answer, which it gets on a thread of its own.
    func come() {
        let end = DispatchSemaphore(value: 0)
        _ = callers.begin { [self] in
            await run()
            end.signal()
        }
        end.wait()
    }

    private func run() async {
        do throws(LogStoreError) {
            let backend = try await Self.open(disk)
            await #expect(throws: Never.self) { try await backend.enqueue("kept") }
            if dies { await backend.abandonAndWait() }
            state.withLock { $0 = (.success(()), dies ? nil : backend) }
        } catch {
            state.withLock { $0 = (.failure(error), nil) }
        }
    }

    /// If it lives, it enqueues one more job and closes its store.
    func goOn() async throws {
        guard let backend = state.withLock(\.backend) else { return }
        _ = try await backend.enqueue("more")
        try await backend.close()
        state.withLock { $0.backend = nil }
    }

    static func open(_ fileSystem: any FileSystem) async throws(LogStoreError) -> LogBackend {
        var environment = TestStore(seed: 2).environment(pid: 9)
        environment.fileSystem = fileSystem
        return try await LogBackend.open(
            Making.target,
            TestStore.configuration,
            environment,
            mode: .inline
        )
    }

    /// Opens the target once more, and tells the kinds of all jobs in it, sorted.
    static func kinds(_ disk: SimulatedFileSystem) async throws -> [String] {
        let backend = try await open(disk)
        let records = try await backend.list(JobQuery(limit: JobLimits.listCountMax))
        try await backend.close()
        return records.map(\.kind).sorted()
    }
}
