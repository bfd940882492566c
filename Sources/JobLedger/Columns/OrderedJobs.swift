/// Jobs by rank, time and id, the smallest first; any of them can be taken out.
///
/// Jobs mostly come in order. Those stand in a line, which takes 4 bytes for each and knows its
/// first; a heap, with 24, has those that come before the end of the line. Where a job stands is
/// written to a column of positions, which all orders share since no job is in two of them at once.
///
/// Invariant: the line is in order, by what the rows say.
struct OrderedJobs: Sendable {
    typealias Rows = ChunkedColumn<JobRow>

    /// What of a row jobs are ordered by; it does not change while a job is here.
    enum Key: Sendable {
        case ready, due, ended

        func entry(of slot: Slot, _ row: JobRow) -> JobHeap.Entry {
            switch self {
            case .ready: row.readyEntry(slot)
            case .due: row.dueEntry(slot)
            case .ended: row.endedEntry(slot)
            }
        }

        func entry(of slot: Slot, _ rows: Rows) -> JobHeap.Entry { entry(of: slot, rows[slot]) }
    }

    private let key: Key
    private var line = JobLine()
    private var heap = JobHeap()

    /// A line that is no longer than this, and ends too late, goes to the heap: else one job that
    /// is far ahead would send all others there.
    private static let shortCount = 8

    /// Set in the position of what stands in the line.
    private static let lineBit = JobLine.numberEnd

    init(by key: Key) {
        self.key = key
    }

    var count: Int { line.count + heap.count }

    func first(_ rows: Rows) -> JobHeap.Entry? {
        guard let slot = line.first else { return heap.first }
        let entry = key.entry(of: slot, rows)
        guard let other = heap.first, other < entry else { return entry }
        return other
    }

    /// Takes a job in, whose row this is.
    ///
    /// - Returns: Whether it stands behind another for sure, so that the first is the same.
    /// - Complexity: O(log jobs), O(1) for one that comes behind all that came in order before.
    @discardableResult
    mutating func insert(
        _ slot: Slot,
        _ row: JobRow,
        _ positions: inout JobHeap.Positions,
        _ rows: Rows
    ) -> Bool {
        var isBehind = false
        if let last = line.last {
            let entry = key.entry(of: slot, row)
            isBehind = key.entry(of: last, rows) < entry
            if !isBehind {
                guard line.count <= Self.shortCount else {
                    heap.insert(entry, &positions)
                    return false
                }
                for slot in line.removeAll() {
                    heap.insert(key.entry(of: slot, rows), &positions)
                }
            }
        }
        positions[slot] = line.append(slot) | Self.lineBit
        return isBehind
    }

    /// Takes a job out.
    ///
    /// - Complexity: O(log jobs), amortized; O(1) for the first.
    mutating func remove(_ slot: Slot, _ positions: inout JobHeap.Positions) {
        let position = positions[slot]
        guard position & Self.lineBit != 0 else { return heap.remove(at: position, &positions) }
        line.remove(position & ~Self.lineBit)
        guard line.isSparse else { return }
        for slot in line.removeAll() { positions[slot] = line.append(slot) | Self.lineBit }
    }

    /// Traps if a job does not stand where it should; for tests.
    func checkPlace(of slot: Slot, _ positions: JobHeap.Positions, _ rows: Rows) {
        let position = positions[slot]
        let entry = key.entry(of: slot, rows)
        if position & Self.lineBit == 0 {
            precondition(Int(position) < heap.count, "A job's position is outside of its heap.")
            let found = heap[Int(position)]
            precondition(found.slot == slot, "A job's position is that of another.")
            precondition(found.time == entry.time, "A job stands in its heap by an old time.")
            precondition(
                position == 0 || heap[JobHeap.parent(of: Int(position))] < found,
                "A job stands below one that comes later."
            )
        } else {
            let number = position & ~Self.lineBit
            precondition(line[number] == slot, "A job's place in a line is that of another.")
            let before = line.slot(before: number)
            precondition(
                before == .none || key.entry(of: before, rows) < entry,
                "A job stands behind one that comes later."
            )
        }
    }
}
