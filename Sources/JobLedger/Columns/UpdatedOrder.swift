/// The jobs in the order of their last change: a list whose links stand in a column.
///
/// Invariant: from `newest` along `older` every linked row comes once, ending with `oldest`; along
/// `newer` it is the same way back.
struct UpdatedOrder: Sendable {
    private struct Links: Sendable {
        var newer = Slot.none
        var older = Slot.none
    }

    private var links = ChunkedColumn<Links>()
    private(set) var newest = Slot.none
    private(set) var oldest = Slot.none
    /// Whether rows stand where they belong; if not, they wait for ``sort(by:)``.
    private(set) var isSorted = true

    /// The row that changed before this one.
    func older(than slot: Slot) -> Slot { links[slot].older }

    /// The row that changed after this one.
    func newer(than slot: Slot) -> Slot { links[slot].newer }

    /// Links a new row as the one that changed last.
    mutating func insertNewest(_ slot: Slot) {
        makeRoom(for: slot)
        link(slot, newer: .none, older: newest)
    }

    /// Moves a row to where the one that changed last stands.
    mutating func moveToNewest(_ slot: Slot) {
        guard slot != newest else { return }
        unlink(slot)
        link(slot, newer: .none, older: newest)
    }

    /// Links a new row as the one that changed first, wherever it belongs: to be sorted later.
    mutating func insertOldest(_ slot: Slot) {
        makeRoom(for: slot)
        link(slot, newer: oldest, older: .none)
        isSorted = false
    }

    /// Brings all rows into their order.
    ///
    /// - Complexity: O(n log n), if something was inserted unsorted.
    mutating func sort(by areInOrder: (_ newer: Slot, _ older: Slot) -> Bool) {
        guard !isSorted else { return }
        var slots: [Slot] = []
        var slot = newest
        while slot != .none {
            slots.append(slot)
            slot = links[slot].older
        }
        slots.sort(by: areInOrder)
        (newest, oldest) = (.none, .none)
        for slot in slots.reversed() { link(slot, newer: .none, older: newest) }
        isSorted = true
    }

    mutating func remove(_ slot: Slot) {
        unlink(slot)
        links[slot] = Links()
    }

    /// Takes a row out of the list, whatever its own links say then.
    private mutating func unlink(_ slot: Slot) {
        let (newer, older) = (links[slot].newer, links[slot].older)
        if newer == .none { newest = older } else { links[newer].older = older }
        if older == .none { oldest = newer } else { links[older].newer = newer }
    }

    private mutating func makeRoom(for slot: Slot) {
        while links.count <= slot.index { links.append(Links()) }
    }

    private mutating func link(_ slot: Slot, newer: Slot, older: Slot) {
        links[slot] = Links(newer: newer, older: older)
        if newer == .none { newest = slot } else { links[newer].older = slot }
        if older == .none { oldest = slot } else { links[older].newer = slot }
    }
}
