package import Foundation

/// An instant as events and the disk keep it: whole microseconds since 1970, UTC.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Rounds a date to the nearest microsecond; times outside years 1 to 9999 become the nearest
    /// of them, and what is no number becomes 1970.
    package init(_ date: Date) {
        // A Date counts from 2001. Every other number would be rounded a second time: what is read
        // from a disk, written and read again would then be a microsecond off.
        let seconds = date.timeIntervalSinceReferenceDate
        guard !seconds.isNaN else {
            microseconds = 0
            return
        }
        let bounded = min(
            max(seconds, JobLimits.earliest.timeIntervalSinceReferenceDate),
            JobLimits.latest.timeIntervalSinceReferenceDate
        )
        let whole = bounded.rounded(.down)
        let rest = Int64(((bounded - whole) * 1e6).rounded())
        microseconds = (Int64(whole) + Self.referenceDate) * 1_000_000 + rest
    }

    /// Exact for the 272 years around 2001; further away the nearest that a `Date` has, which is
    /// always the same.
    package var date: Date {
        // From 1970 to 2106 it is rounded twice all the same, which is exact there, too: then it
        // equals the date that a program makes of the same number of seconds since 1970.
        if isOfThisCentury {
            return Date(timeIntervalSince1970: Double(microseconds) / 1e6)
        }
        let (seconds, rest) = microseconds.flooredDivision(by: 1_000_000)
        let whole = Double(seconds - Self.referenceDate)
        return Date(timeIntervalSinceReferenceDate: whole + Double(rest) / 1e6)
    }

    /// What comes back from ``date``: the same, but far away from 2001.
    package var asDate: Timestamp { isOfThisCentury ? self : Timestamp(date) }

    private var isOfThisCentury: Bool {
        (0..<Int64(UInt32.max) * 1_000_000).contains(microseconds)
    }

    /// The begin of 2001, in seconds since 1970.
    private static let referenceDate = Int64(Date.timeIntervalBetween1970AndReferenceDate)

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The time from another instant to this one; negative when the other is later.
    package func since(_ other: Timestamp) -> Duration {
        .microseconds(microseconds.subtractingReportingOverflow(other.microseconds).partialValue)
    }

    package func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = microseconds.addingReportingOverflow(duration.wholeMicroseconds)
        guard overflow else { return Timestamp(microseconds: sum) }
        return Timestamp(duration < .zero ? JobLimits.earliest : JobLimits.latest)
    }
}

extension Int64 {
    /// Divides towards minus infinity, so that the remainder is never negative.
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Duration {
    /// Ten thousand years: as good as for ever, and more would leave the calendar that the store
    /// keeps.
    static let longest = Duration.seconds(315_576_000_000)

    /// The duration in microseconds, rounded towards zero and bounded to what `Int64` holds.
    package var wholeMicroseconds: Int64 {
        // `components` traps beyond.
        guard self < .seconds(Int64.max) else { return .max }
        guard self > .seconds(Int64.min) else { return .min }
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let bound = seconds < 0 ? Int64.min : Int64.max
        guard !overflow else { return bound }
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return carry ? bound : sum
    }
}
