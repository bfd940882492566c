import Dispatch
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Synchronization
import Testing

/// A follower beside a writer that goes on.
@Suite("Follow beside a writer")
struct FollowRaceTests {
    enum Meanwhile: String, CaseIterable {
        case enqueues, rotates, compacts, diesAndOpens, closesAndOpens
    }

    @Test(
        "shows every event once, whatever the writer does between any two of its calls",
        arguments: Meanwhile.allCases
    )
    func betweenCalls(meanwhile: Meanwhile) async throws {
        var wasHeldUp = true
        var number = 0
        while wasHeldUp {
            number += 1
            let recorded = RecordedStore(seed: 1)
            let backend = try await recorded.store.open()
            try await Self.enqueue(4, size: 20_000, backend)
            let follower = HeldUpFollower(recorded.store, atCall: number)
            let writing = Task {
                var (backend, count) = (backend, 0)
                for await _ in follower.steps {
                    backend = try await Self.run(meanwhile, recorded.store, backend)
                    count += 1
                    follower.goOn()
                }
                return (backend, count)
            }
            let seen = try await follower.run()
            let (last, count) = try await writing.value
            #expect(try seen == recorded.history(), "call \(number)")
            await last.abandonAndWait()
            wasHeldUp = count > 0
        }
        // It made so many calls.
        #expect(number > 20)
    }

    @Test("shows every event once, on a real disk")
    func realDisk() async throws {
        let folder = RealFolder()
        var configuration = LogBackend.Configuration()
        configuration.sizes = TestStore.configuration.sizes
        configuration.runsUpkeep = false
        let backend = try await LogBackend.open(folder.path, configuration: configuration)
        let filter = EventFilter(since: .sequence(.zero))
        let followed = LogReader.follow(folder.path, matching: filter, every: .zero)
        let writing = Task {
            for round in 0..<30 {
                try await Self.enqueue(3, size: 3000, backend)
                if round % 7 == 6 { _ = try await backend.compact() }
            }
            try await backend.close()
        }
        var seen: [JobEvent] = []
        for try await event in followed {
            seen.append(event)
            if case .store(.closed) = event.body { break }
        }
        try await writing.value
        var expected: [JobEvent] = []
        try folder.read().forEachEvent(matching: EventFilter()) { expected.append($0) }
        #expect(seen == expected)
        try folder.remove()
    }

    private static func enqueue(_ count: Int, size: Int, _ backend: LogBackend) async throws {
        var generator = SeededGenerator(seed: UInt64(size))
        for _ in 0..<count {
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try await backend.enqueue([NewJob(kind: "a", payload: JobPayload(bytes: bytes))])
        }
    }

    private static func run(
        _ meanwhile: Meanwhile,
        _ store: TestStore,
        _ backend: LogBackend
    ) async throws -> LogBackend {
        var backend = backend
        switch meanwhile {
        case .enqueues: break
        case .rotates: try await enqueue(5, size: 20_000, backend)
        case .compacts:
            try await enqueue(5, size: 20_000, backend)
            _ = try await backend.compact()
        case .diesAndOpens:
            await backend.abandonAndWait()
            backend = try await store.open(pid: 8)
        case .closesAndOpens:
            try await backend.close()
            backend = try await store.open(pid: 8)
        }
        try await enqueue(1, size: 20, backend)
        return backend
    }
}

/// A follower that stops before one of its calls until it may go on.
private struct HeldUpFollower {
    /// Something comes when it is held up.
    let steps: AsyncStream<Void>
    private let isHeldUp: AsyncStream<Void>.Continuation
    private let gate = DispatchSemaphore(value: 0)
    private let clock = ManualClock()
    private let disk: WatchedFileSystem

    init(_ store: TestStore, atCall number: Int) {
        (steps, isHeldUp) = AsyncStream.makeStream(of: Void.self)
        let (gate, isHeldUp) = (gate, isHeldUp)
        let count = Atomic(0)
        disk = WatchedFileSystem(store.disk) { _, _ in
            guard count.add(1, ordering: .relaxed).newValue == number else { return }
            isHeldUp.yield()
            gate.wait()
        }
    }

    func goOn() { gate.signal() }

    /// Looks three times, the last time undisturbed.
    func run() async throws -> [JobEvent] {
        let task = Task {
            var seen: [JobEvent] = []
            let followed = LogReader.follow(
                StoreFolder(TestStore.folder, of: disk),
                matching: EventFilter(since: .sequence(.zero)),
                every: .seconds(1),
                clock: clock
            )
            do throws(LogStoreError) {
                for try await event in followed { seen.append(event) }
            } catch {
                // Others wait until it is asleep.
                try? await clock.sleep(for: .seconds(1_000))
                throw error
            }
            return seen
        }
        for look in 0..<3 {
            try await clock.waitForSleepers(atLeast: 1)
            if look == 1 { disk.watch(nil) }
            clock.advance(by: .seconds(1))
        }
        try await clock.waitForSleepers(atLeast: 1)
        isHeldUp.finish()
        task.cancel()
        return try await task.value
    }
}
