/// What a runner and its store look like at one moment: the answer for a status page.
public struct JobSnapshot: Sendable, Hashable {
    /// Whether the runner is working.
    public var running: Bool
    /// The registered kinds, sorted by kind.
    public var definitions: [JobDefinition]
    /// The schedules in the store, sorted by key.
    public var schedules: [JobSchedule]
    /// The queue limits with their use, sorted by queue.
    public var queueLimits: [QueueLimitState]
    /// The counts of the store.
    public var stats: JobStats
    /// The hundred jobs that changed last, the newest first.
    public var recent: [JobRecord]

    /// Makes a snapshot; ``JobRunner/snapshot()`` does.
    public init(
        running: Bool,
        definitions: [JobDefinition],
        schedules: [JobSchedule],
        queueLimits: [QueueLimitState],
        stats: JobStats,
        recent: [JobRecord]
    ) {
        self.running = running
        self.definitions = definitions
        self.schedules = schedules
        self.queueLimits = queueLimits
        self.stats = stats
        self.recent = recent
    }
}

extension JobSnapshot: Encodable {
    private enum CodingKeys: String, CodingKey {
        case running, definitions, schedules
        case queueLimits = "queue_limits"
        case stats, recent
    }

    /// Writes the JSON of Go's `Snapshot`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(running, forKey: .running)
        try container.encode(definitions, forKey: .definitions)
        if !schedules.isEmpty { try container.encode(schedules, forKey: .schedules) }
        if !queueLimits.isEmpty { try container.encode(queueLimits, forKey: .queueLimits) }
        try container.encode(stats, forKey: .stats)
        try container.encode(recent, forKey: .recent)
    }
}

/// The use of one queue limit.
public struct QueueLimitState: Sendable, Hashable, Codable {
    /// The limited queue.
    public var queue: String
    /// How many of its jobs may run at once, in the whole store.
    public var maxRunning: Int
    /// How many run now.
    public var running: Int
    /// How many more may start.
    public var available: Int

    /// Makes the state of a limit from its number and its use.
    public init(queue: String, maxRunning: Int, running: Int) {
        self.queue = queue
        self.maxRunning = maxRunning
        self.running = running
        available = max(0, maxRunning - running)
    }

    private enum CodingKeys: String, CodingKey {
        case queue
        case maxRunning = "max_running"
        case running, available
    }
}
