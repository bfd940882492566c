package import Foundation
import LazyJobs
package import LogJobs

/// A moment as it is typed: an event's number, a time, a day, or how long ago.
package enum MomentParser {
    static let forms = "an event's number, 2026-01-31T12:00:00Z, 2026-01-31, or -90m, -2h, -7d"

    /// Understands a moment; `nil` if it is none.
    package static func moment(_ text: String, now: Date) -> LogMoment? {
        if text.hasPrefix("-") { return ago(text.dropFirst()).map { .time(now - $0) } }
        if let number = number(text[...], UInt64.self) {
            return .sequence(SequenceNumber(rawValue: number))
        }
        return time(text).map { .time($0.date) }
    }

    /// Understands a length of time such as 90m; `nil` if it is none.
    static func ago(_ text: Substring) -> TimeInterval? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }),
            let count = number(text.dropLast(), UInt32.self)
        else { return nil }
        return Double(count) * unit
    }

    /// A day, or a time with its zone, of which nothing is left over, rounded as events are.
    private static func time(_ text: String) -> Timestamp? {
        var reader = TimeReader(text[...])
        guard let days = reader.date() else { return nil }
        var microseconds = days * 86_400_000_000
        if !reader.isAtEnd {
            guard reader.take("T"), let time = reader.timeOfDay(), let zone = reader.zone()
            else { return nil }
            microseconds += time - zone
        }
        let earliest = Timestamp(JobLimits.earliest).microseconds
        let latest = Timestamp(JobLimits.latest).microseconds
        guard reader.isAtEnd, earliest...latest ~= microseconds else { return nil }
        return Timestamp(microseconds: microseconds)
    }

    /// Digits and nothing else: no sign.
    static func number<Number: FixedWidthInteger>(
        _ text: Substring,
        _: Number.Type = Number.self
    ) -> Number? {
        text.utf8.allSatisfy(TimeReader.isDigit) ? Number(text) : nil
    }
}

/// Takes a time apart from its beginning on; every part has its width and its bounds.
private struct TimeReader {
    private var rest: Substring.UTF8View

    init(_ text: Substring) {
        rest = text.utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    /// The days since 1970 of a day that the calendar has.
    mutating func date() -> Int64? {
        guard let year = number(4, 1...9999), take("-"), let month = number(2, 1...12), take("-"),
            let day = number(2, 1...Self.dayCount(of: month, in: year))
        else { return nil }
        // Counts from March, so that the leap day ends a year: days_from_civil, see RFC3339.
        let fromMarch = (year: month > 2 ? year : year - 1, month: (month + 9) % 12)
        let leapDays = fromMarch.year / 4 - fromMarch.year / 100 + fromMarch.year / 400
        return fromMarch.year * 365 + leapDays + (153 * fromMarch.month + 2) / 5 + day - 1 - 719_468
    }

    /// The microseconds since midnight.
    mutating func timeOfDay() -> Int64? {
        guard let hour = number(2, 0...23), take(":"), let minute = number(2, 0...59), take(":"),
            let second = number(2, 0...59)
        else { return nil }
        let whole = ((hour * 60 + minute) * 60 + second) * 1_000_000
        guard take(".") else { return whole }
        return fraction().map { whole + $0 }
    }

    /// How far a zone is before UTC, in microseconds.
    mutating func zone() -> Int64? {
        if take("Z") { return 0 }
        let isBehind = take("-")
        guard isBehind || take("+"), let hour = number(2, 0...23) else { return nil }
        _ = take(":")
        guard let minute = number(2, 0...59) else { return nil }
        let offset = (hour * 60 + minute) * 60_000_000
        return isBehind ? -offset : offset
    }

    /// Part of a second, of at most nine digits, to the nearest microsecond.
    private mutating func fraction() -> Int64? {
        let digits = rest.prefix(while: Self.isDigit)
        guard 1...9 ~= digits.count else { return nil }
        rest = rest[digits.endIndex...]
        let padding = String(repeating: "0", count: 9 - digits.count)
        return Int64(String(Substring(digits)) + padding).map { ($0 + 500) / 1_000 }
    }

    private mutating func number(_ width: Int, _ bounds: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy(Self.isDigit),
            let number = Int64(Substring(digits)), bounds.contains(number)
        else { return nil }
        rest = rest.dropFirst(width)
        return number
    }

    private static func dayCount(of month: Int64, in year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
