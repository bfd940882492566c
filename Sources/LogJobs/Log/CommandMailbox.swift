import Dispatch
import Synchronization

/// Where callers leave what the writer is to do, and wake it when it sleeps.
package final class CommandMailbox: Sendable {
    /// What has come since the writer looked last.
    package struct Delivery: Sendable {
        package var commands: [LogCommand] = []
        package var closeReplies: [LogCommand.Reply] = []
        /// A timer has run out.
        package var isDue = false
        /// The writer is to end without a word.
        package var isStopped = false

        package var isEmpty: Bool {
            commands.isEmpty && closeReplies.isEmpty && !isDue && !isStopped
        }
    }

    private struct State {
        var delivery = Delivery()
        var isWriterAsleep = false
        var hasEnded = false
        var stopReplies: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    /// Beside the state, so that looking at it again and again holds nobody up.
    private let count = Atomic<Int>(0)
    private let alarm = DispatchSemaphore(value: 0)

    package init() {}

    package func add(_ command: LogCommand) {
        count.add(1, ordering: .relaxed)
        deliver { $0.commands.append(command) }
    }

    package func addClose(_ reply: @escaping LogCommand.Reply) {
        deliver { $0.closeReplies.append(reply) }
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

    private func deliver(_ change: (inout Delivery) -> Void) {
        let wakes = state.withLock { state in
            change(&state.delivery)
            defer { state.isWriterAsleep = false }
            return state.isWriterAsleep
        }
        if wakes { alarm.signal() }
    }

    /// How many commands are here.
    package var commandCount: Int { count.load(ordering: .relaxed) }

    /// Takes what is here; it may be nothing.
    package func take() -> Delivery {
        state.withLock { state in
            defer {
                count.subtract(state.delivery.commands.count, ordering: .relaxed)
                let isStopped = state.delivery.isStopped
                state.delivery = Delivery()
                state.delivery.isStopped = isStopped
            }
            return state.delivery
        }
    }

    /// Blocks until something is here.
    ///
    /// Only the writer's thread may call it.
    package func wait() {
        let sleeps = state.withLock { state in
            state.isWriterAsleep = state.delivery.isEmpty
            return state.isWriterAsleep
        }
        if sleeps { alarm.wait() }
    }
}
