import LazyJobs

/// One queue: its due jobs in claim order, and how many jobs it has in each state.
struct QueueLane: Sendable {
    var ready = JobHeap()
    var counts = StateCounts()
    var isPaused = false
}

/// How many jobs are in each state.
struct StateCounts: Sendable {
    private var pending = 0
    private var running = 0
    private var retrying = 0
    private var succeeded = 0
    private var discarded = 0
    private var cancelled = 0

    subscript(state: JobState) -> Int {
        get {
            switch state {
            case .pending: pending
            case .running: running
            case .retrying: retrying
            case .succeeded: succeeded
            case .discarded: discarded
            case .cancelled: cancelled
            }
        }
        set {
            switch state {
            case .pending: pending = newValue
            case .running: running = newValue
            case .retrying: retrying = newValue
            case .succeeded: succeeded = newValue
            case .discarded: discarded = newValue
            case .cancelled: cancelled = newValue
            }
        }
    }
}
