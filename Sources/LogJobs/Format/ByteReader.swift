/// Takes values from bytes that nobody vouches for.
///
/// Every read is checked against what remains, and every length before anything is allocated.
package struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    package var remaining: Int { bytes.endIndex - position }

    package mutating func byte() throws(FormatError) -> UInt8 {
        guard position < bytes.endIndex else { throw .damaged("it ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    package mutating func slice(_ count: Int) throws(FormatError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw .damaged("it ends too early") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    package mutating func fixed<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type = Number.self
    ) throws(FormatError) -> Number {
        let bytes = try slice(Number.bitWidth / 8)
        // SAFETY: the slice has as many bytes as the number, whatever their alignment.
        return unsafe bytes.withUnsafeBytes { bytes in
            Number(littleEndian: unsafe bytes.loadUnaligned(as: Number.self))
        }
    }

    // Inlined, as far as nearly all numbers go: an event has ten of them.
    @inline(__always)
    package mutating func varint() throws(FormatError) -> UInt64 {
        guard position < bytes.endIndex else { return try longVarint() }
        let first = bytes[position]
        if first < 0x80 {
            position += 1
            return UInt64(first)
        }
        guard position + 1 < bytes.endIndex else { return try longVarint() }
        let second = bytes[position + 1]
        guard (1..<0x80).contains(second) else { return try longVarint() }
        position += 2
        return UInt64(first & 0x7F) | UInt64(second) << 7
    }

    private mutating func longVarint() throws(FormatError) -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: 0, through: 63, by: 7) {
            let next = try byte()
            let isTooLarge = shift == 63 && next > 1
            let isTooLong = next == 0 && shift > 0
            if isTooLarge || isTooLong { throw .damaged("a number is not in its shortest form") }
            number |= UInt64(next & 0x7F) << UInt64(shift)
            if next < 0x80 { return number }
        }
        throw .damaged("a number has too many bytes")
    }

    /// A varint that is a count or a length of something.
    @inline(__always)
    package mutating func count(max: Int, _ what: StaticString) throws(FormatError) -> Int {
        let number = try varint()
        guard number <= UInt64(max) else { throw Self.excess(number, max, what) }
        return Int(number)
    }

    @inline(never)
    private static func excess(_ number: UInt64, _ max: Int, _ what: StaticString) -> FormatError {
        .damaged("\(what): \(number) is more than \(max)")
    }

    @inline(__always)
    package mutating func zigzag() throws(FormatError) -> Int64 {
        let number = try varint()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    package mutating func sized(max: Int, _ what: StaticString) throws(FormatError) -> [UInt8] {
        Array(try slice(try count(max: max, what)))
    }

    /// Passes over what `sized(max:_:)` would give.
    ///
    /// - Returns: How many bytes it has.
    mutating func skip(max: Int, _ what: StaticString) throws(FormatError) -> Int {
        try slice(try count(max: max, what)).count
    }

    package mutating func text(max: Int, _ what: StaticString) throws(FormatError) -> String {
        let utf8 = try slice(try count(max: max, what))
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw .damaged("\(what) is not valid UTF-8")
        }
        return text
    }

    /// Zero or one.
    package mutating func flag() throws(FormatError) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        default: throw .damaged("a yes or no is neither")
        }
    }

    /// Throws unless all that remains is zero.
    package mutating func zeros(_ what: StaticString) throws(FormatError) {
        try zeros(remaining, what)
    }

    package mutating func zeros(_ count: Int, _ what: StaticString) throws(FormatError) {
        guard try slice(count).areZero else { throw .damaged("\(what) is not zero") }
    }

    /// Throws unless nothing remains.
    package func end(_ what: StaticString) throws(FormatError) {
        guard remaining == 0 else { throw .damaged("\(remaining) bytes behind \(what)") }
    }
}
