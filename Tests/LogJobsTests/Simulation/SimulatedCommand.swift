import LazyJobs
import LogJobsTesting

/// What one caller asks of a store.
///
/// Jobs are picked among those that it knows of when its turn has come, so that a command keeps its
/// sense when others before it are left out.
enum SimulatedCommand: Sendable, Hashable {
    /// Jobs of one batch; `key` makes a unique key of the only job.
    case enqueue(count: Int, size: Int, delay: Int, key: Int?)
    case claim(limit: Int, queue: Int?)
    /// Ends an attempt; the kind of end is picked as the job is.
    case finish(pick: Int, outcome: Int)
    /// Ends all that is held in one request.
    case finishAll
    /// Ends an attempt by a lease that was given back before.
    case finishStale(pick: Int)
    case cancel(pick: Int)
    case retry(pick: Int)
    case prune
    case pause(queue: Int)
    case resume(queue: Int)
    case schedule(key: Int)
    case removeSchedule(key: Int)
    case runSchedules
    case checkpoint
    case compact
    /// All that the store would do by itself.
    case keep
    case history(pick: Int)
    /// Time passes.
    case wait(seconds: Int)

    static func random(using generator: inout SeededGenerator) -> Self {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        switch number(0...99) {
        case ..<22:
            let isLarge = number(0...5) == 0
            return .enqueue(
                count: number(0...3) == 0 ? number(2...9) : 1,
                size: isLarge ? number(500...1500) : number(0...60),
                delay: number(0...2) == 0 ? number(1...30) : 0,
                key: number(0...4) == 0 ? number(0...2) : nil
            )
        case ..<42:
            return .claim(limit: number(1...4), queue: number(0...3) == 0 ? number(0...2) : nil)
        case ..<62: return .finish(pick: number(0...99), outcome: number(0...99))
        case ..<64: return .finishAll
        case ..<66: return .finishStale(pick: number(0...99))
        case ..<69: return .cancel(pick: number(0...99))
        case ..<72: return .retry(pick: number(0...99))
        case ..<75: return .prune
        case ..<77: return .pause(queue: number(0...2))
        case ..<80: return .resume(queue: number(0...2))
        case ..<82: return .schedule(key: number(0...1))
        case ..<83: return .removeSchedule(key: number(0...1))
        case ..<86: return .runSchedules
        case ..<88: return .checkpoint
        case ..<89: return .compact
        case ..<91: return .keep
        case ..<94: return .history(pick: number(0...99))
        default: return .wait(seconds: number(1...20))
        }
    }
}
