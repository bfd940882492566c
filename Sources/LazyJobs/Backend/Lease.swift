/// Proof that a worker holds a job: issued by a claim, presented when the job is finished.
///
/// A store never issues the same lease twice, not even across crashes and power loss. To everyone
/// but the backend that issued it a lease is opaque.
public struct Lease: Sendable, Hashable {
    /// The backend's own first half.
    public let high: UInt64
    /// The backend's own second half.
    public let low: UInt64

    /// Makes a lease; only backends do.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}
