import LazyJobs
import Testing

@testable import JobLedger

@Suite("Columns")
struct ColumnsTests {
    @Test("a chunked column keeps its values across the ends of chunks")
    func chunkedColumn() {
        let count = ChunkedColumn<Int>.chunkCountMax * 2 + 1
        var column = ChunkedColumn<Int>()
        #expect(column.isEmpty)
        for index in 0..<count {
            column.append(index)
            #expect(column.count == index + 1)
        }
        column[count - 1] += 1
        column[0] += 1
        #expect(column[0] == 1)
        #expect(column[ChunkedColumn<Int>.chunkCountMax] == ChunkedColumn<Int>.chunkCountMax)
        #expect(column[count - 1] == count)
        for index in (0..<count).reversed() {
            column.removeLast()
            #expect(column.count == index)
        }
        #expect(column.isEmpty)
    }

    @Test("a copy of a column is not changed by writes to the other")
    func copiesOfColumns() {
        var column = ChunkedColumn<Int>()
        for index in 0..<3_000 { column.append(index) }
        let copy = column
        for index in 0..<3_000 { column[index] = -1 }
        #expect((0..<3_000).allSatisfy { copy[$0] == $0 })
    }

    @Test("a side table has what was put in, and takes nothing for what was not")
    func sideTable() {
        var table = SideTable<String>()
        table[Slot(5_000)] = nil
        #expect(table[Slot(5_000)] == nil)
        for index in [0, 1_023, 1_024, 9_999] { table[Slot(index)] = "value \(index)" }
        #expect(table.count == 4)
        #expect(table[Slot(1_024)] == "value 1024")
        #expect(table[Slot(1_025)] == nil)
        table[Slot(1_024)] = nil
        #expect(table[Slot(1_024)] == nil)
        #expect(table.count == 3)
    }

    @Test("the id table bears gaps of any size, and forgets pages without jobs")
    func idTable() {
        var table = IDTable()
        let ids = [1, 2, 1_023, 1_024, 1 << 40, UInt64(Int64.max), .max].map(JobID.init(rawValue:))
        for (index, id) in ids.enumerated() { table.insert(id, at: Slot(index)) }
        for (index, id) in ids.enumerated() { #expect(table[id] == Slot(index)) }
        #expect(table[JobID(rawValue: 0)] == nil)
        #expect(table[JobID(rawValue: 3)] == nil)
        #expect(table[JobID(rawValue: 1 << 41)] == nil)
        for id in ids {
            table.remove(id)
            #expect(table[id] == nil)
        }
        #expect(table.pageCount == 0)
    }

    @Test("the id table has what a dictionary has", arguments: 1...4 as ClosedRange<UInt64>)
    func randomIDs(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var (table, slots): (IDTable, [JobID: Slot]) = (IDTable(), [:])
        for step in 0..<4_000 {
            // Nearly all jobs are new ones; a few are old, with many pages between them.
            let isNew = Int.random(in: 0..<4, using: &generator) > 0
            let number: ClosedRange<UInt64> =
                isNew
                ? UInt64(1 << 20 + 9 * step)...UInt64(1 << 20 + 9 * step) : 1...1 << 20
            let id = JobID(rawValue: .random(in: number, using: &generator))
            if slots[id] == nil {
                slots[id] = Slot(step)
                table.insert(id, at: Slot(step))
            }
            if step > 2_000, let gone = slots.keys.min(), gone != id {
                table.remove(gone)
                slots[gone] = nil
            }
            #expect(table[id] == slots[id])
        }
        var walked: [Slot] = []
        table.walk(after: nil) { slot in
            walked.append(slot)
            return true
        }
        #expect(walked == slots.sorted { $0.key < $1.key }.map(\.value))
        for (id, slot) in slots { #expect(table[id] == slot) }
        #expect(table.pageCount == Set(slots.keys.map { $0.rawValue >> 10 }).count)
    }

    @Test("names are told apart by their bytes")
    func textKeys() {
        let (composed, decomposed) = ("na\u{EF}ve", "nai\u{308}ve")
        #expect(composed == decomposed)
        #expect(TextKey(composed) != TextKey(decomposed))
        var interner = Interner()
        let tokens = [composed, decomposed].map { interner.retain($0) }
        #expect(tokens[0] != tokens[1])
        #expect(Array(interner.name(tokens[1]).utf8) == Array(decomposed.utf8))
    }

    @Test("names that differ in one byte are told apart, of whatever length")
    func similarNames() {
        var interner = Interner()
        for count in 1...40 {
            let name = Array(repeating: UInt8(ascii: "n"), count: count)
            let first = interner.retain(String(decoding: name, as: UTF8.self))
            for place in 0..<count {
                var other = name
                other[place] = UInt8(ascii: "o")
                let text = String(decoding: other, as: UTF8.self)
                let token = interner.retain(text)
                #expect(token != first && interner.name(token) == text)
                #expect(interner.retain(text) == token)
                interner.release(token)
                interner.release(token)
            }
            #expect(interner.useCount(first) == 1)
        }
    }

    @Test("a token is free for another name after its last use")
    func interner() {
        var interner = Interner()
        let first = interner.retain("a")
        #expect(interner.retain("a") == first)
        #expect(interner.useCount(first) == 2)
        interner.release(first)
        #expect(interner.token(of: "a") == first)
        interner.release(first)
        #expect(interner.token(of: "a") == nil)
        #expect(interner.retain("b") == first)
        #expect(interner.name(first) == "b")
        #expect(Array(interner.usedTokens) == [first])
    }
}

@Suite("JobHeap")
struct JobHeapTests {
    @Test(
        "the smallest is first, whatever is taken out",
        arguments: 1...5 as ClosedRange<UInt64>
    )
    func staysInOrder(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var heap = JobHeap()
        var positions = JobHeap.Positions()
        var expected: [JobHeap.Entry] = []
        for index in 0..<500 {
            positions.append(0)
            let entry = JobHeap.Entry(
                rank: Int16.random(in: -2...2, using: &generator),
                time: Timestamp(microseconds: Int64.random(in: 0...9, using: &generator)),
                id: JobID(rawValue: UInt64(index)),
                slot: Slot(index)
            )
            heap.insert(entry, &positions)
            expected.append(entry)
            if index % 3 == 0 {
                let place = Int.random(in: expected.indices, using: &generator)
                let victim = expected.remove(at: place)
                heap.remove(at: positions[victim.slot], &positions)
            }
        }
        for entry in expected.sorted(by: <) {
            #expect(heap.first?.id == entry.id, "seed \(seed)")
            heap.remove(at: 0, &positions)
        }
        #expect(heap.count == 0)
    }

    @Test("rank comes before time, and time before id")
    func order() {
        func entry(_ rank: Int16, _ time: Int64, _ id: UInt64) -> JobHeap.Entry {
            JobHeap.Entry(
                rank: rank,
                time: Timestamp(microseconds: time),
                id: JobID(rawValue: id),
                slot: Slot(0)
            )
        }
        #expect(entry(-128, 9, 9) < entry(128, 0, 0))
        #expect(entry(0, -1, 9) < entry(0, 0, 0))
        #expect(entry(0, 0, 1) < entry(0, 0, 2))
        #expect(!(entry(0, 0, 1) < entry(0, 0, 1)))
    }
}

@Suite("UpdatedOrder")
struct UpdatedOrderTests {
    @Test("what changed last stands first, and what was carried in its own place")
    func order() {
        var order = UpdatedOrder()
        for index in [2, 4, 6] { order.insertNewest(Slot(index)) }
        for index in [1, 3, 5, 7, 0] { order.insertOldest(Slot(index)) }
        #expect(!order.isSorted)
        order.moveToNewest(Slot(3))
        order.sort { $0.index > $1.index }
        #expect(order.isSorted)
        #expect(order.slots == [7, 6, 5, 4, 3, 2, 1, 0])
        order.moveToNewest(Slot(0))
        order.remove(Slot(7))
        order.remove(Slot(1))
        #expect(order.slots == [0, 6, 5, 4, 3, 2])
        #expect(order.oldest == Slot(2))
        for index in [0, 2, 3, 4, 5, 6] { order.remove(Slot(index)) }
        #expect(order.newest == .none && order.oldest == .none)
    }
}

extension UpdatedOrder {
    fileprivate var slots: [Int] {
        var slots: [Int] = []
        var slot = newest
        while slot != .none {
            slots.append(slot.index)
            slot = older(than: slot)
        }
        return slots
    }
}
