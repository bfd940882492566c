import LazyJobs

/// Which row a job has: pages of consecutive ids, so that what is dense needs no search for each.
///
/// Ids may have gaps of any size between them, and pages are then searched for in O(log pages); a
/// page without jobs takes no room.
///
/// Invariant: the pages are in the order of their numbers, and none is empty.
struct IDTable: Sendable {
    private struct Page: Sendable {
        let number: UInt64
        var slots = [UInt32](repeating: Slot.none.rawValue, count: IDTable.pageSize)
        var count = 0
    }

    private var pages: [Page] = []

    private static let shift: UInt64 = 10
    private static let pageSize = 1 << Int(shift)

    private static func place(_ id: JobID) -> Int {
        Int(id.rawValue & (1 << shift - 1))
    }

    subscript(id: JobID) -> Slot? {
        let number = id.rawValue >> Self.shift
        let index = index(of: number)
        guard index < pages.count, pages[index].number == number else { return nil }
        let raw = pages[index].slots[Self.place(id)]
        return raw == Slot.none.rawValue ? nil : Slot(rawValue: raw)
    }

    /// Enters a job that is not there.
    ///
    /// - Complexity: O(pages) for the first of its page, unless that is the last page.
    mutating func insert(_ id: JobID, at slot: Slot) {
        let number = id.rawValue >> Self.shift
        let index = index(of: number)
        if index == pages.count || pages[index].number != number {
            pages.insert(Page(number: number), at: index)
        }
        pages[index].slots[Self.place(id)] = slot.rawValue
        pages[index].count += 1
    }

    /// Takes out a job that is there.
    ///
    /// - Complexity: O(pages) for the last of its page.
    mutating func remove(_ id: JobID) {
        let index = index(of: id.rawValue >> Self.shift)
        pages[index].slots[Self.place(id)] = Slot.none.rawValue
        pages[index].count -= 1
        if pages[index].count == 0 { pages.remove(at: index) }
    }

    /// Visits the jobs behind an id, in the order of their ids, as long as the body says so.
    ///
    /// - Complexity: O(log pages) beside the jobs that are visited.
    func walk(after last: JobID?, while body: (Slot) -> Bool) {
        guard last?.rawValue != .max else { return }
        let first = last.map { $0.rawValue + 1 } ?? 0
        let number = first >> Self.shift
        for page in pages[index(of: number)...] {
            let start = page.number == number ? Self.place(JobID(rawValue: first)) : 0
            for raw in page.slots[start...] where raw != Slot.none.rawValue {
                guard body(Slot(rawValue: raw)) else { return }
            }
        }
    }

    /// How many pages take room.
    var pageCount: Int { pages.count }

    /// Where a page is, or the first behind it.
    private func index(of number: UInt64) -> Int {
        guard let last = pages.last?.number, number <= last else { return pages.count }
        // There it is if all are there that can be between it and the last; else it is behind.
        var low = max(0, pages.count - 1 - Int(clamping: last - number))
        var high = pages.count - 1
        if pages[low].number >= number { return low }
        while low < high {
            let middle = (low + high) / 2
            if pages[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
