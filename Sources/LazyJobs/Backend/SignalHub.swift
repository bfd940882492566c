/// Passes a backend's signals on to everyone who asked for them; what nobody has read merges.
package typealias SignalHub = Broadcaster<Void>

extension Broadcaster where Element == Void {
    /// A stream of the signals from now on; ended from the start once the hub is closed.
    package func makeStream() -> AsyncStream<Void> {
        makeStream(bufferCountMax: 1)
    }

    /// Gives everyone a signal, unless one waits for them already.
    package func send() {
        send(())
    }
}
