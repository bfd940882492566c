import LazyJobs
import LogJobs
import LogJobsTesting

/// What is done to a store in a simulation: a few lives of its process, each with an end.
///
/// All of it comes from one seed.
struct SimulationPlan: Sendable, Hashable {
    /// How a life ends.
    enum End: Sendable, Hashable {
        /// In order.
        case close
        /// The process dies; what it has written is there.
        case death
        /// The power fails; of what was not synced is there what a pattern says.
        case powerLoss(LossPattern)
    }

    /// What strikes in a life, at the n-th call of the file system.
    enum Stroke: Sendable, Hashable {
        /// The end comes before the call has done anything, or when it has done all but return.
        case end(atCall: Int, after: Bool)
        /// The call fails, once or for ever; the store is left when it has said so.
        case failure(atCall: Int, errorNumber: Int32, lasts: Bool, FaultPlan.Fault.Effect)
    }

    struct Life: Sendable, Hashable {
        /// What the callers do at the same time, each one after the other; the next round begins
        /// when the last caller is done.
        var rounds: [[[SimulatedCommand]]]
        var stroke: Stroke?
        /// How much room others have left on the disk; `nil` if there is any amount.
        var room: Int?
        var end: End
    }

    var seed: UInt64
    var durability: Durability
    var segmentBytes: UInt64
    var jobIDBlock: UInt64
    /// Whether overwriting a part of a sector harms nothing else, and the store relies on it.
    var isPowerSafe = true
    var lives: [Life]
}

extension SimulationPlan {
    static let syncInterval = Duration.seconds(1)

    init(seed: UInt64) {
        self.seed = seed
        var generator = SeededGenerator(seed: seed)
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        durability = number(0...3) == 0 ? .written(syncEvery: Self.syncInterval) : .synced
        segmentBytes = UInt64(1 << number(12...15))
        jobIDBlock = number(0...1) == 0 ? UInt64(number(1...8)) : 1 << 16
        lives = []
        for _ in 0..<number(1...4) { lives.append(Life.random(using: &generator)) }
        isPowerSafe = number(0...7) > 0
        guard !isPowerSafe else { return }
        for index in lives.indices {
            guard case .powerLoss(.random(let seed, _)) = lives[index].end else { continue }
            lives[index].end = .powerLoss(.harming(seed: seed))
        }
    }

    var description: String {
        var lines = [
            "seed \(seed), \(durability), segments of \(segmentBytes), ids by \(jobIDBlock)"
                + (isPowerSafe ? "" : ", no power-safe overwrites")
        ]
        for (index, life) in lives.enumerated() {
            let room = life.room.map { "\($0) bytes of room, " } ?? ""
            let stroke = life.stroke.map { "\($0), " } ?? ""
            lines.append("life \(index): \(room)\(stroke)then \(life.end)")
            for round in life.rounds {
                lines.append("  " + round.map { "\($0)" }.joined(separator: " | "))
            }
        }
        return lines.joined(separator: "\n")
    }
}

extension SimulationPlan.Life {
    /// About as many calls as a command makes.
    private static let callsPerCommand = 8

    static func random(using generator: inout SeededGenerator) -> Self {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        var rounds: [[[SimulatedCommand]]] = []
        var commandCount = 0
        for _ in 0..<number(1...8) {
            let callerCount = number(0...2) == 0 ? number(2...5) : 1
            var round: [[SimulatedCommand]] = []
            for _ in 0..<callerCount {
                var commands: [SimulatedCommand] = []
                for _ in 0..<number(1...4) { commands.append(.random(using: &generator)) }
                commandCount += commands.count
                round.append(commands)
            }
            rounds.append(round)
        }
        var life = Self(rounds: rounds, end: .death)
        // Openings make some 40 calls.
        let call = number(1...40 + Self.callsPerCommand * commandCount)
        switch number(0...9) {
        case 0: life.end = .close
        case 1...3: life.end = .death
        default: life.end = .powerLoss(.random(using: &generator))
        }
        switch number(0...9) {
        case ..<6: life.stroke = .end(atCall: call, after: number(0...1) == 0)
        case ..<8:
            life.stroke = .failure(
                atCall: call,
                errorNumber: number(0...2) == 0 ? 28 : 5,
                lasts: number(0...2) == 0,
                FaultPlan.Fault.Effect.allCases.randomElement(using: &generator) ?? .none
            )
        default: break
        }
        if number(0...4) == 0 { life.room = number(0...1) == 0 ? 0 : number(1...64) << 10 }
        return life
    }

    /// The plan of the disk in this life.
    var faults: FaultPlan {
        switch stroke {
        case nil: .none
        case .end(let call, after: false): .crash(atCall: call)
        case .end(let call, after: true): .crash(afterCall: call)
        case .failure(let call, let number, let lasts, let effect):
            .fail(call: call, with: number, lasting: lasts, effect: effect)
        }
    }
}

extension LossPattern {
    static func random(using generator: inout SeededGenerator) -> Self {
        switch Int.random(in: 0...5, using: &generator) {
        case 0: .nothing
        case 1: .everything
        case 2: .first(Int.random(in: 0...4, using: &generator))
        default:
            .random(
                seed: generator.next(),
                tearing: Tearing.allCases.randomElement(using: &generator) ?? .none
            )
        }
    }
}
