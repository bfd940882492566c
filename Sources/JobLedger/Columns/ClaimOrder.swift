/// Queues in claim order: each stands where the first job that it offers would stand, or before.
///
/// A queue whose first job has gone stands too early until it is the first; so a job that goes
/// costs nothing here. One that comes first in its queue must be told.
///
/// Queues are numbered densely from zero, by whoever keeps the order.
///
/// Invariant: a queue that offers a job is in the heap, at the position that is noted.
struct ClaimOrder: Sendable {
    private var heap = JobHeap()
    /// By the queue's number.
    private var positions = JobHeap.Positions()

    private static let absent = UInt32.max

    /// Whether a queue stands no later than its job does.
    func isInTime(_ queue: Int, offering offer: JobHeap.Entry) -> Bool {
        guard queue < positions.count, positions[queue] != Self.absent else { return false }
        return !(offer < heap[Int(positions[queue])])
    }

    /// The job to claim next; brings the queues that stand before it to where they belong.
    ///
    /// - Parameter offer: Gives the first job of a queue.
    /// - Returns: That of the first queue; nothing when no queue offers one.
    /// - Complexity: O(log queues) for each of those.
    mutating func first(_ offer: (_ queue: Int) -> JobHeap.Entry?) -> JobHeap.Entry? {
        while let front = heap.first {
            let offer = offer(front.slot.index)
            if let offer, !(front < offer) { return offer }
            put(front.slot.index, offering: offer)
        }
        return nil
    }

    /// Puts a queue in its place.
    ///
    /// - Parameters:
    ///   - queue: Its number.
    ///   - offer: Its first job; without one it leaves the order.
    /// - Complexity: O(log queues).
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
        } else {
            heap.replace(at: position, with: entry, &positions)
        }
    }
}
