/// Values that few jobs have, by row, in chunks that are copied only when written.
struct SideTable<Value: Sendable>: Sendable {
    private var chunks: [[UInt16: Value]] = []

    private static var shift: UInt32 { 10 }
    private static var mask: UInt32 { 1 << shift - 1 }

    /// How many rows have a value.
    var count: Int { chunks.reduce(0) { $0 + $1.count } }

    subscript(slot: Slot) -> Value? {
        get {
            let chunk = Int(slot.rawValue >> Self.shift)
            return chunk < chunks.count ? chunks[chunk][Self.key(slot)] : nil
        }
        set {
            let chunk = Int(slot.rawValue >> Self.shift)
            if chunk >= chunks.count {
                if newValue == nil { return }
                chunks.append(contentsOf: repeatElement([:], count: chunk + 1 - chunks.count))
            }
            chunks[chunk][Self.key(slot)] = newValue
        }
    }

    private static func key(_ slot: Slot) -> UInt16 {
        UInt16(truncatingIfNeeded: slot.rawValue & mask)
    }
}
