import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Synchronization
import Testing

/// Calls that meet in the writer's thread, on real files.
@Suite("A store with a thread of its own", .timeLimit(.minutes(15)))
struct ThreadedStoreTests {
    @Test("makes all calls durable by one sync that come during another")
    func sharesSyncs() async throws {
        var store = try ThreadedStore()
        // All of them fit into the first segment.
        store.configuration.sizes.segmentBytesFirst = 1 << 20
        let syncs = Self.barrier(in: store)
        let backend = try await store.open()
        let answers = Atomic(0)
        syncs.close()
        let begin = syncs.count
        let first = store.callers.begin { try await backend.enqueue("first") }
        await syncs.waitUntilReached()
        let others = (0..<64).map { number in
            store.callers.begin {
                _ = try await backend.enqueue("other-\(number)")
                answers.add(1, ordering: .relaxed)
            }
        }
        await store.callers.waitUntilAllWait()
        let early = answers.load(ordering: .relaxed)
        #expect(early == 0, "Nobody is answered before the sync")
        syncs.open()
        _ = try await first.value
        for other in others { try await other.value }
        #expect(syncs.count - begin == 2)

        await backend.abandonAndWait()
        #expect(try store.kinds() == (["first"] + (0..<64).map { "other-\($0)" }).sorted())
        try store.remove()
    }

    @Test("answers the calls before a close, and keeps or refuses the ones after it")
    func closesWithCallsInFlight() async throws {
        let store = try ThreadedStore()
        let syncs = Self.barrier(in: store)
        let backend = try await store.open()
        syncs.close()
        let first = store.callers.begin { try await backend.enqueue("first") }
        await syncs.waitUntilReached()
        let before = Self.enqueues(16, "before", on: backend, store.callers)
        await store.callers.waitUntilAllWait()
        let closing = store.callers.begin { try await backend.close() }
        await store.callers.waitUntilAllWait()
        let after = Self.enqueues(16, "after", on: backend, store.callers)
        await store.callers.waitUntilAllWait()
        syncs.open()

        _ = try await first.value
        try await closing.value
        var kept = ["first"]
        for call in before { kept.append(try #require(try await call.value)) }
        for call in after {
            if let kind = try await call.value { kept.append(kind) }
        }
        #expect(try store.kinds() == kept.sorted())
        let late = await #expect(throws: BackendError.self) {
            try await backend.enqueue("late")
        }
        #expect(late?.code == .closed)
        await #expect(throws: Never.self) { try await backend.close() }
        #expect(try LogReader.open(store.folder).report.wasClosed)
        try store.remove()
    }

    @Test("refuses calls that come while the closing itself is synced")
    func refusesWhileClosing() async throws {
        let store = try ThreadedStore()
        let syncs = Self.barrier(in: store)
        let backend = try await store.open()
        _ = try await backend.enqueue("before")
        syncs.close()
        let closing = store.callers.begin { try await backend.close() }
        await syncs.waitUntilReached()
        let after = Self.enqueues(2, "after", on: backend, store.callers)
        let question = store.callers.begin { try await backend.stats() }
        await store.callers.waitUntilAllWait()
        syncs.open()
        try await closing.value
        for call in after { #expect(try await call.value == nil) }
        let error = await #expect(throws: BackendError.self) { try await question.value }
        #expect(error?.code == .closed)
        #expect(try store.kinds() == ["before"])
        try store.remove()
    }

    @Test("refuses a claim whose payload is gone since the store was closed, and calls none lost")
    func closesBeforePayload() async throws {
        let store = try ThreadedStore()
        let first = try await store.open()
        _ = try await first.enqueue("job")
        try await first.close()
        let backend = try await store.open()
        let reads = Barrier()
        store.files.watch { call, path throws(SystemCallError) in
            guard call == .read, path.hasSuffix(".ljs") else { return }
            reads.pass()
            throw SystemCallError(call: "pread", errorNumber: ENOENT, path: path)
        }
        reads.close()
        let claim = store.callers.begin { try await backend.claim(ClaimRequest(worker: "w")) }
        await reads.waitUntilReached()
        try await backend.close()
        reads.open()
        let error = await #expect(throws: BackendError.self) { try await claim.value }
        #expect(error?.code == .closed)
        store.files.watch(nil)
        try store.remove()
    }

    @Test("loses no answer when it is closed under busy callers")
    func closesUnderLoad() async throws {
        let store = try ThreadedStore()
        let backend = try await store.open()
        let (answers, answered) = AsyncStream<String>.makeStream()
        let calls = (0..<8).map { caller in
            store.callers.begin {
                for number in 0... {
                    let kind = "job-\(caller)-\(number)"
                    guard try await Self.isKept(kind, by: backend) else { return }
                    answered.yield(kind)
                }
            }
        }
        var kept: [String] = []
        for await kind in answers {
            kept.append(kind)
            if kept.count == 100 { break }
        }
        let rest = store.callers.begin {
            var rest: [String] = []
            for await kind in answers { rest.append(kind) }
            return rest
        }
        try await backend.close()
        for call in calls { try await call.value }
        answered.finish()
        kept += try await rest.value
        #expect(try store.kinds() == kept.sorted())
        try store.remove()
    }

    @Test("answers a call although its task is cancelled meanwhile")
    func ignoresCancellation() async throws {
        let store = try ThreadedStore()
        let syncs = Self.barrier(in: store)
        let backend = try await store.open()
        syncs.close()
        let first = store.callers.begin { try await backend.enqueue("first") }
        await syncs.waitUntilReached()
        let second = store.callers.begin { try await backend.enqueue("second") }
        await store.callers.waitUntilAllWait()
        first.cancel()
        second.cancel()
        syncs.open()
        _ = try await first.value
        _ = try await second.value
        try await backend.close()
        #expect(try store.kinds() == ["first", "second"])
        try store.remove()
    }

    @Test("syncs in time what is only written, although tasks keep all of Swift's threads")
    func syncsBesideTasks() async {
        // A process of its own: other tests need the threads.
        await #expect(processExitsWith: .success) {
            var store = try ThreadedStore()
            // Tasks take less to begin; else this shows nothing.
            store.configuration.durability = .written(syncEvery: .milliseconds(200))
            let syncs = Self.barrier(in: store)
            let backend = try await store.open()
            let begin = syncs.count
            _ = try await backend.enqueue("written")
            let limit = ContinuousClock.now + .seconds(600)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                    group.addTask { while syncs.count == begin, .now < limit {} }
                }
            }
            #expect(ContinuousClock.now < limit)
            try await backend.close()
            try store.remove()
        }
    }

    @Test("answers a question that comes while others are answered")
    func asksWhileAnswering() async throws {
        var store = try ThreadedStore()
        // No timer wakes the writer.
        store.clock = ManualClock()
        let syncs = Self.barrier(in: store)
        let backend = try await store.open()
        let late = Mutex<Task<Void, any Error>?>(nil)
        syncs.close()
        let first = store.callers.begin { try await backend.enqueue("first") }
        await syncs.waitUntilReached()
        // Two, since a single caller that was answered is not expected again.
        let questions = [false, true].map { isLast in
            store.callers.begin { [callers = store.callers] in
                try await backend.engine.ask { _ throws(BackendError) in
                    guard isLast else { return }
                    let call = callers.begin { try await backend.engine.ask { _ in } }
                    callers.blockUntilAllWait()
                    late.withLock { $0 = call }
                }
            }
        }
        await store.callers.waitUntilAllWait()
        syncs.open()
        _ = try await first.value
        for question in questions { try await question.value }
        try await late.withLock(\.self)?.value
        try await backend.close()
        try store.remove()
    }

    @Test("lets go of everything when it is dropped, and opens again at once")
    func dropped() async throws {
        let store = try ThreadedStore()
        for round in 1...20 {
            let backend = try await store.open()
            #expect(backend.recoveryReport.epoch == UInt64(round))
            #expect(!backend.recoveryReport.wasClosed)
            #expect(backend.recoveryReport.rescuedCount == (round == 1 ? 0 : 1))
            if round == 1 { _ = try await backend.enqueue("job") }
            // Left running: one attempt more each time, and none is ended.
            let claimed = try await backend.claim(ClaimRequest(limit: 1, worker: "worker"))
            #expect(claimed.jobs.count == 1)
        }
        try await store.open().close()
        try store.remove()
    }

    @Test("leaves no file open and no thread running, closed or dropped")
    func leaksNothing() async throws {
        let store = try ThreadedStore()
        let roundCount = 30
        let (ends, ended) = AsyncStream<Void>.makeStream()
        for round in 0..<roundCount {
            let beacon = Beacon(ended)
            let backend = try await store.open { beacon.word() }
            _ = try await backend.enqueue("job-\(round)")
            if round.isMultiple(of: 2) { try await backend.close() }
        }
        // Each has its end when its thread, which holds the store too, is at its own. To count the
        // threads of the process would count those of the tests beside this one.
        var endCount = 0
        for await _ in ends {
            endCount += 1
            if endCount == roundCount { break }
        }
        #expect(try Self.openFiles(below: store.parent).isEmpty)
        try store.remove()
    }

    /// Stands in the way of the syncs of segments, which are open by the names they had before.
    private static func barrier(in store: ThreadedStore) -> Barrier {
        let barrier = Barrier()
        store.files.watch { call, path in
            if call == .sync, path.hasSuffix(".ljs") { barrier.pass() }
        }
        return barrier
    }

    /// Begins to enqueue jobs, one with each call; the value is `nil` for what is refused.
    private static func enqueues(
        _ count: Int,
        _ name: String,
        on backend: LogBackend,
        _ callers: Callers
    ) -> [Task<String?, any Error>] {
        (0..<count).map { number in
            callers.begin {
                let kind = "\(name)-\(number)"
                return try await isKept(kind, by: backend) ? kind : nil
            }
        }
    }

    /// Whether a job is enqueued; `false` when the store was closed.
    private static func isKept(_ kind: String, by backend: LogBackend) async throws -> Bool {
        do throws(BackendError) {
            _ = try await backend.enqueue(kind)
            return true
        } catch  where error.code == .closed {
            return false
        }
    }
}

extension ThreadedStoreTests {
    /// Says that nothing holds it any more.
    private final class Beacon: Sendable {
        private let end: AsyncStream<Void>.Continuation

        init(_ end: AsyncStream<Void>.Continuation) {
            self.end = end
        }

        deinit {
            end.yield()
        }

        func word() -> UInt64 { UInt64.random(in: .min ... .max) }
    }

    /// The files below a folder that this process has open, as Linux tells it; elsewhere none.
    private static func openFiles(below folder: String) throws -> [String] {
        #if os(Linux)
            let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            let paths = descriptors.compactMap { descriptor in
                // Those of other tests are closed meanwhile.
                try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/fd/\(descriptor)"
                )
            }
            return paths.filter { $0.hasPrefix(folder) }
        #else
            return []
        #endif
    }
}
