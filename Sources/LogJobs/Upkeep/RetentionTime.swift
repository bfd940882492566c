import LazyJobs

/// The time by which things are too old, as far as the wall clock can be trusted.
///
/// A clock that jumps forward would have everything pruned at once. So after a jump, and after a
/// long time in which the store was not open, nothing is too old until the clock has gone on for an
/// hour; time enough for somebody to set it right.
struct RetentionTime: Sendable {
    private static let trial = Duration.seconds(3600)
    private static let jumpMin = Duration.seconds(86_400)

    private var last: Timestamp
    private var lastUptime: Duration
    private var trustedFrom: Duration

    /// - Parameters:
    ///   - lastChange: When the store was changed last before it was opened, if it ever was.
    ///   - now: The wall clock's time.
    ///   - uptime: The clock that does not jump.
    init(lastChange: Timestamp?, now: Timestamp, uptime: Duration) {
        last = now
        lastUptime = uptime
        let isLate = lastChange.map { now > $0.advanced(by: Self.jumpMin) } ?? false
        trustedFrom = isLate ? uptime + Self.trial : uptime
    }

    /// The time that counts now.
    ///
    /// - Parameters:
    ///   - now: The wall clock's time.
    ///   - uptime: The clock that does not jump.
    /// - Returns: The time; `nil` while it is not to be trusted.
    mutating func time(now: Timestamp, uptime: Duration) -> Timestamp? {
        let expected = last.advanced(by: uptime - lastUptime)
        if now > expected.advanced(by: Self.trial) { trustedFrom = uptime + Self.trial }
        (last, lastUptime) = (now, uptime)
        return uptime >= trustedFrom ? now : nil
    }
}
