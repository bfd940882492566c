import LazyJobs
import Synchronization

/// An observer that keeps all events, and lets a test wait for them.
final class EventRecorder: JobObserver {
    private let state = Mutex(State())

    private struct State {
        var events: [RunnerEvent] = []
        var waiters: [Waiter] = []
    }

    private struct Waiter {
        let isSatisfied: @Sendable ([RunnerEvent]) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    /// All events so far.
    var events: [RunnerEvent] { state.withLock { $0.events } }

    /// The names of all events so far.
    var names: [String] { events.map(\.name) }

    func observe(_ event: RunnerEvent) {
        let satisfied = state.withLock { state in
            state.events.append(event)
            let events = state.events
            let satisfied = state.waiters.filter { $0.isSatisfied(events) }
            state.waiters.removeAll { $0.isSatisfied(events) }
            return satisfied
        }
        for waiter in satisfied { waiter.continuation.resume() }
    }

    /// Returns when so many events of a name have been seen.
    func wait(for name: String, count: Int = 1) async {
        await wait { events in events.count { $0.name == name } >= count }
    }

    private func wait(until isSatisfied: @escaping @Sendable ([RunnerEvent]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let hasHappened = state.withLock { state in
                guard !isSatisfied(state.events) else { return true }
                let waiter = Waiter(isSatisfied: isSatisfied, continuation: continuation)
                state.waiters.append(waiter)
                return false
            }
            if hasHappened { continuation.resume() }
        }
    }
}
