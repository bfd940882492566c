/// A path as the kernel has it: bytes, of any kind but zero.
///
/// Text will not do: a name need not be UTF-8, and Foundation's calls lose those that are not.
struct BytePath: Hashable, Comparable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(_ path: String) {
        bytes = Array(path.utf8)
    }

    func appending(_ name: [UInt8]) -> BytePath {
        BytePath(bytes: bytes.last == slash ? bytes + name : bytes + [slash] + name)
    }

    /// The last component.
    var name: [UInt8] {
        Array(bytes.reversed().prefix { $0 != slash }.reversed())
    }

    /// Calls a C function with the path.
    func withCString<Value>(_ body: (UnsafePointer<CChar>) -> Value) -> Value {
        // SAFETY: the array ends in zero, and the pointer does not leave the closure.
        unsafe (bytes + [0]).withUnsafeBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else {
                    preconditionFailure("An array with a byte has an address.")
                }
                return unsafe body(start)
            }
        }
    }

    static func < (left: BytePath, right: BytePath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension BytePath: CustomStringConvertible {
    /// The path for people: what is no printable ASCII is escaped, except for well-formed UTF-8.
    var description: String {
        let text = String(decoding: bytes, as: UTF8.self)
        let isPlain = Array(text.utf8) == bytes && !text.unicodeScalars.contains(where: isControl)
        if isPlain { return text }
        return bytes.map { byte in
            (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\\")
                ? String(Unicode.Scalar(byte)) : "\\x" + hex(byte)
        }.joined()
    }

    private func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: scalar == "\\"
        }
    }

    private func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count < 2 ? "0" + digits : digits
    }
}

private let slash = UInt8(ascii: "/")
