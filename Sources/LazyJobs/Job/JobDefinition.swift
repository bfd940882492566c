/// What a runner knows of one registered kind of job.
public struct JobDefinition: Sendable, Hashable, Codable {
    /// The kind.
    public var kind: String
    /// The name of the Swift type.
    public var type: String
    /// The queue its jobs stand in unless told otherwise.
    public var queue: String
    /// The attempts its jobs have unless told otherwise.
    public var maxAttempts: Int

    /// Describes a kind of job.
    public init(kind: String, type: String, queue: String, maxAttempts: Int) {
        self.kind = kind
        self.type = type
        self.queue = queue
        self.maxAttempts = maxAttempts
    }

    private enum CodingKeys: String, CodingKey {
        case kind, type, queue
        case maxAttempts = "max_attempts"
    }
}
