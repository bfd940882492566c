import LazyJobs
import Testing

@testable import LogJobs

@Suite("The time by which things are too old")
struct RetentionTimeTests {
    private static let start = Timestamp(microseconds: 1_700_000_000_000_000)

    private static func later(_ hours: Int) -> Timestamp {
        start.advanced(by: .seconds(3600 * hours))
    }

    @Test("is that of the clock while it goes evenly, and when it is set back")
    func even() {
        var time = RetentionTime(lastChange: Self.start, now: Self.later(1), uptime: .zero)
        #expect(time.time(now: Self.later(1), uptime: .zero) == Self.later(1))
        #expect(time.time(now: Self.later(3), uptime: .seconds(7200)) == Self.later(3))
        #expect(time.time(now: Self.start, uptime: .seconds(7201)) == Self.start)
    }

    @Test("is not known for an hour after the clock has jumped forward")
    func jump() {
        var time = RetentionTime(lastChange: nil, now: Self.start, uptime: .zero)
        #expect(time.time(now: Self.later(10_000), uptime: .seconds(60)) == nil)
        #expect(time.time(now: Self.later(10_000), uptime: .seconds(3600)) == nil)
        let now = Self.later(10_001)
        #expect(time.time(now: now, uptime: .seconds(3660)) == now)
    }

    @Test("nor for an hour after a store was closed for long")
    func longClosed() {
        let now = Self.later(1000)
        var time = RetentionTime(lastChange: Self.start, now: now, uptime: .seconds(5))
        #expect(time.time(now: now, uptime: .seconds(6)) == nil)
        #expect(time.time(now: Self.later(1001), uptime: .seconds(3605)) == Self.later(1001))
    }
}
