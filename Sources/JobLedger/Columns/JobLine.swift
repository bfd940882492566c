/// Slots in a line: added behind its end, and taken out anywhere, mostly in front.
///
/// Each has a number, by which it is found again: that of the slot before it and one, modulo 2³¹.
/// What is taken out of the middle leaves a gap until an end reaches it, or until whoever has the
/// line makes it anew.
///
/// Invariant: neither end is a gap, and all chunks but the last are full.
struct JobLine: Sendable {
    /// Numbers are below this.
    static let numberEnd: UInt32 = 1 << 31

    private static let chunkCountMax = 1024

    private var chunks: [[Slot]] = []
    /// Where the first slot stands in the first chunk.
    private var head = 0
    /// The number of what stands, or stood, first in the first chunk.
    private var base: UInt32 = 0
    private(set) var count = 0

    var first: Slot? { count > 0 ? chunks[0][head] : nil }
    var last: Slot? { count > 0 ? chunks[chunks.count - 1].last : nil }

    /// Whether most of it are gaps: they take room, which nobody gives back but the ends.
    var isSparse: Bool { span - count > count + Self.chunkCountMax }

    /// How many there are with the gaps.
    private var span: Int { end - head }

    /// Where the next slot would stand, counted from the beginning of the first chunk.
    private var end: Int {
        guard !chunks.isEmpty else { return 0 }
        return (chunks.count - 1) * Self.chunkCountMax + chunks[chunks.count - 1].count
    }

    /// The slot with a number that was given; ``Slot/none`` behind either end.
    subscript(number: UInt32) -> Slot {
        let index = index(of: number)
        guard index >= head, index < end else { return .none }
        return chunks[index / Self.chunkCountMax][index % Self.chunkCountMax]
    }

    /// The nearest slot before one with a number; ``Slot/none`` in front of the first.
    func slot(before number: UInt32) -> Slot {
        var index = index(of: number)
        while index > head {
            index -= 1
            let slot = chunks[index / Self.chunkCountMax][index % Self.chunkCountMax]
            if slot != .none { return slot }
        }
        return .none
    }

    /// - Returns: The slot's number.
    mutating func append(_ slot: Slot) -> UInt32 {
        let index = end
        if index == chunks.count * Self.chunkCountMax {
            var chunk: [Slot] = []
            // The first grows as it must: there may be a line for each of a million queues.
            if !chunks.isEmpty { chunk.reserveCapacity(Self.chunkCountMax) }
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(slot)
        count += 1
        return (base &+ UInt32(index)) % Self.numberEnd
    }

    /// Takes out what has a number.
    mutating func remove(_ number: UInt32) {
        let index = index(of: number)
        chunks[index / Self.chunkCountMax][index % Self.chunkCountMax] = .none
        count -= 1
        guard count > 0 else { return empty() }
        while chunks[0][head] == .none { dropFirst() }
        while chunks[chunks.count - 1].last == Slot.none {
            chunks[chunks.count - 1].removeLast()
            if chunks[chunks.count - 1].isEmpty { chunks.removeLast() }
        }
    }

    /// Takes everything out, in order.
    mutating func removeAll() -> [Slot] {
        let slots = chunks.joined().dropFirst(head).filter { $0 != .none }
        count = 0
        empty()
        return slots
    }

    private mutating func empty() {
        chunks = []
        head = 0
    }

    private mutating func dropFirst() {
        head += 1
        guard head == Self.chunkCountMax else { return }
        chunks.removeFirst()
        head = 0
        base = (base &+ UInt32(Self.chunkCountMax)) % Self.numberEnd
    }

    private func index(of number: UInt32) -> Int {
        Int((number &- base) % Self.numberEnd)
    }
}
