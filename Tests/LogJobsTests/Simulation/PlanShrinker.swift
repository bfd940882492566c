/// Makes a plan that fails as short as it gets, while it still fails.
struct PlanShrinker {
    /// More runs than this are not worth the wait.
    private var runsLeft = 600
    private(set) var plan: SimulationPlan
    private(set) var failure: String
    private let run: (SimulationPlan) -> String?

    /// - Parameters:
    ///   - plan: One that fails.
    ///   - failure: What is wrong then.
    ///   - run: Runs a plan; gives what is wrong.
    init(_ plan: SimulationPlan, failure: String, run: @escaping (SimulationPlan) -> String?) {
        self.plan = plan
        self.failure = failure
        self.run = run
    }

    /// Leaves out whatever can be left out, the large first.
    mutating func shrink() {
        var isShorter = true
        while isShorter, runsLeft > 0 {
            isShorter = false
            for candidate in candidates() where runsLeft > 0 {
                runsLeft -= 1
                guard let failure = run(candidate) else { continue }
                (plan, self.failure, isShorter) = (candidate, failure, true)
                break
            }
        }
    }

    private func candidates() -> [SimulationPlan] {
        var found: [SimulationPlan] = []
        for life in plan.lives.indices {
            found.append(changed { $0.lives.remove(at: life) })
        }
        for (life, rounds) in plan.lives.map(\.rounds).enumerated() {
            for round in rounds.indices {
                found.append(changed { $0.lives[life].rounds.remove(at: round) })
                for caller in rounds[round].indices where rounds[round].count > 1 {
                    found.append(changed { $0.lives[life].rounds[round].remove(at: caller) })
                }
            }
        }
        for (life, rounds) in plan.lives.map(\.rounds).enumerated() {
            for (round, callers) in rounds.enumerated() {
                for (caller, commands) in callers.enumerated() where commands.count > 1 {
                    for index in commands.indices {
                        found.append(
                            changed { $0.lives[life].rounds[round][caller].remove(at: index) }
                        )
                    }
                }
            }
        }
        return found
    }

    private func changed(_ change: (inout SimulationPlan) -> Void) -> SimulationPlan {
        var plan = plan
        change(&plan)
        return plan
    }
}
