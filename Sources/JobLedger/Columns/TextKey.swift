/// A text as a key: two are equal when their bytes are.
///
/// Swift's own comparison takes texts for equal that differ in normalization; a store that found
/// jobs by it would give back a name with other bytes than were enqueued.
struct TextKey: Hashable, Comparable, Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    func hash(into hasher: inout Hasher) {
        let isHashed: Void? = unsafe text.utf8.withContiguousStorageIfAvailable {
            unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isHashed == nil {
            for byte in text.utf8 { hasher.combine(byte) }
        }
        hasher.combine(UInt8.max)
    }

    static func == (left: TextKey, right: TextKey) -> Bool {
        let (left, right) = (left.text.utf8, right.text.utf8)
        guard left.count == right.count else { return false }
        let isEqual = unsafe left.withContiguousStorageIfAvailable { left in
            unsafe right.withContiguousStorageIfAvailable { right in
                unsafe left.elementsEqual(right)
            }
        }
        return (isEqual ?? nil) ?? left.elementsEqual(right)
    }

    static func < (left: TextKey, right: TextKey) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}
