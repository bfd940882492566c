import InMemoryJobs
import Synchronization
import Testing

@testable import LazyJobs

@Suite("JobRunner: announcements")
struct AnnouncementTests {
    @Test("idle is told to those who waited when it was decided; the others go on waiting")
    func resumesThoseWhoWaited() async throws {
        let runner = try JobRunner(backend: InMemoryBackend())
        let waits = (1...3).map { key in
            Task {
                try await withCheckedThrowingContinuation { continuation in
                    runner.core.withLock { $0.idleWaiters[key] = continuation }
                }
            }
        }
        while runner.core.withLock({ $0.idleWaiters.count }) < 3 { await Task.yield() }
        for last in [2, 3] {
            let isFirst = runner.core.withLock {
                $0.announcements.add([.becameIdle(through: last)], isHeard: false)
            }
            #expect(isFirst)
            runner.makeAnnouncements()
            #expect(runner.core.withLock { Array($0.idleWaiters.keys) } == (last == 2 ? [3] : []))
        }
        for wait in waits { try await wait.value }
    }

    @Test("stop returns when the end is told, to whoever asks between its decision and that")
    func stopsWhenToldSo() async throws {
        let runner = try JobRunner(backend: InMemoryBackend())
        runner.core.withLock { core in
            core.pool.stop(gracePeriod: .zero, at: .zero)
            _ = core.pool.takeEffects()
            core.pool.closed(nil, at: .zero)
            _ = core.announcements.add(core.pool.takeAnnouncements(), isHeard: false)
        }
        let hasReturned = Atomic(false)
        let stopping = Task {
            try await runner.stop()
            hasReturned.store(true, ordering: .relaxed)
        }
        while runner.core.withLock({ $0.endWaiters.isEmpty }), !hasReturned.load(ordering: .relaxed)
        {
            await Task.yield()
        }
        let isEarly = hasReturned.load(ordering: .relaxed)
        #expect(!isEarly)
        runner.makeAnnouncements()
        try await stopping.value
    }

    @Test("one task at a time tells, all that is decided meanwhile as well, in order")
    func tellsOneAfterTheOther() {
        var announcements = JobRunner.Announcements()
        var needsTask: [Bool] = []
        func add(_ added: WorkerPool.Announcement...) {
            needsTask.append(announcements.add(added, isHeard: true))
        }
        add()
        add(.becameIdle(through: 1), .event(.stopped(nil)))
        add(.becameIdle(through: 3))
        var counts = [announcements.next().count]
        add(.ended)
        counts += [announcements.next().count, announcements.next().count]
        add(.becameIdle(through: 4))
        #expect(needsTask == [false, true, false, false, true])
        #expect(counts == [3, 1, 0])
    }

    @Test("events that nobody hears need no task; those who wait are told all the same")
    func needsNoTaskUnheard() throws {
        var announcements = JobRunner.Announcements()
        let isNeeded = announcements.add([.event(.stopped(nil))], isHeard: false)
        #expect(!isNeeded)
        let isNeededToEnd = announcements.add([.event(.stopped(nil)), .ended], isHeard: false)
        #expect(isNeededToEnd)
        #expect(announcements.next().count == 1)
    }

    @Test("events are heard if there is an observer, or a stream that is still read")
    func hears() async throws {
        let runner = try JobRunner(backend: InMemoryBackend())
        #expect(!runner.hub.isHeard)
        do {
            let stream = runner.events()
            #expect(runner.hub.isHeard)
            withExtendedLifetime(stream) {}
        }
        #expect(!runner.hub.isHeard)
        let observed = try JobRunner(
            backend: InMemoryBackend(),
            configuration: .init(observers: [Deaf()])
        )
        #expect(observed.hub.isHeard)
    }

    private struct Deaf: JobObserver {
        func observe(_ event: RunnerEvent) {}
    }
}
