/// How urgent a job is beside the other due jobs: the greater is claimed first.
///
/// Any value from -128 to 127 is allowed. Priority comes before the run-at time, so a steady
/// stream of urgent jobs can starve the others: use queues where that matters.
public struct JobPriority: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// The rank; 0 is normal.
    public let rawValue: Int8

    /// Makes a priority of any rank.
    public init(rawValue: Int8) {
        self.rawValue = rawValue
    }

    /// Before the normal jobs (10).
    public static let high = JobPriority(rawValue: 10)
    /// The default (0).
    public static let normal = JobPriority(rawValue: 0)
    /// After the normal jobs (-10).
    public static let low = JobPriority(rawValue: -10)

    /// Orders by urgency: the less urgent is the smaller.
    public static func < (left: JobPriority, right: JobPriority) -> Bool {
        left.rawValue < right.rawValue
    }
}
