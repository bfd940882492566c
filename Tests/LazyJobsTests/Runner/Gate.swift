import Synchronization

/// Something that tasks wait for until a test lets it happen.
final class Gate: Sendable {
    private let state = Mutex(State())

    private struct State {
        var isOpen = false
        var lastKey = 0
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var arrivals = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    /// Returns when the gate is open, and ignores cancellation, like work that never looks.
    func waitDeaf() async {
        await Task.detached { try? await self.wait() }.value
    }

    /// Returns when the gate is open; throws as soon as the calling task is cancelled.
    func wait() async throws {
        let key = state.withLock { state in
            state.lastKey += 1
            return state.lastKey
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                arrive(key, continuation)
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: key) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// Lets all pass, now and later.
    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when so many have come to the gate, since it was made.
    func waitForArrivals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let hasHappened = state.withLock { state in
                guard state.arrivals < count else { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if hasHappened { continuation.resume() }
        }
    }

    private func arrive(_ key: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        let (isOpen, isCancelled, watchers) = state.withLock { state in
            state.arrivals += 1
            let count = state.arrivals
            let watchers = state.watchers.filter { $0.count <= count }
            state.watchers.removeAll { $0.count <= count }
            let isCancelled = Task.isCancelled
            if !state.isOpen, !isCancelled { state.waiters[key] = continuation }
            return (state.isOpen, isCancelled, watchers)
        }
        for watcher in watchers { watcher.continuation.resume() }
        if isCancelled {
            continuation.resume(throwing: CancellationError())
        } else if isOpen {
            continuation.resume()
        }
    }
}
