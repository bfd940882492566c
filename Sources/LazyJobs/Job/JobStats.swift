/// How many jobs a store holds, counted by state, kind and queue.
public struct JobStats: Sendable, Hashable {
    /// All jobs in the store, the finished ones included until they are pruned.
    public var total: Int
    /// By state; states without jobs are left out.
    public var byState: [JobState: Int]
    /// By kind; kinds without jobs are left out.
    public var byKind: [String: Int]
    /// By queue; queues without jobs are left out.
    public var byQueue: [String: Int]
    /// By queue and state; empty entries are left out.
    public var byQueueState: [String: [JobState: Int]]

    /// Makes the counts; backends do.
    public init(
        total: Int = 0,
        byState: [JobState: Int] = [:],
        byKind: [String: Int] = [:],
        byQueue: [String: Int] = [:],
        byQueueState: [String: [JobState: Int]] = [:]
    ) {
        self.total = total
        self.byState = byState
        self.byKind = byKind
        self.byQueue = byQueue
        self.byQueueState = byQueueState
    }
}

extension JobStats: Encodable {
    private enum CodingKeys: String, CodingKey {
        case total
        case byState = "by_state"
        case byKind = "by_kind"
        case byQueue = "by_queue"
        case byQueueState = "by_queue_state"
    }

    /// Writes the JSON of Go's `Stats`: objects keyed by the states' names.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(total, forKey: .total)
        try container.encode(Self.named(byState), forKey: .byState)
        try container.encode(byKind, forKey: .byKind)
        try container.encode(byQueue, forKey: .byQueue)
        if !byQueueState.isEmpty {
            try container.encode(byQueueState.mapValues(Self.named), forKey: .byQueueState)
        }
    }

    private static func named(_ counts: [JobState: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
    }
}
