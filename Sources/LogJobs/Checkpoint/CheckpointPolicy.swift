/// Decides when a checkpoint is taken, from what an opening would have to read without it.
struct CheckpointPolicy: Sendable {
    /// What stands behind the newest checkpoint.
    struct Rest: Sendable, Hashable {
        var bytes: UInt64
        var events: UInt64
    }

    var bytesMin: UInt64 = 16 << 20
    /// Folding so many takes about half a second.
    var eventsMin: UInt64 = 500_000
    /// A checkpoint may be that part of what is written at the most.
    var sizeRatio: UInt64 = 3
    /// When a store is closed, less is worth it: nobody waits for that, and somebody may for the
    /// next opening.
    var closingShare: UInt64 = 16

    /// Whether it is time.
    ///
    /// - Parameters:
    ///   - rest: What stands behind the newest checkpoint.
    ///   - lastSize: The bytes of that checkpoint; zero if there is none.
    ///   - isClosing: Whether the store is about to be closed.
    /// - Returns: Whether one should be taken.
    func isDue(_ rest: Rest, lastSize: UInt64, isClosing: Bool = false) -> Bool {
        let share = isClosing ? closingShare : 1
        let isMuch = rest.bytes >= bytesMin / share || rest.events >= eventsMin / share
        return isMuch && rest.bytes >= sizeRatio * lastSize / share
    }
}
