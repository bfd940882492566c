import LazyJobs
import Testing

@testable import JobLedger

@Suite("OrderedJobs")
struct OrderedJobsTests {
    /// How the times of new jobs come.
    enum Arrival: CaseIterable {
        case inOrder, mostlyInOrder, atRandom
    }

    @Test(
        "the smallest is first, whatever comes and whatever is taken out",
        arguments: Arrival.allCases,
        1...4 as ClosedRange<UInt64>
    )
    func staysInOrder(arrival: Arrival, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var jobs = Bench()
        for step in 0..<6000 {
            let time: Int64 =
                switch arrival {
                case .inOrder: Int64(step / 5)
                case .mostlyInOrder:
                    Int64(step / 5)
                        + (step % 50 == 0 ? Int64.random(in: -99...99, using: &generator) : 0)
                case .atRandom: Int64.random(in: 0...999, using: &generator)
                }
            // It grows, stays and shrinks.
            if Int.random(in: 0..<6000, using: &generator) >= step / 2 + 1000 {
                jobs.insert(at: time)
            } else {
                jobs.remove(isFirst: Bool.random(using: &generator), &generator)
            }
            #expect(jobs.isRight, "seed \(seed), step \(step)")
            if step % 500 == 0 { jobs.checkPlaces() }
        }
        while !jobs.expected.isEmpty {
            #expect(jobs.isRight, "seed \(seed)")
            jobs.remove(isFirst: true, &generator)
        }
        #expect(jobs.ordered.count == 0)
    }

    @Test("one that is years ahead of all others does not send them to the heap")
    func yearsAhead() {
        var jobs = Bench()
        jobs.insert(at: .max)
        for time in 0..<100 as Range<Int64> { jobs.insert(at: time) }
        #expect(jobs.lineCount == 100)
    }

    @Test("gaps do not add up behind a first that stays")
    func gaps() {
        var jobs = Bench()
        for time in 0..<50_000 as Range<Int64> {
            jobs.insert(at: time)
            // The first two stay; whoever comes is taken out again, but for the newest.
            if jobs.expected.count > 3 { jobs.remove(at: 2) }
        }
        #expect(jobs.isRight)
        #expect(jobs.spanOfLine < 3000)
        jobs.checkPlaces()
    }
}

/// Ordered jobs with the columns around them, and what should come out.
private struct Bench {
    private(set) var ordered = OrderedJobs(by: .due)
    private var rows = OrderedJobs.Rows()
    private var positions = JobHeap.Positions()
    /// In order.
    private(set) var expected: [JobHeap.Entry] = []

    /// Whether the first is the one it should be, and none is missing.
    var isRight: Bool {
        ordered.first(rows)?.id == expected.first?.id && ordered.count == expected.count
    }

    var lineCount: Int { expected.count { positions[$0.slot] & JobLine.numberEnd != 0 } }

    /// How far the numbers of the line go.
    var spanOfLine: UInt32 {
        let numbers = expected.map { positions[$0.slot] }.filter { $0 & JobLine.numberEnd != 0 }
        return (numbers.max() ?? 0) - (numbers.min() ?? 0)
    }

    mutating func insert(at time: Int64) {
        let slot = Slot(rows.count)
        rows.append(JobRow(id: UInt64(rows.count + 1), time: time))
        positions.append(0)
        ordered.insert(slot, rows[slot], &positions, rows)
        let entry = rows[slot].dueEntry(slot)
        let place = expected.firstIndex { entry < $0 } ?? expected.count
        expected.insert(entry, at: place)
    }

    mutating func remove(isFirst: Bool, _ generator: inout SeededGenerator) {
        guard !expected.isEmpty else { return }
        remove(at: isFirst ? 0 : Int.random(in: expected.indices, using: &generator))
    }

    mutating func remove(at place: Int) {
        ordered.remove(expected.remove(at: place).slot, &positions)
    }

    func checkPlaces() {
        for entry in expected { ordered.checkPlace(of: entry.slot, positions, rows) }
    }
}

extension JobRow {
    fileprivate init(id: UInt64, time: Int64) {
        let time = Timestamp(microseconds: time)
        self.init(
            id: JobID(rawValue: id),
            runAt: time,
            createdAt: time,
            updatedAt: time,
            payloadSequence: .zero,
            lastTransition: .zero,
            kind: 0,
            queue: 0,
            version: 0,
            attempt: 0,
            maxAttempts: 1,
            priority: .normal,
            state: .pending
        )
    }
}
