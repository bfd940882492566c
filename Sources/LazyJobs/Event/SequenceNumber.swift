/// The position of an event in the total order of its store: from 1, without gaps.
///
/// Also called LSN, log sequence number.
public struct SequenceNumber: RawRepresentable, Hashable, Comparable, Sendable {
    /// The position; 0 is before the first event.
    public let rawValue: UInt64

    /// Names a position.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The position before the first event.
    public static let zero = SequenceNumber(rawValue: 0)

    /// The position that follows.
    public var next: SequenceNumber { SequenceNumber(rawValue: rawValue &+ 1) }

    /// Orders by position in the store.
    public static func < (left: SequenceNumber, right: SequenceNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension SequenceNumber: CustomStringConvertible {
    /// The position in decimal digits.
    public var description: String { String(rawValue) }
}
