/// The number of a segment, from 1; never used again in its store.
package struct SegmentID: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package var next: SegmentID { SegmentID(rawValue: rawValue &+ 1) }

    package static func < (left: SegmentID, right: SegmentID) -> Bool {
        left.rawValue < right.rawValue
    }

    package var fileName: String {
        let digits = String(rawValue, radix: 16)
        return Self.prefix + String(repeating: "0", count: 16 - digits.count) + digits
            + Self.suffix
    }

    /// The id that a file's name gives; `nil` for every other name.
    package init?(fileName: String) {
        let digits = fileName.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)
        guard let number = UInt64(digits, radix: 16), number > 0 else { return nil }
        self.init(rawValue: number)
        // Signs, capitals and other lengths read as numbers too, but are not how we write them.
        guard self.fileName == fileName else { return nil }
    }

    private static let prefix = "seg-"
    private static let suffix = ".ljs"
}

extension SegmentID: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
