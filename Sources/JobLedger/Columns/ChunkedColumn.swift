/// A growing row of values in chunks of fixed size, each copied only when it is written while a
/// copy of the column lives.
///
/// A copy of the column costs the list of its chunks; a writer beside such a copy pays one chunk
/// at a time, and is never stalled for the whole column.
///
/// Invariant: all chunks but the last are full, and none is empty.
struct ChunkedColumn<Element: Sendable>: Sendable {
    private var chunks: [[Element]] = []

    static var chunkCountMax: Int { 1 << shift }
    private static var shift: Int { 10 }
    private static var mask: Int { chunkCountMax - 1 }

    var isEmpty: Bool { chunks.isEmpty }

    var count: Int {
        guard !chunks.isEmpty else { return 0 }
        return (chunks.count - 1) << Self.shift + chunks[chunks.count - 1].count
    }

    var last: Element? { chunks.last?.last }

    subscript(index: Int) -> Element {
        get { chunks[index >> Self.shift][index & Self.mask] }
        _modify { yield &chunks[index >> Self.shift][index & Self.mask] }
    }

    subscript(slot: Slot) -> Element {
        get { self[slot.index] }
        _modify { yield &self[slot.index] }
    }

    mutating func append(_ element: Element) {
        if count == chunks.count << Self.shift {
            var chunk: [Element] = []
            // The first grows as it must: there may be a column for each of a million queues.
            if !chunks.isEmpty { chunk.reserveCapacity(Self.chunkCountMax) }
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(element)
    }

    /// Removes the last value, which must be there.
    @discardableResult
    mutating func removeLast() -> Element {
        let last = chunks[chunks.count - 1].removeLast()
        if chunks[chunks.count - 1].isEmpty { chunks.removeLast() }
        return last
    }
}
