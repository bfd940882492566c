import Synchronization

/// Passes values on to everyone who asked for them.
///
/// A stream keeps what nobody has read yet, as much as was asked for; of more the newest. It ends
/// when the broadcaster is closed or let go.
package final class Broadcaster<Element: Sendable>: Sendable {
    private let streams = Mutex(Streams())

    private struct Streams {
        var continuations: [Int: AsyncStream<Element>.Continuation] = [:]
        var lastKey = 0
        var isClosed = false
    }

    package init() {}

    deinit {
        close()
    }

    /// A stream of the values from now on; ended from the start once the broadcaster is closed.
    package func makeStream(bufferCountMax: Int) -> AsyncStream<Element> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Element.self,
            bufferingPolicy: .bufferingNewest(bufferCountMax)
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

    /// Whether nobody has a stream.
    package var isEmpty: Bool {
        streams.withLock { $0.continuations.isEmpty }
    }

    /// Gives a value to every stream.
    package func send(_ element: Element) {
        let continuations = streams.withLock { Array($0.continuations.values) }
        for continuation in continuations {
            continuation.yield(element)
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
