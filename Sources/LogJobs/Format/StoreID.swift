/// The name of a store for ever: 16 random bytes.
package struct StoreID: Hashable, Sendable {
    /// The first half, as it reads in the text.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes a random one, a version 4 UUID.
    package init(using generator: inout some RandomNumberGenerator) {
        let high: UInt64 = generator.next()
        let low: UInt64 = generator.next()
        self.init(
            high: (high & ~0xF000) | 0x4000,
            low: (low & ~(0b11 << 62)) | (0b10 << 62)
        )
    }

    /// Its bytes in the order of the text.
    package func write(to writer: inout ByteWriter) {
        writer.append(fixed: high.byteSwapped)
        writer.append(fixed: low.byteSwapped)
    }

    package init(from reader: inout ByteReader) throws(FormatError) {
        let high: UInt64 = try reader.fixed()
        let low: UInt64 = try reader.fixed()
        self.init(high: high.byteSwapped, low: low.byteSwapped)
    }
}

extension StoreID: CustomStringConvertible {
    package var description: String {
        func digits(_ number: UInt64, _ count: Int) -> String {
            let text = String(number & (~0 >> UInt64(64 - count * 4)), radix: 16)
            return String(repeating: "0", count: count - text.count) + text
        }
        return [
            digits(high >> 32, 8), digits(high >> 16, 4), digits(high, 4), digits(low >> 48, 4),
            digits(low, 12),
        ].joined(separator: "-")
    }
}
