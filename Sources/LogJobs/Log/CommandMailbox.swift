import CLogJobs
import Dispatch
import LazyJobs
import Synchronization

/// Where callers leave what the writer is to do, and wake it when it sleeps.
package final class CommandMailbox: Sendable {
    /// What has come since the writer looked last.
    package struct Delivery: Sendable {
        package var commands: [LogCommand] = []
        package var closers: [any Answerable] = []
        package var edits: [(ManifestEdit, any Answerable)] = []
        /// A timer has run out.
        package var isDue = false
        /// The writer is to end without a word.
        package var isStopped = false

        /// How many commands are here; more than any number of them when anything else is.
        fileprivate var amount: Int {
            closers.isEmpty && edits.isEmpty && !isDue && !isStopped ? commands.count : .max
        }

        fileprivate mutating func empty() {
            commands.removeAll(keepingCapacity: true)
            closers.removeAll()
            edits.removeAll()
            isDue = false
        }
    }

    private struct State {
        var delivery = Delivery()
        /// With how many commands the writer is woken, if it sleeps; anything else wakes it too.
        var wakeCount: Int?
        var hasEnded = false
        var stopReplies: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let alarm = DispatchSemaphore(value: 0)
    /// What `state` says of how much is here, for a look without the lock.
    private let amount = Atomic<Int>(0)

    package init() {}

    /// - Returns: Whether the writer needed not be woken for it.
    @discardableResult
    package func add(_ command: LogCommand) -> Bool {
        deliver { $0.commands.append(command) }
    }

    package func addClose(_ closer: any Answerable) {
        deliver { $0.closers.append(closer) }
    }

    package func add(_ edit: ManifestEdit, _ waiter: any Answerable) {
        deliver { $0.edits.append((edit, waiter)) }
    }

    package func addTimer() {
        deliver { $0.isDue = true }
    }

    /// Ends the writer; the reply is called when it has ended, at once if that was before.
    package func stop(_ reply: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.stopReplies.append(reply) }
            return state.hasEnded
        }
        if hasEnded { reply() } else { deliver { $0.isStopped = true } }
    }

    /// Whom to tell that the writer has ended.
    package func takeStopReplies() -> [@Sendable () -> Void] {
        state.withLock { state in
            state.hasEnded = true
            defer { state.stopReplies = [] }
            return state.stopReplies
        }
    }

    // Never inlined: an asynchronous function that hands over two calls would lock twice, with a
    // suspension in between, which Swift 6.3.1 gets wrong (Tools/Sanitizers/kept-threads.awk).
    @inline(never)
    @discardableResult
    private func deliver(_ change: (inout Delivery) -> Void) -> Bool {
        let wakes = state.withLock { state in
            change(&state.delivery)
            amount.store(state.delivery.amount, ordering: .relaxed)
            guard let wakeCount = state.wakeCount, state.delivery.amount >= wakeCount else {
                return false
            }
            state.wakeCount = nil
            return true
        }
        if wakes { alarm.signal() }
        return !wakes
    }

    /// How many commands are here.
    package var commandCount: Int { state.withLock { $0.delivery.commands.count } }

    /// Takes what is here; it may be nothing.
    ///
    /// - Parameter delivery: What was taken before, and is dropped; its room is used again.
    package func take(into delivery: inout Delivery) {
        delivery.empty()
        state.withLock { state in
            swap(&state.delivery, &delivery)
            state.delivery.isStopped = delivery.isStopped
            amount.store(state.delivery.amount, ordering: .relaxed)
        }
    }

    /// Blocks until something is here.
    ///
    /// Only the writer's thread may call it.
    ///
    /// - Parameter isLively: Whether it looks for a while before it sleeps.
    package func wait(isLively: Bool) {
        if isLively, looks(for: 1, atMost: Self.lookMax) { return }
        if sleeps(until: 1) { alarm.wait() }
    }

    /// Blocks until so many commands are here, or something else is, or the time is over.
    ///
    /// While it looks, before it sleeps, the first is enough: only waking it costs who comes.
    /// Only the writer's thread may call it.
    ///
    /// - Returns: Whether something came in time.
    package func wait(forCommands count: Int, atMost bound: Duration) -> Bool {
        let deadline = SystemClock.deadline(in: bound)
        if looks(for: 1, atMost: min(bound, Self.lookMax)) { return true }
        guard sleeps(until: count) else { return true }
        guard alarm.wait(timeout: deadline) == .timedOut else { return true }
        let isWoken = state.withLock { state in
            defer { state.wakeCount = nil }
            return state.wakeCount == nil
        }
        // Someone came in the same moment; the alarm is not to ring once more later.
        if isWoken { alarm.wait() }
        return isWoken
    }

    /// Callers that were just answered come within less time than it takes to sleep and be woken,
    /// which costs them a call of the system besides; but on one processor they come only when the
    /// writer sleeps.
    private static let lookMax: Duration =
        clogjobs_processors() > 1 ? .microseconds(40) : .zero

    /// Looks whether so many commands are here, or something else is.
    private func looks(for count: Int, atMost bound: Duration) -> Bool {
        BusyWait.wait(atMost: bound) { amount.load(ordering: .relaxed) >= count }
    }

    private func sleeps(until commandCount: Int) -> Bool {
        state.withLock { state in
            guard state.delivery.amount < commandCount else { return false }
            state.wakeCount = commandCount
            return true
        }
    }
}
