import Foundation
import LazyJobs
import Synchronization

/// A wall clock that moves on by a random time whenever somebody looks at it, so that no two
/// events come at the same time, nor in the same rhythm.
final class WanderingClock: JobClock {
    /// How far it moves at the most.
    static let stepMax = 20_000

    private let state: Mutex<State>

    private struct State {
        var now: Double
        var generator: SeededGenerator
    }

    init(seed: UInt64) {
        // The first of January 2026.
        state = Mutex(State(now: 1_767_225_600, generator: SeededGenerator(seed: seed)))
    }

    var now: Date {
        state.withLock { state in
            state.now += Double(Int.random(in: 1...Self.stepMax, using: &state.generator)) / 1e6
            return Date(timeIntervalSince1970: state.now)
        }
    }

    var uptime: Duration { SystemClock().uptime }

    func sleep(for duration: Duration) async throws {
        try await SystemClock().sleep(for: duration)
    }
}
