import LazyJobs

/// Which row a job has: pages of consecutive ids, so that what is dense needs no hashing for each.
///
/// Ids may have gaps of any size between them; a page without jobs takes no room.
struct IDTable: Sendable {
    private struct Page: Sendable {
        var slots = [UInt32](repeating: Slot.none.rawValue, count: IDTable.pageCount)
        var count = 0
    }

    private var pages: [UInt64: Page] = [:]

    private static let shift: UInt64 = 10
    private static let pageCount = 1 << Int(shift)

    private static func place(_ id: JobID) -> Int {
        Int(id.rawValue & (1 << shift - 1))
    }

    subscript(id: JobID) -> Slot? {
        guard let raw = pages[id.rawValue >> Self.shift]?.slots[Self.place(id)],
            raw != Slot.none.rawValue
        else { return nil }
        return Slot(rawValue: raw)
    }

    /// Enters a job that is not there.
    mutating func insert(_ id: JobID, at slot: Slot) {
        let place = Self.place(id)
        func enter(_ page: inout Page) {
            page.slots[place] = slot.rawValue
            page.count += 1
        }
        enter(&pages[id.rawValue >> Self.shift, default: Page()])
    }

    /// Takes out a job that is there.
    mutating func remove(_ id: JobID) {
        let number = id.rawValue >> Self.shift
        func leave(_ page: inout Page) -> Bool {
            page.slots[Self.place(id)] = Slot.none.rawValue
            page.count -= 1
            return page.count == 0
        }
        if leave(&pages[number, default: Page()]) { pages[number] = nil }
    }

    /// Visits the jobs behind an id, in the order of their ids, as long as the body says so.
    ///
    /// - Complexity: O(pages log pages) beside the jobs that are visited.
    func walk(after last: JobID?, while body: (Slot) -> Bool) {
        let first = last.map { $0.rawValue &+ 1 } ?? 0
        for number in pages.keys.filter({ $0 >= first >> Self.shift }).sorted() {
            guard let page = pages[number] else { continue }
            let start = number == first >> Self.shift ? Self.place(JobID(rawValue: first)) : 0
            for raw in page.slots[start...] where raw != Slot.none.rawValue {
                guard body(Slot(rawValue: raw)) else { return }
            }
        }
    }

    /// How many pages take room.
    var pageCount: Int { pages.count }
}
