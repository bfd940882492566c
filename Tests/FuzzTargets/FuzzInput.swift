/// Takes numbers and pieces from an input; behind its end there are zeros and nothing.
struct FuzzInput {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _: Number.Type = Number.self
    ) -> Number {
        slice(Number.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    /// So many bytes, or all that are left.
    mutating func slice(_ count: Int) -> ArraySlice<UInt8> {
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// A piece behind its length.
    mutating func piece() -> [UInt8] {
        let count = Int(number(UInt16.self))
        return Array(slice(count))
    }

    mutating func remainder() -> ArraySlice<UInt8> {
        defer { rest = [] }
        return rest
    }
}

extension ArraySlice<UInt8> {
    /// The bytes up to the last that is not zero.
    var withoutZerosBehind: ArraySlice<UInt8> {
        lastIndex { $0 != 0 }.map { self[...$0] } ?? []
    }
}
