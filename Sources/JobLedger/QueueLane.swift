import LazyJobs

/// One queue: its due jobs in claim order, and how many jobs it has in each state.
struct QueueLane: Sendable {
    var ready = OrderedJobs(by: .ready)
    var counts = StateCounts()
    var isPaused = false

    /// The job to claim first.
    func offer(_ rows: OrderedJobs.Rows) -> JobHeap.Entry? { isPaused ? nil : ready.first(rows) }
}

/// How many jobs are in each state.
struct StateCounts: Sendable {
    // Not one is above the highest slot.
    private var pending: UInt32 = 0
    private var running: UInt32 = 0
    private var retrying: UInt32 = 0
    private var succeeded: UInt32 = 0
    private var discarded: UInt32 = 0
    private var cancelled: UInt32 = 0

    subscript(state: JobState) -> Int {
        get { Int(self[of: state]) }
        set { self[of: state] = UInt32(newValue) }
    }

    /// One job changes its state.
    mutating func move(from before: JobState, to state: JobState) {
        guard before != state else { return }
        self[of: before] -= 1
        self[of: state] += 1
    }

    private subscript(of state: JobState) -> UInt32 {
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
