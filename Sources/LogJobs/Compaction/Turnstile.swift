import Synchronization

/// Lets one task in at a time, in the order of their coming.
final class Turnstile: Sendable {
    private struct State {
        var isTaken = false
        var closerCount = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Returns when nobody else is in, whatever becomes of the calling task.
    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Whether who is in should leave soon.
    var isClosing: Bool { state.withLock { $0.closerCount > 0 } }

    /// Asks whoever is in to leave soon.
    func beginClosing() {
        state.withLock { $0.closerCount += 1 }
    }

    /// Who is in may stay, unless another wants to close: nothing is closed after all.
    func endClosing() {
        state.withLock { $0.closerCount -= 1 }
    }

    /// Lets the next one in.
    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
