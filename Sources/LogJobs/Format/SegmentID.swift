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

    package var fileName: String { NumberedName.segment(rawValue) }

    /// The id that a file's name gives; `nil` for every other name.
    package init?(fileName: String) {
        guard let number = NumberedName.segment.number(in: fileName) else { return nil }
        self.init(rawValue: number)
    }
}

extension SegmentID: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
