import Dispatch
import Foundation
import Synchronization

/// The point at which the demo kills itself: half of its jobs are done, and one is in hand.
///
/// The victim is chosen when it begins: the first job after as many as make a half. In the middle
/// of its work it waits until that many are durably done, and dies. With a single job half of it is
/// none, so the job dies in its first attempt.
final class HalfWay: Sendable {
    private let state: Mutex<State>
    private let reached = DispatchSemaphore(value: 0)

    private struct State {
        /// How many jobs begin before the victim; `nil` means that there is none any more.
        var beginsLeft: Int?
        /// How many jobs end before the victim dies.
        var endsLeft: Int
    }

    /// Makes the point; without a number there is none.
    init(jobsBefore: Int?) {
        state = Mutex(State(beginsLeft: jobsBefore, endsLeft: jobsBefore ?? 0))
        if jobsBefore == 0 { reached.signal() }
    }

    /// A job begins.
    ///
    /// - Returns: Whether it is the one to call ``die()``.
    func jobBegins() -> Bool {
        state.withLock { state in
            guard let left = state.beginsLeft else { return false }
            state.beginsLeft = left > 0 ? left - 1 : nil
            return left == 0
        }
    }

    /// A job has come to its end, durably.
    func jobEnded() {
        let isReached = state.withLock { state in
            state.endsLeft -= 1
            return state.endsLeft == 0
        }
        if isReached { reached.signal() }
    }

    /// Waits for the point and ends the process: nothing of it runs any more.
    func die() -> Never {
        reached.wait()
        kill(getpid(), SIGKILL)
        // The signal is on its way; nothing may happen until it is here.
        while true { pause() }
    }
}
