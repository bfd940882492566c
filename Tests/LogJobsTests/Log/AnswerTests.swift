import Dispatch
import LazyJobs
import Synchronization
import Testing

@testable import LogJobs

/// How a caller and the writer meet, whichever comes first.
@Suite("An answer", .timeLimit(.minutes(15)))
struct AnswerTests {
    private static func failure(_ number: Int) -> BackendError {
        BackendError(.unavailable, "\(number)")
    }

    @Test("that is there already is returned at once", arguments: [false, true])
    func isEarly(looks: Bool) async {
        let watch = AnswerWatch(processors: 2)
        let call = PendingCall()
        call.answer(Self.failure(1))
        #expect(await call.outcome(watch, looks: looks)?.message == "1")
        Self.expectNobodyIsCounted(watch)
    }

    /// Answered by a thread that is told of a call before its caller waits, as the writer is.
    @Test("comes to its own caller, early or late, once", arguments: [false, true])
    func meets(looks: Bool) async {
        let watch = AnswerWatch(processors: 3)
        let writer = DispatchQueue(label: "LogJobsTests.writer")
        let wrongCount = await withTaskGroup(of: Int.self) { group in
            for caller in 0..<4 {
                group.addTask {
                    var wrongCount = 0
                    for number in 0..<500 {
                        let own = 500 * caller + number
                        let call = PendingCall()
                        writer.async { call.answer(own % 3 == 0 ? nil : Self.failure(own)) }
                        let message = await call.outcome(watch, looks: looks)?.message
                        if message != (own % 3 == 0 ? nil : "\(own)") { wrongCount += 1 }
                    }
                    return wrongCount
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrongCount == 0)
        Self.expectNobodyIsCounted(watch)
    }

    @Test("is looked for by nobody on a single processor")
    func singleProcessor() {
        let watch = AnswerWatch(processors: 1)
        #expect((0..<100).allSatisfy { _ in !watch.begins() })
        Self.expectNobodyIsCounted(watch)
    }

    @Test("is looked for by fewer than there are processors")
    func leavesProcessor() {
        let watch = AnswerWatch(processors: 3)
        #expect(watch.begins())
        #expect(watch.begins())
        #expect(!watch.begins())
        watch.ends(hasPaid: true)
        #expect(watch.begins())
    }

    @Test("is not looked for while others have theirs and wait for a thread")
    func leavesThread() {
        let watch = AnswerWatch(processors: 2)
        for _ in 0..<3 { watch.resumes() }
        #expect(!watch.begins())
        watch.goesOn()
        #expect(watch.begins())
    }

    @Test("is waited for by every sixteenth, whoever else there is")
    func givesWay() {
        let watch = AnswerWatch(processors: 2)
        let looks = (0..<64).map { _ in
            let begins = watch.begins()
            if begins { watch.ends(hasPaid: true) }
            return begins
        }
        #expect(looks.indices.filter { !looks[$0] } == [15, 31, 47, 63])
    }

    @Test("is hardly looked for while that is in vain, and again as soon as it pays")
    func learns() {
        let watch = AnswerWatch(processors: 2)
        /// How many of so many calls look, all with the same success.
        func lookCount(of calls: Int, pays: Bool) -> Int {
            (0..<calls).count { _ in
                let begins = watch.begins()
                if begins { watch.ends(hasPaid: pays) }
                return begins
            }
        }
        #expect(lookCount(of: 8, pays: false) == 8)
        #expect(lookCount(of: 500, pays: false) == 0)
        #expect(lookCount(of: 1_000, pays: false) <= 2)
        // At the latest the first look that pays ends that; every sixteenth call suspends.
        #expect(lookCount(of: 501 + 160, pays: true) >= 149)
        #expect(lookCount(of: 160, pays: true) == 150)
        Self.expectNobodyIsCounted(watch)
    }

    private static func expectNobodyIsCounted(_ watch: AnswerWatch) {
        #expect(watch.lookerCount.load(ordering: .relaxed) == 0)
        #expect(watch.resumedCount.load(ordering: .relaxed) == 0)
    }
}
