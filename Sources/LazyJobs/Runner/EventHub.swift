import Synchronization

/// Passes the runner's events on to observers and streams.
final class EventHub: Sendable {
    private let observers: [any JobObserver]
    private let streams = Mutex(Streams())

    private struct Streams {
        var continuations: [Int: AsyncStream<RunnerEvent>.Continuation] = [:]
        var lastKey = 0
        var isFinished = false
    }

    init(observers: [any JobObserver]) {
        self.observers = observers
    }

    func emit(_ event: RunnerEvent) {
        for observer in observers {
            observer.observe(event)
        }
        let continuations = streams.withLock { Array($0.continuations.values) }
        for continuation in continuations {
            continuation.yield(event)
        }
    }

    /// A stream of the events from now on, which ends with the runner.
    func makeStream(bufferCountMax: Int) -> AsyncStream<RunnerEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RunnerEvent.self,
            bufferingPolicy: .bufferingNewest(bufferCountMax)
        )
        let key = streams.withLock { streams -> Int? in
            guard !streams.isFinished else { return nil }
            streams.lastKey += 1
            streams.continuations[streams.lastKey] = continuation
            return streams.lastKey
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.streams.withLock { $0.continuations[key] = nil }
        }
        return stream
    }

    /// Ends all streams, and those that are asked for later.
    func finish() {
        let continuations = streams.withLock { streams in
            streams.isFinished = true
            defer { streams.continuations = [:] }
            return Array(streams.continuations.values)
        }
        for continuation in continuations {
            continuation.finish()
        }
    }
}
