import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// A store of several small segments with every kind of event and jobs in every state, made by
/// processes that died, but for the last perhaps.
struct RepairProgram: Sendable, CustomStringConvertible {
    var isClosed = true
    var compacts = false

    static let all = [
        RepairProgram(),
        RepairProgram(isClosed: false),
        RepairProgram(compacts: true),
        RepairProgram(isClosed: false, compacts: true),
    ]

    var description: String {
        (isClosed ? "a store that was closed" : "a store that was not closed")
            + (compacts ? " and was compacted" : "")
    }

    func run() async throws -> TestStore {
        let store = TestStore()
        var backend = try await open(store, 1)
        let schedule = JobSchedule(
            key: "nightly",
            interval: .seconds(60),
            nextRunAt: store.clock.now,
            job: job("night", 10)
        )
        _ = try await backend.setSchedule(schedule, actor: "ann")
        for round in 1...3 as ClosedRange<Int32> {
            try await work(backend, store, round)
            if compacts, round == 2 { _ = try await backend.compact() }
            await backend.abandonAndWait()
            store.clock.advance(by: .seconds(60))
            backend = try await open(store, round + 1)
        }
        _ = try await backend.enqueue([job("last", 30)])
        _ = try await backend.claim(ClaimRequest(limit: 2, worker: "end"))
        if isClosed { try await backend.close() } else { await backend.abandonAndWait() }
        // As long as a write is pending, the cache would undo what a test does to the bytes.
        return TestStore(store.disk.crashed(keeping: .everything), seed: 9)
    }

    private func open(_ store: TestStore, _ pid: Int32) async throws -> LogBackend {
        var configuration = TestStore.configuration
        configuration.sizes = LogWriter.Sizes(
            segmentBytesFirst: 8 << 10,
            segmentBytesMax: 8 << 10,
            ballastBytes: 8 << 10
        )
        return try await LogBackend.open(
            TestStore.folder,
            configuration,
            store.environment(pid: pid),
            mode: .inline
        )
    }

    private func work(_ backend: LogBackend, _ store: TestStore, _ round: Int32) async throws {
        for size in [900, 20, 1400, 300] { _ = try await backend.enqueue([job("one", size)]) }
        var keyed = job("keyed", 40)
        keyed.uniqueKey = "unique"
        keyed.idempotencyKey = "request-\(round)"
        _ = try await backend.enqueue([keyed, job("two", 500), job("three", 5)])
        _ = try await backend.runDueSchedules()
        let claims = try await backend.claim(ClaimRequest(limit: 7, worker: "w\(round)")).jobs
        let later = store.clock.now.addingTimeInterval(30)
        let outcomes: [JobOutcome] = [
            .succeeded(output: [1, 2]), .retry(error: "again", runAt: later), .discard(error: "no"),
            .snooze(until: later, reason: "s"), .interrupted(reason: "i"), .cancel(reason: "c"),
        ]
        for (claim, outcome) in zip(claims, outcomes) {
            _ = try await backend.finish([
                FinishRequest(jobID: claim.record.id, lease: claim.lease, outcome: outcome)
            ])
        }
        // Ends the job that has the key, so that another may have it.
        let all = try await backend.list(JobQuery(kind: "keyed", limit: 100))
        let open = all.filter { !$0.state.isFinal }.map(\.id)
        _ = try await backend.cancel(open, reason: "over", actor: nil)
        store.clock.advance(by: .seconds(5))
        _ = try await backend.prune(finishedBefore: store.clock.now, limit: 2)
        round == 2
            ? try await backend.resumeQueue("mail", actor: nil)
            : try await backend.pauseQueue("mail", reason: "r", actor: "ann")
        _ = try await backend.enqueue([job("four", 700)])
    }

    private func job(_ kind: String, _ size: Int) -> NewJob {
        // What deflate cannot shrink, so that segments fill.
        var generator = SeededGenerator(seed: UInt64(size))
        let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return NewJob(kind: kind, payload: JobPayload(bytes: bytes))
    }
}
