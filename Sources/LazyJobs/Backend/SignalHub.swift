import Synchronization

/// Passes a backend's signals on to everyone who asked for them; what nobody has read merges.
package final class SignalHub: Sendable {
    private let streams = Mutex(Streams())

    private struct Streams {
        var continuations: [Int: AsyncStream<Void>.Continuation] = [:]
        var lastKey = 0
        var isClosed = false
    }

    package init() {}

    /// A stream of the signals from now on; ended from the start once the hub is closed.
    package func makeStream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let key = streams.withLock { streams -> Int? in
            guard !streams.isClosed else { return nil }
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

    /// Gives everyone a signal, unless one waits for them already.
    package func send() {
        let continuations = streams.withLock { Array($0.continuations.values) }
        for continuation in continuations {
            continuation.yield()
        }
    }

    /// Ends all streams, and those that are asked for later.
    package func close() {
        let continuations = streams.withLock { streams in
            streams.isClosed = true
            defer { streams.continuations = [:] }
            return Array(streams.continuations.values)
        }
        for continuation in continuations {
            continuation.finish()
        }
    }
}
