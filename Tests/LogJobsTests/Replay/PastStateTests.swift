import Foundation
import JobLedger
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

/// What a store says of its past.
@Suite("Time travel")
struct PastStateTests {
    private struct View: Equatable {
        var records: [JobRecord]
        var stats: JobStats
        var schedules: [JobSchedule]
        var pausedQueues: [String]
        var time: Date
    }

    /// Runs a program, and remembers what there was after each commit.
    private func remember(
        _ store: TestStore,
        _ configuration: LogBackend.Configuration,
        seed: UInt64
    ) async throws -> [SequenceNumber: View] {
        var program = try await KeptProgram(store, configuration, seed: seed)
        var views: [SequenceNumber: View] = [:]
        for _ in 0..<80 {
            try await program.step()
            let ledger = program.backend.engine.inspect { $0.machine.ledger }
            guard views[ledger.lastSequence] == nil else { continue }
            views[ledger.lastSequence] = View(
                records: try ledger.list(JobQuery(limit: JobLimits.listCountMax)),
                stats: ledger.stats(),
                schedules: ledger.schedules(),
                pausedQueues: ledger.pausedQueues(),
                time: store.clock.now
            )
        }
        await program.backend.abandonAndWait()
        return views
    }

    private func expect(_ state: PastState, _ view: View, _ story: Comment) throws {
        #expect(try state.list(JobQuery(limit: JobLimits.listCountMax)) == view.records, story)
        #expect(state.stats() == view.stats, story)
        #expect(state.schedules() == view.schedules, story)
        #expect(state.pausedQueues() == view.pausedQueues, story)
    }

    @Test(
        "shows the state after every commit, as it was then",
        arguments: [1, 2, 3] as [UInt64]
    )
    func bySequence(seed: UInt64) async throws {
        let store = TestStore(seed: seed)
        let views = try await remember(store, TestStore.configuration, seed: seed)
        let reader = try store.read()
        for (sequence, view) in views {
            let state = try reader.state(at: .sequence(sequence))
            #expect(state.sequence == sequence)
            #expect(state.knownSince == .zero)
            try expect(state, view, "seed \(seed), event \(sequence)")
        }
        #expect(try reader.state(at: .sequence(.zero)).stats().total == 0)
    }

    @Test("shows the state at a time", arguments: [4] as [UInt64])
    func byTime(seed: UInt64) async throws {
        let store = TestStore(seed: seed)
        let views = try await remember(store, TestStore.configuration, seed: seed)
        let reader = try store.read()
        // Of the commits at one time the last.
        let last = Dictionary(views.map { ($0.value.time, $0.key) }) { max($0, $1) }
        for (time, sequence) in last {
            let state = try reader.state(at: .time(time))
            #expect(state.sequence == sequence, "seed \(seed), \(time)")
        }
        let now = try reader.state(at: .time(store.clock.now + 1e6))
        #expect(now.sequence == reader.report.lastSequence)
        #expect(try reader.state(at: .time(.distantPast)).time == nil)
    }

    @Test(
        "is refused where too little was kept, and right where it is not",
        arguments: [5, 6] as [UInt64]
    )
    func dropped(seed: UInt64) async throws {
        let store = TestStore(seed: seed)
        var configuration = TestStore.configuration
        configuration.archive = .delete
        let views = try await remember(store, configuration, seed: seed)
        let reader = try store.read()
        var counts = (known: 0, unknown: 0)
        for (sequence, view) in views {
            let story: Comment = "seed \(seed), event \(sequence)"
            do {
                let state = try reader.state(at: .sequence(sequence))
                try expect(state, view, story)
                #expect(state.knownSince <= sequence, story)
                counts.known += 1
            } catch let error as LogStoreError {
                #expect(error.code == .unknownPast, story)
                counts.unknown += 1
            }
        }
        #expect(counts.known > 0 && counts.unknown > 0, "seed \(seed)")
    }
}
