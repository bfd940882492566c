/// Queues in claim order: each stands where the first job that it offers would stand.
///
/// Queues are numbered densely from zero, by whoever keeps the order.
///
/// Invariant: a queue is in the heap exactly if it offers a job, at the position that is noted.
struct ClaimOrder: Sendable {
    private var heap = JobHeap()
    /// By the queue's number.
    private var positions = JobHeap.Positions()

    private static let absent = UInt32.max

    /// How many queues offer a job.
    var count: Int { heap.count }

    /// The queue to claim from next.
    var first: Int? { heap.first?.slot.index }

    /// The job that a queue offers.
    func offer(of queue: Int) -> JobHeap.Entry? {
        guard queue < positions.count, positions[queue] != Self.absent else { return nil }
        return heap[Int(positions[queue])]
    }

    /// Puts a queue in its place.
    ///
    /// - Parameters:
    ///   - queue: Its number.
    ///   - offer: Its first job; without one it leaves the order.
    /// - Complexity: O(log queues), O(1) when the job is the one it has offered before.
    mutating func put(_ queue: Int, offering offer: JobHeap.Entry?) {
        while positions.count <= queue { positions.append(Self.absent) }
        let position = positions[queue]
        guard var entry = offer else {
            guard position != Self.absent else { return }
            positions[queue] = Self.absent
            return heap.remove(at: position, &positions)
        }
        entry.slot = Slot(queue)
        if position == Self.absent {
            heap.insert(entry, &positions)
        } else if entry.id != heap[Int(position)].id {
            heap.replace(at: position, with: entry, &positions)
        }
    }
}
