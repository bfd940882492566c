import LazyJobs
import LazyJobsTesting
import LogJobs

/// A store that is worked on in rounds, and told of all it has gone through.
struct RecordedStore {
    let store: TestStore

    init(seed: UInt64) {
        store = TestStore(seed: seed)
    }

    /// Works on the open store, a round for each seed.
    func run(_ seeds: ClosedRange<UInt64>, on backend: LogBackend) async throws {
        for seed in seeds {
            _ = try await ArchiveProgram(seed: seed, rounds: 1).run(on: backend, store)
            try await backend.pauseQueue("queue-\(seed)", reason: nil, actor: nil)
            store.clock.advance(by: .seconds(2))
        }
    }

    /// All events that are kept, without those that carried jobs.
    func history() throws -> [JobEvent] {
        var events: [JobEvent] = []
        try store.read().forEachEvent { if $0.transition?.kind != .carried { events.append($0) } }
        return events
    }
}
