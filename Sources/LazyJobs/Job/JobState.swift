/// Where a job stands.
///
/// ```
///  enqueue ──> pending ──claim──> running ──> succeeded
///                 ^ ^                │ │ └──> discarded
///                 │ └─ interrupted ──┘ └────> cancelled
///              claim                 │
///             retrying <── failed ───┘
/// ```
///
/// A snoozed, interrupted or rescued job is `pending` when no attempt counts against it and
/// `retrying` otherwise; so is a discarded or cancelled one that was offered again by hand, see
/// ``Backend/retry(_:reason:actor:)``. The spelling is that of Go's `lazyjobs`; `cancelled` is
/// ours.
public enum JobState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Waits for its first attempt, or for its run-at time.
    case pending
    /// Claimed by a worker that holds the lease.
    case running
    /// Waits for another attempt after one that failed or was cut off by a crash.
    case retrying
    /// Ended well. Final.
    case succeeded
    /// Ended badly: out of attempts, or given up by the job itself. Final.
    case discarded
    /// Called off by a person, a program or the job itself. Final.
    case cancelled

    /// Whether nothing happens to the job any more, but its removal or a retry by hand.
    @inlinable public var isFinal: Bool {
        switch self {
        case .pending, .running, .retrying: false
        case .succeeded, .discarded, .cancelled: true
        }
    }

    /// Whether a worker may claim the job once it is due.
    @inlinable public var isWaiting: Bool {
        switch self {
        case .pending, .retrying: true
        case .running, .succeeded, .discarded, .cancelled: false
        }
    }
}
