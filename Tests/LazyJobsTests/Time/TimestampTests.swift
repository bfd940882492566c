import Foundation
import Testing

@testable import LazyJobs

@Suite("Timestamp")
struct TimestampTests {
    @Test("a date is rounded to the nearest microsecond")
    func rounds() {
        #expect(Timestamp(Date(timeIntervalSince1970: 1.000_000_4)).microseconds == 1_000_000)
        #expect(Timestamp(Date(timeIntervalSince1970: 1.000_000_6)).microseconds == 1_000_001)
        #expect(Timestamp(Date(timeIntervalSince1970: -1.000_000_6)).microseconds == -1_000_001)
    }

    @Test("dates outside the years 1 to 9999 become the nearest of them, no number becomes 1970")
    func bounds() {
        let earliest = Timestamp(JobLimits.earliest)
        let latest = Timestamp(JobLimits.latest)
        #expect(Timestamp(.distantPast).microseconds >= earliest.microseconds)
        #expect(Timestamp(Date(timeIntervalSince1970: -1e300)) == earliest)
        #expect(Timestamp(Date(timeIntervalSince1970: -.infinity)) == earliest)
        #expect(Timestamp(Date(timeIntervalSince1970: 1e300)) == latest)
        #expect(Timestamp(Date(timeIntervalSince1970: .infinity)) == latest)
        #expect(Timestamp(Date(timeIntervalSince1970: .nan)).microseconds == 0)
    }

    @Test("a whole microsecond survives the way through Date, from the first to the last year")
    func roundTrips() {
        let bounds = (Timestamp(JobLimits.earliest), Timestamp(JobLimits.latest))
        var generator = SeededGenerator(seed: 3)
        let samples = (0..<1000).map { _ in
            Int64.random(in: bounds.0.microseconds...bounds.1.microseconds, using: &generator)
        }
        // A Date counts seconds from 2001 in a Double: further away than 272 years they are
        // rounded, though never twice differently.
        for microseconds in samples + [bounds.0.microseconds, bounds.1.microseconds] {
            let once = Timestamp(Timestamp(microseconds: microseconds).date)
            #expect(Timestamp(once.date) == once)
            #expect(abs(once.microseconds - microseconds) <= 64)
        }
        // 2^33 seconds before 2001 and after it.
        for microseconds in (0..<10_000).map({ _ in
            Int64.random(in: -7_611_000_000_000_000...9_567_000_000_000_000, using: &generator)
        }) + [-4_354_819_200_100_000] {
            let again = Timestamp(Timestamp(microseconds: microseconds).date)
            #expect(again.microseconds == microseconds)
        }
    }

    @Test("adding a duration stops at the calendar's ends instead of overflowing")
    func advances() {
        let start = Timestamp(microseconds: 5)
        #expect(start.advanced(by: .microseconds(7)).microseconds == 12)
        #expect(start.advanced(by: .seconds(Int64.max)) == Timestamp(JobLimits.latest))
        let end = Timestamp(microseconds: Int64.min + 1)
        #expect(end.advanced(by: .seconds(-5)) == Timestamp(JobLimits.earliest))
    }

    @Test("a duration is cut to whole microseconds towards zero, and bounded to 64 bits")
    func countsMicroseconds() {
        #expect(Duration.nanoseconds(1999).wholeMicroseconds == 1)
        #expect(Duration.nanoseconds(-1999).wholeMicroseconds == -1)
        #expect(Duration.seconds(Int64.max).wholeMicroseconds == Int64.max)
        #expect(Duration(attoseconds: .max).wholeMicroseconds == Int64.max)
        #expect(Duration(attoseconds: .min).wholeMicroseconds == Int64.min)
        #expect(Duration.seconds(Int64.min).wholeMicroseconds == Int64.min)
    }
}

@Suite("RFC 3339")
struct RFC3339Tests {
    @Test(
        "instants are printed in UTC, as Go prints them",
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (1_784_885_400_250_000, "2026-07-24T09:30:00.25Z"),
            (1, "1970-01-01T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00Z"),
            (4_107_542_399_000_000, "2100-02-28T23:59:59Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
            (253_402_300_799_000_000, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)]
    )
    func prints(microseconds: Int64, text: String) {
        #expect(RFC3339.string(from: Timestamp(microseconds: microseconds)) == text)
    }

    @Test("each day of four centuries is the one that Foundation's calendar names")
    func agreesWithFoundation() {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        for day in stride(from: -80_000, to: 80_000, by: 13) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 3_661)
            #expect(RFC3339.string(from: date) == style.format(date))
        }
    }
}

@Suite("Go durations")
struct GoDurationTests {
    @Test(
        "durations are printed as Go prints them",
        arguments: [
            (.zero, "0s"),
            (.nanoseconds(999), "0s"),
            (.microseconds(1), "1µs"),
            (.microseconds(999), "999µs"),
            (.microseconds(1500), "1.5ms"),
            (.milliseconds(250), "250ms"),
            (.milliseconds(1050), "1.05s"),
            (.seconds(59), "59s"),
            (.seconds(60), "1m0s"),
            (.seconds(90), "1m30s"),
            (.seconds(3600), "1h0m0s"),
            (.seconds(5400), "1h30m0s"),
            (.seconds(360_000) + .microseconds(10), "100h0m0.00001s"),
            (.milliseconds(-1500), "-1.5s"),
        ] as [(Duration, String)]
    )
    func prints(duration: Duration, text: String) {
        #expect(GoDuration.string(from: duration) == text)
    }

    @Test("the longest durations are printed without overflow")
    func printsBounds() {
        #expect(GoDuration.string(from: .seconds(Int64.max)) == "2562047788h0m54.775807s")
        #expect(GoDuration.string(from: .seconds(Int64.min)) == "-2562047788h0m54.775808s")
    }
}
