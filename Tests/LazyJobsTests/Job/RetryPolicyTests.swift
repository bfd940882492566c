import LazyJobs
import Testing

@Suite("RetryPolicy")
struct RetryPolicyTests {
    @Test(
        "the default waits 2^(n-1) seconds after attempt n, and one minute at the most",
        arguments: zip([1, 2, 3, 6, 7, 8, 65_000, Int.max], [1, 2, 4, 32, 60, 60, 60, 60])
    )
    func doublesUpToOneMinute(attempt: Int, seconds: Int) {
        #expect(RetryPolicy.default.delay(attempt: attempt) == .seconds(seconds))
    }

    @Test("an attempt below the first counts as the first", arguments: [0, -1, Int.min + 1])
    func countsFromOne(attempt: Int) {
        #expect(RetryPolicy.default.delay(attempt: attempt) == .seconds(1))
    }

    @Test("a ceiling below the first delay holds from the start")
    func keepsCeiling() {
        let policy = RetryPolicy(first: .seconds(10), longest: .seconds(3))
        #expect(policy.delay(attempt: 1) == .seconds(3))
    }

    @Test("values out of range are brought into range, and no attempt overflows")
    func boundsValues() {
        let policy = RetryPolicy(
            first: .seconds(Int64.max),
            longest: .seconds(Int64.max),
            jitter: 7
        )
        #expect(policy.delay(attempt: Int.max) == .seconds(315_576_000_000))
        #expect(policy.jitter == 1)
        let none = RetryPolicy(first: .seconds(-5), longest: .seconds(-5), jitter: .nan)
        #expect(none.delay(attempt: 9) == .zero)
        #expect(none.jitter == 0)
    }

    @Test("jitter varies a delay by its share, and the same seed gives the same delays")
    func variesDelays() {
        let policy = RetryPolicy(jitter: 0.25)
        var generator = SeededGenerator(seed: 7)
        var again = SeededGenerator(seed: 7)
        var delays: Set<Duration> = []
        for attempt in 1...100 {
            let delay = policy.delay(attempt: attempt, using: &generator)
            let middle = policy.delay(attempt: attempt)
            #expect(delay >= middle * 0.75 && delay <= middle * 1.25)
            #expect(delay == policy.delay(attempt: attempt, using: &again))
            delays.insert(delay)
        }
        #expect(delays.count > 90)
    }

    @Test("without jitter a generator changes nothing")
    func needsNoChance() {
        var generator = SeededGenerator(seed: 1)
        #expect(RetryPolicy.default.delay(attempt: 3, using: &generator) == .seconds(4))
    }
}
