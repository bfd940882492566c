/// What a job is given when it says nothing, as in Go's `lazyjobs`.
public enum JobDefaults: Sendable {
    /// The queue of jobs that name none.
    public static let queue = "default"
    /// The attempts of jobs that name no number.
    public static let maxAttempts = 25
}
