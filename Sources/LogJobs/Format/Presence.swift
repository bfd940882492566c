/// Which optional fields are there: one bit each, in the order of the fields.
struct Presence {
    private(set) var bits: UInt64 = 0
    private var next: UInt64 = 0

    mutating func add(_ isPresent: Bool) {
        if isPresent { bits |= 1 << next }
        next += 1
    }

    var isEmpty: Bool { bits == 0 }

    mutating func take() -> Bool {
        defer { next += 1 }
        return bits & (1 << next) != 0
    }
}

extension ByteWriter {
    mutating func append(_ presence: Presence) {
        append(varint: presence.bits)
    }

    mutating func append(presence first: Bool, _ second: Bool = false) {
        append((first ? 1 : 0) | (second ? 2 : 0))
    }
}

extension ByteReader {
    /// Reads which of `count` fields are there.
    mutating func presence(of count: Int) throws(FormatError) -> Presence {
        let bits = try varint()
        guard bits < 1 << UInt64(count) else { throw .damaged("an unknown field is present") }
        return Presence(bits: bits)
    }
}

extension Presence {
    fileprivate init(bits: UInt64) {
        self.init(bits: bits, next: 0)
    }
}
