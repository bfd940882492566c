import JobLedger
import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

@Suite("Concurrent callers", .timeLimit(.minutes(15)))
struct LinearizabilityTests {
    private static let callerCount = 12

    /// What all of them see, over several lives of a store that is closed under them, fits one
    /// order of all calls, which is the log's.
    @Test(
        "see one history",
        arguments: [UInt64.random(in: 0..<1 << 32)],
        [Durability.synced, .written(syncEvery: .milliseconds(1))]
    )
    func seesOneHistory(seed: UInt64, durability: Durability) async throws {
        var store = try ThreadedStore()
        store.configuration.durability = durability
        store.configuration.archive = .keep()
        store.configuration.retention = .forever
        let (calls, hands, ids) = (ObservedCalls(), SimulatedCaller.Hands(), BusyCaller.KnownJobs())
        for life in 0..<4 {
            let backend = try await store.open()
            let caller = BusyCaller(backend: backend, calls: calls, hands: hands, ids: ids)
            try await withThrowingTaskGroup { group in
                for number in 0..<Self.callerCount {
                    let seed = seed &+ UInt64(100 * life + number)
                    group.addTask { try await caller.run(100, seed: seed) }
                }
                // The first who is through closes it under the others.
                try await group.next()
                try await backend.close()
                try await group.waitForAll()
            }
            // A new process would not know the old one's leases as its own.
            hands.drop()
        }
        var events: [JobEvent] = []
        try LogReader.open(store.folder).forEachEvent { events.append($0) }
        #expect(events.count > 1_000)
        let failures = try HistoryJudge(events, calls.all).failures
        #expect(failures.isEmpty, "seed \(seed): \(failures.prefix(5).joined(separator: "; "))")
        try store.remove()
    }

    private static let view = ObservedCall.Meaning.view { ledger in
        ledger.record(of: JobID(rawValue: 1))?.state == .pending
    }

    /// A job that was enqueued from 1 to 2 and cancelled from 5 to 8, seen pending.
    @Test(
        "who sees what was over, or is yet to come, is found out",
        arguments: [(3, 4, true), (3, 9, true), (6, 7, true), (9, 10, false), (0, 0, false)]
    )
    func judges(begin: Int, end: Int, isRight: Bool) async throws {
        let store = TestStore()
        let backend = try await store.open()
        let job = NewJob(kind: "a", payload: JobPayload(bytes: []), tags: ["m1"])
        let id = try await backend.enqueue([job])[0].record.id
        _ = try await backend.cancel([id], reason: "m2", actor: nil)
        var events: [JobEvent] = []
        try store.read().forEachEvent { events.append($0) }
        var calls = [
            ObservedCall(
                begin: 1,
                end: 2,
                story: "enqueue",
                meaning: .events(mark: "m1", count: 1)
            ),
            ObservedCall(begin: 5, end: 8, story: "cancel", meaning: .events(mark: "m2", count: 1)),
            ObservedCall(begin: begin, end: end, story: "look", meaning: Self.view),
        ]
        #expect(try HistoryJudge(events, calls).failures.isEmpty == isRight)
        // The cancel cannot have been over before the job was there.
        (calls[1].begin, calls[1].end) = (-2, -1)
        #expect(try !HistoryJudge(events, calls).failures.isEmpty)
        // Nobody saw that it was cancelled.
        #expect(try !HistoryJudge(events, [calls[0]]).failures.isEmpty)
    }
}
