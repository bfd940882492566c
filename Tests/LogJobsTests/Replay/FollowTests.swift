import LazyJobs
import LazyJobsTesting
import LogJobs
import Testing

/// The events of a live store as they happen.
@Suite("Follow")
struct FollowTests {
    /// A follower on a clock of its own, which tells when it has read all there is.
    private struct Follower {
        let clock = ManualClock()
        let events: AsyncStream<JobEvent>
        let task: Task<LogStoreError?, Never>

        init(_ store: TestStore, matching filter: EventFilter = EventFilter()) {
            let (events, continuation) = AsyncStream.makeStream(of: JobEvent.self)
            self.events = events
            let followed = LogReader.follow(
                StoreFolder(TestStore.folder, of: store.disk),
                matching: filter,
                every: .seconds(1),
                clock: clock
            )
            task = Task {
                do throws(LogStoreError) {
                    for try await event in followed { continuation.yield(event) }
                    continuation.finish()
                    return nil
                } catch {
                    continuation.finish()
                    return error
                }
            }
        }

        /// Returns when it has found nothing more and waits.
        func waitUntilAsleep() async throws { try await clock.waitForSleepers(atLeast: 1) }

        /// Lets it look again, and returns when it has read what it found.
        func look() async throws {
            try await waitUntilAsleep()
            clock.advance(by: .seconds(1))
            try await waitUntilAsleep()
        }

        /// Ends it, and gives what it has seen.
        func end() async throws -> [JobEvent] {
            task.cancel()
            if let error = await task.value { throw error }
            var seen: [JobEvent] = []
            for await event in events { seen.append(event) }
            return seen
        }
    }

    @Test("shows every event once while segments come and go", arguments: [1, 2] as [UInt64])
    func survives(seed: UInt64) async throws {
        let recorded = RecordedStore(seed: seed)
        var backend = try await recorded.store.open()
        let follower = Follower(recorded.store, matching: EventFilter(since: .sequence(.zero)))
        try await follower.waitUntilAsleep()
        for round in 10 * seed...10 * seed + 7 {
            try await recorded.run(round...round, on: backend)
            if round.isMultiple(of: 2) { try await follower.look() }
            if round % 3 == 0 { _ = try await backend.compact() }
            if round % 4 == 0 {
                if round.isMultiple(of: 8) {
                    await backend.abandonAndWait()
                } else {
                    try await backend.close()
                }
                backend = try await recorded.store.open()
            }
        }
        try await follower.look()
        let seen = try await follower.end()
        #expect(try seen == recorded.history(), "seed \(seed)")
        await backend.abandonAndWait()
    }

    @Test("begins with what is new, or where it is told")
    func begins() async throws {
        let recorded = RecordedStore(seed: 3)
        let backend = try await recorded.store.open()
        try await recorded.run(30...31, on: backend)
        let old = try recorded.history()
        func follower(from moment: LogMoment) -> Follower {
            Follower(recorded.store, matching: EventFilter(since: moment))
        }
        let onlyNew = Follower(recorded.store)
        let middle = old[old.count / 2]
        let fromMiddle = follower(from: .sequence(middle.sequence))
        let fromTime = follower(from: .time(middle.time))
        for follower in [onlyNew, fromMiddle, fromTime] { try await follower.waitUntilAsleep() }
        try await recorded.run(32...32, on: backend)
        for follower in [onlyNew, fromMiddle, fromTime] { try await follower.look() }
        let all = try recorded.history()
        #expect(try await onlyNew.end() == Array(all.dropFirst(old.count)))
        #expect(try await fromMiddle.end() == all.filter { $0.sequence >= middle.sequence })
        #expect(try await fromTime.end() == all.filter { $0.time >= middle.time })
        await backend.abandonAndWait()
    }

    @Test("shows only what is wanted, of jobs that were there before too")
    func filters() async throws {
        let recorded = RecordedStore(seed: 4)
        let backend = try await recorded.store.open()
        try await recorded.run(40...41, on: backend)
        let last = try recorded.store.read().report.lastSequence
        let follower = Follower(recorded.store, matching: EventFilter(kinds: ["mail"]))
        try await follower.waitUntilAsleep()
        try await recorded.run(42...43, on: backend)
        try await follower.look()
        var expected: [JobEvent] = []
        try recorded.store.read().forEachEvent(matching: EventFilter(kinds: ["mail"])) {
            if $0.sequence > last { expected.append($0) }
        }
        let seen = try await follower.end()
        #expect(seen == expected && !seen.isEmpty)
        await backend.abandonAndWait()
    }

    @Test("says so when events were dropped before they were read")
    func dropped() async throws {
        let recorded = RecordedStore(seed: 5)
        var configuration = TestStore.configuration
        configuration.archive = .delete
        let backend = try await recorded.store.open(configuration)
        let follower = Follower(recorded.store, matching: EventFilter(since: .sequence(.zero)))
        try await follower.waitUntilAsleep()
        try await recorded.run(50...56, on: backend)
        _ = try await backend.compact()
        follower.clock.advance(by: .seconds(1))
        #expect(await follower.task.value?.code == .retired)
        let late = Follower(
            recorded.store,
            matching: EventFilter(since: .sequence(SequenceNumber(rawValue: 1)))
        )
        let error = await late.task.value
        #expect(error?.code == .unknownPast)
        let oldest = try recorded.store.read().oldestEvent
        #expect(try oldest == recorded.history().first?.sequence)
        #expect(error?.message.contains("event \(oldest) ") ?? false)
        await backend.abandonAndWait()
    }

    @Test("reads a segment to its end that was retired under it")
    func retired() async throws {
        let recorded = RecordedStore(seed: 6)
        var configuration = TestStore.configuration
        configuration.archive = .delete
        var backend = try await recorded.store.open(configuration)
        let follower = Follower(
            recorded.store,
            matching: EventFilter(since: .sequence(.zero))
        )
        try await follower.waitUntilAsleep()
        try await recorded.run(60...60, on: backend)
        try await backend.close()
        let before = try recorded.history()
        backend = try await recorded.store.open(configuration)
        let jobs = try await backend.list(JobQuery()).map(\.id)
        _ = try await backend.cancel(jobs, reason: "", actor: nil)
        _ = try await backend.prune(jobs)
        let report = try await backend.compact()
        #expect(report.segmentCount == 1)
        try await follower.look()
        let after = try recorded.history()
        let oldest = try recorded.store.read().oldestEvent
        #expect(before.contains { $0.sequence < oldest })
        #expect(try await follower.end() == before.filter { $0.sequence < oldest } + after)
        await backend.abandonAndWait()
    }

    @Test("a store tells its own events, and goes on when it is closed and opened again")
    func ofBackend() async throws {
        let recorded = RecordedStore(seed: 7)
        var backend = try await recorded.store.open()
        var iterator = backend.follow(matching: EventFilter(since: .sequence(.zero)))
            .makeAsyncIterator()
        try await recorded.run(70...70, on: backend)
        try await backend.close()
        backend = try await recorded.store.open()
        try await recorded.run(71...71, on: backend)
        var seen: [JobEvent] = []
        for _ in try recorded.history() {
            if let event = try await iterator.next() { seen.append(event) }
        }
        #expect(try seen == recorded.history())
        await backend.abandonAndWait()
    }
}
