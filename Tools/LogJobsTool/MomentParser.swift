import Foundation
import LazyJobs
import LogJobs

/// A moment as it is typed: an event's number, a time, a day, or how long ago.
enum MomentParser {
    static let forms = "an event's number, 2026-01-31T12:00:00Z, 2026-01-31, or -90m, -2h, -7d"

    /// Understands a moment; `nil` if it is none.
    static func moment(_ text: String, now: Date) -> LogMoment? {
        if text.hasPrefix("-") { return ago(text.dropFirst()).map { .time(now - $0) } }
        if let number = UInt64(text) { return .sequence(SequenceNumber(rawValue: number)) }
        return time(text).map { .time($0) }
    }

    private static func time(_ text: String) -> Date? {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        let isDay = text.count == 10
        // The parser takes the hour 25 for one of the next day.
        let hour = Int(text.dropFirst(11).prefix(2))
        guard isDay || hour.map({ $0 < 24 }) ?? false else { return nil }
        do {
            return isDay
                ? try style.year().month().day().parse(text)
                : try fraction(text, style)
        } catch {
            return nil
        }
    }

    /// With parts of a second or without.
    private static func fraction(_ text: String, _ style: Date.ISO8601FormatStyle) throws -> Date {
        let hasParts = text.contains(".")
        return try Date.ISO8601FormatStyle(includingFractionalSeconds: hasParts).parse(text)
    }

    /// Understands a length of time such as 90m; `nil` if it is none.
    static func ago(_ text: Substring) -> TimeInterval? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = UInt32(text.dropLast())
        else { return nil }
        return Double(count) * unit
    }
}
