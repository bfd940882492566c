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
    /// Where the last insertion in the middle was: the next one is most often beside it.
    private var finger = Slot.none

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
        remove(slot)
        link(slot, newer: .none, older: newest)
    }

    /// Links a new row before the newer ones.
    ///
    /// - Complexity: O(1) when rows come in the order in which they changed, as compaction carries
    ///   them; otherwise as far as the row is from the one inserted before.
    mutating func insert(_ slot: Slot, isNewer: (Slot) -> Bool) {
        makeRoom(for: slot)
        var newer = finger == .none ? oldest : finger
        while newer != .none, !isNewer(newer) { newer = links[newer].newer }
        var older = newer == .none ? newest : links[newer].older
        while older != .none, isNewer(older) {
            newer = older
            older = links[older].older
        }
        link(slot, newer: newer, older: older)
        finger = slot
    }

    mutating func remove(_ slot: Slot) {
        let (newer, older) = (links[slot].newer, links[slot].older)
        if newer == .none { newest = older } else { links[newer].older = older }
        if older == .none { oldest = newer } else { links[older].newer = newer }
        if finger == slot { finger = older }
        links[slot] = Links()
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
