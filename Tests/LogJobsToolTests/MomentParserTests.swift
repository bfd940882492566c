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
            ("2026-01-31T12:00:05-0130", .time(try Self.date("2026-01-31T13:30:05Z"))),
            ("2024-02-29T00:00:00Z", .time(try Self.date("2024-02-29T00:00:00Z"))),
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
        "18446744073709551616", "-99999999999999999999d", "2026", "12:00", "+5", "-+5d",
        "2027-02-31", "2026-02-30", "2026-02-29", "2100-02-29", "2026-04-31", "2026-00-01",
        "0000-01-01", "2026-01-00", "2026-1-1", "2026-01-01 ", "2026-01-01junk",
        "2026-01-01T23:60:00Z", "2026-01-01T10:75:00Z", "2026-01-01T10:00:60Z",
        "2026-01-01T10:00:00Zjunk", "2026-12-01T00:00:00Z (approx)", "2026-01-01T10:00:00",
        "2026-01-01T10:00Z", "2026-01-01T10:00:00.Z", "2026-01-01T10:00:00.1234567890Z",
        "2026-01-01T10:00:00+24:00", "2026-01-01T10:00:00+1:00", "2026-01-01T",
        "0001-01-01T00:00:00+01:00", "2026-01-01T1\u{660}:00:00Z",
    ])
    func isRefusedOtherwise(text: String) {
        let moment = MomentParser.moment(text, now: Self.now)
        // A year alone is an event's number.
        #expect(moment == nil || text == "2026")
    }

    @Test("a time that was printed is understood as the very same")
    func roundTrips() {
        let bounds = [JobLimits.earliest, JobLimits.latest].map { Timestamp($0).microseconds }
        var generator = SystemRandomNumberGenerator()
        for index in 0..<20_000 {
            let isNear = index.isMultiple(of: 2)
            let microseconds =
                isNear
                ? Int64.random(in: 0...4_000_000_000_000_000, using: &generator)
                : Int64.random(in: bounds[0]...bounds[1], using: &generator)
            let timestamp = Timestamp(microseconds: microseconds)
            let text = RFC3339.string(from: timestamp)
            let moment = MomentParser.moment(text, now: Self.now)
            #expect(moment == .time(timestamp.date), "\(text)")
        }
        let finer = MomentParser.moment("2026-01-31T12:00:05.2499996Z", now: Self.now)
        #expect(finer == MomentParser.moment("2026-01-31T12:00:05.25Z", now: Self.now))
    }

    @Test("prune --yes refuses a time that no clock shows")
    func refusesForChanges() {
        for text in ["2027-02-31", "2026-12-01T00:00:00Z (approx)"] {
            #expect(throws: UsageError.self) {
                try ChangeParser.answer(["prune", "--yes", "--until", text, "f"])
            }
        }
    }
}
