import Testing

@testable import LogJobs

@Suite("Pruning")
struct PruningTests {
    @Test("prunes few at a time while that suffices")
    func gentle() {
        var pruning = Pruning()
        var left = 100_000
        while left > 0 {
            #expect(pruning.limit == 100 && !pruning.isBehind)
            left -= pruning.limit
            // Fewer than half as many come anew.
            left += 40
            pruning.add(100, left: left)
        }
    }

    @Test("catches up however fast jobs end", arguments: [100, 1_000, 4_000])
    func hurried(perCommand comeCount: Int) {
        var pruning = Pruning()
        var left = 20_000
        var commandCount = 0
        while left > comeCount, commandCount < 1_000 {
            let count = min(pruning.limit, left)
            left += comeCount - count
            pruning.add(count, left: left)
            commandCount += 1
        }
        #expect(commandCount < 1_000)
    }
}
