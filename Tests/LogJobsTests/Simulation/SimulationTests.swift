import Foundation
import Synchronization
import Testing

// Not beside other cases of its own: it takes every processor by itself.
@Suite("A simulation of random programs, with the end of the process at random calls", .serialized)
struct SimulationTests {
    private static let programCount = 20_000

    @Test("loses nothing that was answered, and comes to what its events say")
    func randomPrograms() async {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["LOGJOBS_PROGRAMS"].flatMap { Int($0) } ?? Self.programCount
        let first =
            environment["LOGJOBS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 48)
        print("Simulating \(count) programs from LOGJOBS_SEED=\(first)")
        let programs = SimulatedPrograms(seeds: first..<first + UInt64(count))
        // Each program is its own scheduler, on one thread from its begin to its end.
        await withDiscardingTaskGroup { group in
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                group.addTask { programs.run() }
            }
        }
        if let (plan, failure) = programs.failure {
            Issue.record("\(Self.report(plan, failure))")
            return
        }
        let tally = programs.tally
        print("Simulated \(count) programs: \(tally)")
        // A few programs, as when one is run again, need not have everything in them.
        guard count >= 1000 else { return }
        #expect(tally.crashes > count / 2)
        #expect(tally.answers > count && tally.events > count)
        #expect(tally.looksAtCheckpoints > count / 20 && tally.looksAtArchives > count / 100)
    }

    private static func report(_ plan: SimulationPlan, _ failure: String) -> String {
        var shrinker = PlanShrinker(plan, failure: failure) { plan in
            var simulation = Simulation(plan)
            do throws(Simulation.Failure) {
                try simulation.run()
                return nil
            } catch {
                return error.description
            }
        }
        shrinker.shrink()
        return """
            \(failure)
            As short as it gets: \(shrinker.failure)
            \(shrinker.plan.description)
            Again: SWIFT_DETERMINISTIC_HASHING=1 LOGJOBS_PROGRAMS=1 LOGJOBS_SEED=\(plan.seed) \
            swift test --filter SimulationTests
            """
    }
}

/// The programs of some seeds, which any number of threads run until one of them fails.
private final class SimulatedPrograms: Sendable {
    private struct State {
        var seeds: Range<UInt64>
        var tally = Simulation.Tally()
        var failure: (plan: SimulationPlan, text: String)?
    }

    private let state: Mutex<State>

    init(seeds: Range<UInt64>) {
        state = Mutex(State(seeds: seeds))
    }

    /// What has come about in those that went well.
    var tally: Simulation.Tally { state.withLock(\.tally) }

    /// The first that failed, and why.
    var failure: (plan: SimulationPlan, text: String)? { state.withLock(\.failure) }

    /// Runs one after the other, until there is none left.
    func run() {
        while let seed = state.withLock({ $0.seeds.popFirst() }) {
            let plan = SimulationPlan(seed: seed)
            var simulation = Simulation(plan)
            do throws(Simulation.Failure) {
                try simulation.run()
                let tally = simulation.tally
                state.withLock { $0.tally += tally }
            } catch {
                fail(plan, error.description)
            }
        }
    }

    private func fail(_ plan: SimulationPlan, _ text: String) {
        state.withLock { state in
            // Others may have failed at the same time; the rest is not begun.
            state.seeds = state.seeds.suffix(0)
            if state.failure.map({ plan.seed < $0.plan.seed }) ?? true {
                state.failure = (plan, text)
            }
        }
    }
}
