/// The number of a job, unique in its store for ever.
///
/// Numbers grow in the order of enqueueing. Gaps are possible: a store that ended without closing
/// skips the rest of its block rather than risk naming two jobs alike. The largest is
/// `Int64.max`, so that a number fits PostgreSQL's `bigint`.
public struct JobID: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// The number, from 1.
    public let rawValue: UInt64

    /// Names the job with this number.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Orders by age: the job enqueued first is the smaller.
    public static func < (left: JobID, right: JobID) -> Bool {
        left.rawValue < right.rawValue
    }

    /// Reads the bare number, as it stands in the JSON of a record.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(UInt64.self)
    }

    /// Writes the bare number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension JobID: CustomStringConvertible {
    /// The number in decimal digits.
    public var description: String { String(rawValue) }
}
