/// Passes the runner's events on to observers and streams.
final class EventHub: Sendable {
    private let observers: [any JobObserver]
    private let streams = Broadcaster<RunnerEvent>()

    init(observers: [any JobObserver]) {
        self.observers = observers
    }

    /// Whether there is anybody to pass them on to.
    var isHeard: Bool {
        !observers.isEmpty || !streams.isEmpty
    }

    func emit(_ event: RunnerEvent) {
        for observer in observers {
            observer.observe(event)
        }
        streams.send(event)
    }

    /// A stream of the events from now on, which ends with the runner.
    func makeStream(bufferCountMax: Int) -> AsyncStream<RunnerEvent> {
        streams.makeStream(bufferCountMax: bufferCountMax)
    }

    /// Ends all streams, and those that are asked for later.
    func finish() {
        streams.close()
    }
}
