import Foundation

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
        left.text.utf8.count == right.text.utf8.count && left.hasBytes(of: right)
    }

    private func hasBytes(of other: TextKey) -> Bool {
        let isSame = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
            unsafe other.text.utf8.withContiguousStorageIfAvailable { others in
                guard let start = bytes.baseAddress, let other = others.baseAddress else {
                    return true
                }
                // SAFETY: both are of the same length, which is looked at before.
                return unsafe memcmp(start, other, bytes.count) == 0
            }
        }
        return (isSame ?? nil) ?? text.utf8.elementsEqual(other.text.utf8)
    }

    /// A number that texts which differ seldom share, found sooner than a hash, and no match for
    /// somebody who chooses the texts: for what only costs time when many share it.
    var digest: Int {
        let isDigested = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
            // The end of a text tells more: keys are often numbered.
            unsafe bytes.suffix(16).reduce(UInt32(truncatingIfNeeded: bytes.count)) {
                ($0 ^ UInt32($1)) &* 0x0100_0193
            }
        }
        let digest = isDigested ?? UInt32(truncatingIfNeeded: text.utf8.count)
        return Int(digest ^ digest >> 15)
    }

    static func < (left: TextKey, right: TextKey) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}
