/// A text in three numbers, which are quickly compared.
struct TextPrint: Equatable, Sendable {
    private var first: UInt64 = 0
    private var last: UInt64 = 0
    private var count = 0

    /// - Returns: Nothing when the text does not stand in memory as UTF-8.
    init?(_ text: String) {
        let print = unsafe text.utf8.withContiguousStorageIfAvailable { utf8 in
            unsafe TextPrint(bytes: UnsafeRawBufferPointer(utf8))
        }
        guard let print else { return nil }
        self = print
    }

    private init(bytes: UnsafeRawBufferPointer) {
        count = bytes.count
        guard count >= 8 else {
            first = unsafe bytes.reduce(0) { $0 << 8 | UInt64($1) }
            return
        }
        // SAFETY: each of the two lies within the bytes.
        unsafe first = bytes.loadUnaligned(as: UInt64.self)
        unsafe last = bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    }

    /// Whether only this text has it: longer ones that differ can have the same.
    var isWhole: Bool { count <= 16 }

    /// A number below 64, which texts that differ seldom share.
    var place: Int {
        let mixed = (first ^ last &* 31 ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15
        return Int(mixed >> 58)
    }
}
