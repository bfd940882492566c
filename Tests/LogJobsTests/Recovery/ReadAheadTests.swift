import Dispatch
import Testing

@testable import LogJobs

@Suite("ReadAhead", .timeLimit(.minutes(5)))
struct ReadAheadTests {
    @Test("serves more readers at once than Dispatch has threads")
    func manyReaders() async {
        let sums = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<600 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        DispatchQueue(label: "reader").async {
                            continuation.resume(returning: Self.sum(of: 100))
                        }
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums == Array(repeating: 4950, count: 600))
    }

    @Test("ends when it is closed, whatever was taken", arguments: [0, 1, 4, 5, 99])
    func closedEarly(count: Int) throws {
        let made = ReadAhead("numbers") { put in
            var number = 0
            while put(number) { number += 1 }
        }
        let ahead = try #require(made)
        for number in 0..<count { #expect(ahead.next() == number) }
        ahead.close()
    }

    @Test("is not there where no thread can be made, so that nobody waits for it")
    func noThread() {
        let ahead = ReadAhead("numbers", by: { _, _ in false }) { put in _ = put(1) }
        #expect(ahead == nil)
    }

    private static func sum(of count: Int) -> Int? {
        let ahead = ReadAhead("numbers") { put in
            for number in 0..<count { guard put(number) else { return } }
        }
        defer { ahead?.close() }
        return ahead.map { ahead in (0..<count).reduce(0) { sum, _ in sum + ahead.next() } }
    }
}
