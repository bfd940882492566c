import LazyJobs
import LogJobs
import Testing

/// Events that are picked out of all.
@Suite("EventFilter")
struct EventFilterTests {
    @Test("picks what an unfiltered walk would, by every trait", arguments: [1, 2] as [UInt64])
    func picks(seed: UInt64) async throws {
        let recorded = RecordedStore(seed: seed)
        let backend = try await recorded.store.open()
        try await recorded.run(10 * seed...10 * seed + 5, on: backend)
        _ = try await backend.compact()
        try await recorded.run(10 * seed + 6...10 * seed + 7, on: backend)
        let all = try recorded.history()
        let jobs = Self.jobs(of: all)
        func job(_ event: JobEvent) -> NewJob? { event.transition.flatMap { jobs[$0.jobID] } }
        try await Self.expect(EventFilter(kinds: ["mail"]), recorded) { job($0)?.kind == "mail" }
        try await Self.expect(EventFilter(queues: ["queue-0"]), recorded) { event in
            if case .queue(.paused("queue-0", _, _)) = event.body { return true }
            return job(event)?.queue == "queue-0"
        }
        try await Self.expect(EventFilter(tags: ["none"]), recorded) { _ in false }
        try await Self.expect(EventFilter(events: [.claimed, .pruned]), recorded) { event in
            [.claimed, .pruned].contains(event.transition?.kind)
        }
        try await Self.expect(EventFilter(states: [.running, .retrying]), recorded) { event in
            [.claimed, .retried].contains(event.transition?.kind)
        }
        try await Self.expect(EventFilter(errorText: "no us"), recorded) { event in
            event.transition?.kind == .discarded
        }
        let some = all[all.count / 3]
        let later = all[all.count / 2]
        let range = EventFilter(since: .sequence(some.sequence), until: .sequence(later.sequence))
        try await Self.expect(range, recorded) {
            some.sequence <= $0.sequence && $0.sequence <= later.sequence
        }
        let time = some.time...later.time
        let times = EventFilter(
            kinds: ["report"],
            since: .time(time.lowerBound),
            until: .time(time.upperBound)
        )
        try await Self.expect(times, recorded) {
            time.contains($0.time) && job($0)?.kind == "report"
        }
        let one = try #require(some.transition?.jobID)
        try await Self.expect(EventFilter(jobs: [one]), recorded) { $0.transition?.jobID == one }
        await backend.abandonAndWait()
    }

    @Test("knows the kind of jobs whose first event was dropped, as long as they are there")
    func droppedBeginnings() async throws {
        let recorded = RecordedStore(seed: 8)
        var configuration = TestStore.configuration
        configuration.archive = .delete
        let backend = try await recorded.store.open(configuration)
        try await recorded.run(80...86, on: backend)
        _ = try await backend.compact()
        let reader = try recorded.store.read()
        let records = try reader.list(JobQuery(kind: "mail", limit: JobLimits.listCountMax))
        var found: Set<JobID> = []
        let filter = EventFilter(kinds: ["mail"], events: Set(JobTransition.Kind.allCases))
        for try await event in reader.events(matching: filter) {
            if let id = event.transition?.jobID { found.insert(id) }
        }
        #expect(found.isSuperset(of: records.map(\.id)))
        await backend.abandonAndWait()
    }

    @Test("ends when its task is cancelled")
    func cancelled() async throws {
        let recorded = RecordedStore(seed: 9)
        let backend = try await recorded.store.open()
        try await recorded.run(90...91, on: backend)
        let reader = try recorded.store.read()
        let (steps, continuation) = AsyncStream.makeStream(of: Void.self)
        let gate = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            var iterator = reader.events().makeAsyncIterator()
            let first = try await iterator.next()
            continuation.yield()
            for await _ in gate.stream {}
            return (first, try await iterator.next())
        }
        for await _ in steps { break }
        task.cancel()
        let (first, second) = try await task.value
        #expect(first != nil && second == nil)
        await backend.abandonAndWait()
    }

    private static func expect(
        _ filter: EventFilter,
        _ recorded: RecordedStore,
        _ isWanted: (JobEvent) -> Bool
    ) async throws {
        var events: [JobEvent] = []
        for try await event in try recorded.store.read().events(matching: filter) {
            events.append(event)
        }
        let isRight = try events == recorded.history().filter(isWanted)
        #expect(isRight, "\(filter)")
    }

    private static func jobs(of events: [JobEvent]) -> [JobID: NewJob] {
        var jobs: [JobID: NewJob] = [:]
        for event in events {
            if case .enqueued(let job, _) = event.transition?.change {
                jobs[event.transition?.jobID ?? JobID(rawValue: 0)] = job
            }
        }
        return jobs
    }
}
