import Foundation
import LazyJobs
import LazyJobsTesting
import Testing

@Suite("ManualClock")
struct ManualClockTests {
    let clock = ManualClock()

    @Test("starts at the beginning of 2026 with an uptime of zero, and stands still")
    func standsStill() {
        #expect(clock.now == Date(timeIntervalSince1970: 1_767_225_600))
        #expect(clock.now == ManualClock.defaultStart)
        #expect(clock.uptime == .zero)
        #expect(clock.sleeperCount == 0)
    }

    @Test("advancing moves the wall clock and the uptime, to the microsecond")
    func advances() {
        for _ in 0..<1_000 { clock.advance(by: .microseconds(1_001)) }
        #expect(clock.now == Date(timeIntervalSince1970: 1_767_225_601.001))
        #expect(clock.uptime == .microseconds(1_001_000))
    }

    @Test("setting the wall clock leaves the uptime, backwards too")
    func jumps() {
        clock.advance(by: .seconds(5))
        clock.set(now: Date(timeIntervalSince1970: 100))
        #expect(clock.now == Date(timeIntervalSince1970: 100))
        #expect(clock.uptime == .seconds(5))
        clock.advance(by: .seconds(1))
        #expect(clock.now == Date(timeIntervalSince1970: 101))
    }

    @Test("a sleeper wakes at its time and not before", .timeLimit(.minutes(15)))
    func wakesAtItsTime() async throws {
        let sleeper = Task { [clock] in
            try await clock.sleep(for: .seconds(10))
            return clock.uptime
        }
        try await clock.waitForSleepers(atLeast: 1)
        clock.advance(by: .seconds(9))
        clock.set(now: .distantFuture)
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .seconds(1))
        #expect(clock.sleeperCount == 0)
        #expect(try await sleeper.value == .seconds(10))
    }

    @Test("one advance wakes those whose time has come and leaves the others asleep")
    func wakesOnlyTheDue() async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for seconds in [3, 1, 2, 5] {
                group.addTask { [clock] in
                    try await clock.sleep(for: .seconds(seconds))
                    return seconds
                }
            }
            try await clock.waitForSleepers(atLeast: 4)
            clock.advance(by: .seconds(3))
            #expect(clock.sleeperCount == 1)
            let woken = try await [group.next(), group.next(), group.next()]
            #expect(Set(woken) == [1, 2, 3])
            clock.advance(by: .seconds(2))
            #expect(try await group.next() == 5)
        }
    }

    @Test("sleeping for nothing or less returns at once", arguments: [0, -1])
    func doesNotSleep(seconds: Int) async throws {
        try await clock.sleep(for: .seconds(seconds))
        #expect(clock.sleeperCount == 0)
    }

    @Test("cancelling a sleeper's task wakes it with CancellationError", .timeLimit(.minutes(15)))
    func cancelsSleep() async throws {
        let sleeper = Task { [clock] in try await clock.sleep(for: .seconds(1)) }
        try await clock.waitForSleepers(atLeast: 1)
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(clock.sleeperCount == 0)
        clock.advance(by: .seconds(1))
    }

    @Test("a cancelled task does not fall asleep", .timeLimit(.minutes(15)))
    func refusesTheCancelled() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let sleeper = Task { [clock] in
            for await _ in gate {}
            try await clock.sleep(for: .seconds(1))
        }
        sleeper.cancel()
        open.finish()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(clock.sleeperCount == 0)
    }

    @Test("waiting for sleepers returns at once when there are enough")
    func waitsForNone() async throws {
        try await clock.waitForSleepers(atLeast: 0)
    }

    @Test("waiting for sleepers ends when the waiting task is cancelled", .timeLimit(.minutes(15)))
    func cancelsWaiting() async throws {
        let watcher = Task { [clock] in try await clock.waitForSleepers(atLeast: 1) }
        watcher.cancel()
        await #expect(throws: CancellationError.self) { try await watcher.value }
    }

    @Test("a sleeper is woken once, however cancelling and advancing race")
    func racesAreSafe() async throws {
        for _ in 0..<200 {
            let sleeper = Task { [clock] in try await clock.sleep(for: .seconds(1)) }
            await withTaskGroup { group in
                group.addTask { sleeper.cancel() }
                group.addTask { [clock] in clock.advance(by: .seconds(1)) }
            }
            // The advance may have come before the sleep; then only the cancelling ends it.
            _ = await sleeper.result
            #expect(clock.sleeperCount == 0)
        }
    }
}
