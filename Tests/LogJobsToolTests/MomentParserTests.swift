import Foundation
import LazyJobs
import LogJobs
import Testing

@testable import LogJobsTool

@Suite("A moment that is typed") struct MomentParserTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private static func date(_ text: String) throws -> Date {
        try Date.ISO8601FormatStyle().parse(text)
    }

    @Test func isAnEventATimeADayOrSomeTimeAgo() throws {
        let moments: [(String, LogMoment)] = [
            ("0", .sequence(.zero)),
            ("4711", .sequence(SequenceNumber(rawValue: 4711))),
            ("2026-01-31T12:00:05Z", .time(try Self.date("2026-01-31T12:00:05Z"))),
            ("2026-01-31T13:00:05+01:00", .time(try Self.date("2026-01-31T12:00:05Z"))),
            ("2026-01-31T12:00:05.25Z", .time(try Self.date("2026-01-31T12:00:05Z") + 0.25)),
            ("2026-01-31", .time(try Self.date("2026-01-31T00:00:00Z"))),
            ("-90m", .time(Self.now - 5400)), ("-2h", .time(Self.now - 7200)),
            ("-7d", .time(Self.now - 7 * 86_400)), ("-1s", .time(Self.now - 1)),
        ]
        for (text, moment) in moments {
            #expect(MomentParser.moment(text, now: Self.now) == moment, "\(text)")
        }
    }

    @Test(arguments: [
        "", "-", "-h", "-5", "-5y", "yesterday", "2026-13-01", "2026-01-31T25:00:00Z", "1e9",
        "18446744073709551616", "-99999999999999999999d", "2026", "12:00",
    ])
    func isRefusedOtherwise(text: String) {
        let moment = MomentParser.moment(text, now: Self.now)
        // A year alone is an event's number.
        #expect(moment == nil || text == "2026")
    }
}
