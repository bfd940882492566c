import Foundation

/// Appends values as the format has them: little-endian, varints, texts.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    package var count: Int { bytes.count }

    /// Whether these bytes stand at a place.
    // SAFETY: as many bytes are compared as both have.
    func has(_ other: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        guard let first = other.baseAddress else { return true }
        return unsafe bytes[start..<start + other.count].withUnsafeBufferPointer { mine in
            guard let mine = mine.baseAddress else { return false }
            return unsafe memcmp(mine, first, other.count) == 0
        }
    }

    /// Takes back everything from a place on, and keeps the room.
    package mutating func truncate(to count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    /// Gives the bytes away, and begins anew with as much room.
    package mutating func take() -> [UInt8] {
        let capacity = bytes.capacity
        defer {
            bytes = []
            bytes.reserveCapacity(capacity)
        }
        return bytes
    }

    package mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    package mutating func append(fixed number: some FixedWidthInteger & UnsignedInteger) {
        var rest = number.littleEndian
        unsafe withUnsafeBytes(of: &rest) { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func append(contentsOf more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    package mutating func append(contentsOf more: ArraySlice<UInt8>) {
        bytes.append(contentsOf: more)
    }

    package mutating func appendZeros(_ count: Int) {
        bytes.append(contentsOf: [UInt8](repeating: 0, count: count))
    }

    package mutating func append(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    package mutating func append(varint number: Int) {
        append(varint: UInt64(number))
    }

    package mutating func append(zigzag number: Int64) {
        append(varint: UInt64(bitPattern: (number << 1) ^ (number >> 63)))
    }

    /// Appends a length and bytes.
    package mutating func append(sized more: [UInt8], max: Int) {
        precondition(more.count <= max, "bytes exceed the format's limit")
        append(varint: more.count)
        bytes.append(contentsOf: more)
    }

    /// Appends a length and the text's UTF-8.
    package mutating func append(text: String, max: Int) {
        let utf8 = text.utf8
        let count = utf8.count
        precondition(count <= max, "a text exceeds the format's limit")
        append(varint: count)
        bytes.append(contentsOf: utf8)
    }
}
