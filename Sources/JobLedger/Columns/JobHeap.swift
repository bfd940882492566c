import LazyJobs

/// Jobs by rank, time and id, the smallest first; any of them can be taken out.
///
/// Where a job stands is written to a column of positions, which all heaps share since no job is
/// in two of them at once.
///
/// Each entry has up to four below it: beside a heap of pairs that halves the levels, and with
/// them the rows whose positions change when the first job leaves.
///
/// Invariant: no entry is smaller than its parent, and the position of each entry's row is its
/// own.
struct JobHeap: Sendable {
    struct Entry: Sendable {
        var time: Timestamp
        var id: JobID
        var slot: Slot
        var rank: Int16

        init(rank: Int16 = 0, time: Timestamp, id: JobID, slot: Slot) {
            self.time = time
            self.id = id
            self.slot = slot
            self.rank = rank
        }

        static func < (left: Entry, right: Entry) -> Bool {
            if left.rank != right.rank { return left.rank < right.rank }
            if left.time != right.time { return left.time < right.time }
            return left.id < right.id
        }
    }

    /// For each row, where in its heap it stands.
    typealias Positions = ChunkedColumn<UInt32>

    private var entries = ChunkedColumn<Entry>()

    private static let arity = 4

    static func parent(of position: Int) -> Int { (position - 1) / arity }

    var count: Int { entries.count }
    var first: Entry? { entries.isEmpty ? nil : entries[0] }

    subscript(position: Int) -> Entry { entries[position] }

    mutating func insert(_ entry: Entry, _ positions: inout Positions) {
        entries.append(entry)
        raise(entry, from: entries.count - 1, &positions)
    }

    /// Takes out the entry that stands at a position.
    mutating func remove(at position: UInt32, _ positions: inout Positions) {
        let last = entries.removeLast()
        guard position < entries.count else { return }
        replace(at: position, with: last, &positions)
    }

    /// Puts an entry in the place of the one that stands at a position.
    mutating func replace(
        at position: UInt32,
        with entry: Entry,
        _ positions: inout Positions
    ) {
        let position = Int(position)
        if position > 0, entry < entries[Self.parent(of: position)] {
            raise(entry, from: position, &positions)
        } else {
            lower(entry, from: position, &positions)
        }
    }

    private mutating func raise(
        _ entry: Entry,
        from start: Int,
        _ positions: inout Positions
    ) {
        var position = start
        while position > 0 {
            let parent = Self.parent(of: position)
            let above = entries[parent]
            guard entry < above else { break }
            put(above, at: position, &positions)
            position = parent
        }
        put(entry, at: position, &positions)
    }

    private mutating func lower(
        _ entry: Entry,
        from start: Int,
        _ positions: inout Positions
    ) {
        let count = entries.count
        var position = start
        while Self.arity * position + 1 < count {
            var child = Self.arity * position + 1
            var below = entries[child]
            let end = min(child + Self.arity, count)
            for sibling in child + 1..<end {
                let entry = entries[sibling]
                if entry < below { (child, below) = (sibling, entry) }
            }
            guard below < entry else { break }
            put(below, at: position, &positions)
            position = child
        }
        put(entry, at: position, &positions)
    }

    private mutating func put(_ entry: Entry, at position: Int, _ positions: inout Positions) {
        entries[position] = entry
        positions[entry.slot] = UInt32(truncatingIfNeeded: position)
    }
}
