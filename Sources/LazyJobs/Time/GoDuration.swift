/// Durations as Go's `time.Duration.String` prints them: `1h30m0s`, `1.5s`, `250ms`, `0s`.
package enum GoDuration {
    /// Prints a duration, rounded towards zero to the microsecond.
    package static func string(from duration: Duration) -> String {
        let total = duration.wholeMicroseconds
        let sign = total < 0 ? "-" : ""
        let magnitude = total.magnitude
        switch magnitude {
        case 0: return "0s"
        case ..<1000: return "\(sign)\(magnitude)µs"
        case ..<1_000_000: return sign + decimal(magnitude, unit: 1000) + "ms"
        default: break
        }
        let (minutes, rest) = magnitude.quotientAndRemainder(dividingBy: 60_000_000)
        let seconds = decimal(rest, unit: 1_000_000) + "s"
        guard minutes > 0 else { return sign + seconds }
        let (hours, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return sign + (hours > 0 ? "\(hours)h" : "") + "\(minute)m" + seconds
    }

    private static func decimal(_ value: UInt64, unit: UInt64) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
        guard rest > 0 else { return String(whole) }
        var digits = String(rest)
        digits = String(repeating: "0", count: String(unit).count - 1 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
