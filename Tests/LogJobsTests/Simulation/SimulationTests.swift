import Foundation
import Testing

// One after the other, on a thread of its own: the simulation is its own scheduler.
@Suite("A simulation of random programs, with the end of the process at random calls", .serialized)
struct SimulationTests {
    private static let programCount = 2_000

    @Test("loses nothing that was answered, and comes to what its events say")
    func randomPrograms() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["LOGJOBS_PROGRAMS"].flatMap { Int($0) } ?? Self.programCount
        let first =
            environment["LOGJOBS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 48)
        print("Simulating \(count) programs from LOGJOBS_SEED=\(first)")
        var tally = Simulation.Tally()
        for seed in first..<first + UInt64(count) {
            let plan = SimulationPlan(seed: seed)
            var simulation = Simulation(plan)
            do throws(Simulation.Failure) {
                try simulation.run()
                tally += simulation.tally
            } catch {
                Issue.record("\(Self.report(plan, error.description))")
                return
            }
        }
        print("Simulated \(count) programs: \(tally)")
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
