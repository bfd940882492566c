/// The row of a job in the ledger's columns; rows of pruned jobs are used again.
struct Slot: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt32

    /// No row.
    static let none = Slot(rawValue: .max)

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    init(_ index: Int) {
        rawValue = UInt32(index)
    }

    var index: Int { Int(rawValue) }
}
