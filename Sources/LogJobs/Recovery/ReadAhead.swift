import Dispatch
import Synchronization

/// What one thread makes while another makes something of what was before, piece by piece, in
/// order.
///
/// Invariants:
/// - Who holds `state` never waits for anything.
/// - No more than ``countMax`` pieces wait.
/// - Behind ``close()`` nothing is made.
final class ReadAhead<Piece: Sendable>: Sendable {
    /// Hands a piece over, once there is room for it.
    ///
    /// - Returns: Whether more is wanted.
    typealias Put = (Piece) -> Bool

    private struct State {
        var waiting: [Piece] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Signalled for each piece that waits.
    private let filled = DispatchSemaphore(value: 0)
    /// Signalled for each piece that may be made.
    private let free = DispatchSemaphore(value: 0)
    private let end = DispatchSemaphore(value: 0)

    private static var countMax: Int { 4 }

    /// Begins to make pieces, unless there can be no thread for it.
    ///
    /// - Parameters:
    ///   - name: Of the thread that makes them.
    ///   - start: Starts it.
    ///   - make: Makes them, all it has or until no more is wanted.
    init?(
        _ name: String,
        by start: OwnThread.Start = OwnThread.start,
        _ make: @escaping @Sendable (Put) -> Void
    ) {
        // One that is let go with a lower value than it was made with would trap.
        for _ in 0..<Self.countMax { free.signal() }
        // None of Dispatch's, which may all be kept by those who wait for pieces.
        let isThere = start(name) { [self] in
            make(put)
            end.signal()
        }
        guard isThere else { return nil }
    }

    private func put(_ piece: Piece) -> Bool {
        free.wait()
        let isWanted = state.withLock { state in
            if !state.isClosed { state.waiting.append(piece) }
            return !state.isClosed
        }
        // Behind the lock, for which whoever is woken would have to wait.
        if isWanted { filled.signal() }
        return isWanted
    }

    /// Waits for the next piece, which there must be.
    func next() -> Piece {
        filled.wait()
        let piece = state.withLock { $0.waiting.removeFirst() }
        free.signal()
        return piece
    }

    /// Ends the making, wherever it is; once, and last.
    func close() {
        state.withLock { $0.isClosed = true }
        free.signal()
        end.wait()
    }
}
