public import LazyJobs

/// Events of a store, oldest first; see ``LogReader/events(matching:)`` and
/// ``LogReader/follow(_:matching:every:clock:)``.
///
/// Each iteration reads anew. Events are read a frame or a block ahead, on a thread that is not
/// one of Swift's. The iteration ends when its task is cancelled.
public struct LogEvents: AsyncSequence, Sendable {
    /// When to look again for what is new.
    struct Polling: Sendable {
        var interval: Duration
        var clock: any JobClock
    }

    private let begin: @Sendable () throws(LogStoreError) -> EventPump.Work
    private let polling: Polling?

    init(
        polling: Polling? = nil,
        _ begin: @escaping @Sendable () throws(LogStoreError) -> EventPump.Work
    ) {
        self.polling = polling
        self.begin = begin
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator {
        Iterator(pump: EventPump(begin), polling: polling)
    }

    /// What hands out the events.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let pump: EventPump
        fileprivate let polling: Polling?
        private var events: ArraySlice<NamedEvent> = []
        private var hasEnded = false

        fileprivate init(pump: EventPump, polling: Polling?) {
            self.pump = pump
            self.polling = polling
        }

        /// The next event; `nil` at the end.
        ///
        /// - Throws: `corruption`, `inputOutput`, `retired`, and what opening a store throws; the
        ///   iteration has ended then.
        public mutating func next() async throws(LogStoreError) -> JobEvent? {
            try await next(isolation: #isolation)
        }

        /// The next event; `nil` at the end.
        ///
        /// - Throws: As ``next()``.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(LogStoreError) -> JobEvent? {
            try await nextNamed()?.event
        }

        /// The next event, with what is known of its job if that was asked for.
        package mutating func nextNamed() async throws(LogStoreError) -> NamedEvent? {
            while !hasEnded, !Task.isCancelled {
                if let event = events.popFirst() { return event }
                do throws(LogStoreError) {
                    if let read = try await pump.events() {
                        events = read[...]
                        continue
                    }
                } catch {
                    hasEnded = true
                    throw error
                }
                hasEnded = await !waits()
            }
            return nil
        }

        /// - Returns: Whether there may be more.
        private func waits() async -> Bool {
            guard let polling else { return false }
            do {
                try await polling.clock.sleep(for: polling.interval)
                return true
            } catch {
                return false
            }
        }
    }
}
