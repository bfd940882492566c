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
        let seconds = date.timeIntervalSince1970
        guard !seconds.isNaN else {
            microseconds = 0
            return
        }
        let bounded = min(
            max(seconds, JobLimits.earliest.timeIntervalSince1970),
            JobLimits.latest.timeIntervalSince1970
        )
        microseconds = Int64((bounded * 1e6).rounded())
    }

    package var date: Date {
        Date(timeIntervalSince1970: Double(microseconds) / 1e6)
    }

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

extension Duration {
    /// The duration in microseconds, rounded towards zero and bounded to what `Int64` holds.
    package var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let bound = seconds < 0 ? Int64.min : Int64.max
        guard !overflow else { return bound }
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return carry ? bound : sum
    }
}
