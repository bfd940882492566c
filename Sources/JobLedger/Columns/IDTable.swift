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

    /// How many pages take room.
    var pageCount: Int { pages.count }
}
