/// Reads what is to be moved out of the old store, piece by piece: the paused queues, the jobs in
/// the order of their numbers, the schedules.
///
/// Jobs that others wait for come before them, since they have the smaller numbers.
struct JobDeparture {
    private let source: MoveSource
    private let move: JobMove
    private var queues: ArraySlice<String>
    private var page: ArraySlice<JobRecord> = []
    private var last: JobID?
    private var schedules: ArraySlice<JobSchedule>?

    private static let pageCount = 1_000
    private static let openStates: Set<JobState> = [.pending, .running, .retrying]

    init(from source: MoveSource, of move: JobMove) async throws(BackendError) {
        try move.checkSource()
        self.source = source
        self.move = move
        if !move.takesRunning {
            let query = JobQuery(states: [.running], limit: 1)
            if let running = try await source.list(query).first { throw Self.runs(running.id) }
        }
        queues = try await source.pausedQueues()[...]
    }

    /// The next piece; nothing at the end.
    mutating func next() async throws(BackendError) -> MovedItem? {
        if let queue = queues.popFirst() { return .pausedQueue(queue) }
        if let job = try await nextJob() { return job }
        if schedules == nil { schedules = try await source.schedules()[...] }
        return schedules?.popFirst().map(MovedItem.schedule)
    }

    private mutating func nextJob() async throws(BackendError) -> MovedItem? {
        while schedules == nil {
            if page.isEmpty {
                let query = JobQuery(
                    states: Self.openStates,
                    limit: Self.pageCount,
                    order: .byID(after: last)
                )
                page = try await source.list(query)[...]
            }
            guard let record = page.popFirst() else { return nil }
            last = record.id
            guard move.takesRunning || record.state != .running else { throw Self.runs(record.id) }
            do throws(BackendError) {
                if let payload = try await source.payload(record.id) {
                    return .job(MovedJob(record, payload))
                }
            } catch  where error.code == .corruption {
                return .lostJob(record.id)
            }
            // It ended and was pruned since the page was read.
        }
        return nil
    }

    private static func runs(_ id: JobID) -> BackendError {
        BackendError(
            .invalidState,
            "Could not move the jobs: job \(id) runs. Stop the runners of the old store, or allow "
                + "running jobs to be copied; they run again then."
        )
    }
}

extension JobMove {
    var isSourceAllowed: Bool { (1...Self.sourceSizeMax).contains(source.utf8.count) }

    func checkSource() throws(BackendError) {
        guard isSourceAllowed else {
            throw BackendError(
                .invalidRequest,
                "Could not move the jobs: the old store's name has \(source.utf8.count) bytes, "
                    + "allowed are 1 to \(Self.sourceSizeMax). Nothing happened."
            )
        }
    }

    /// Its name would be refused with every job: that is no fault of theirs.
    func checkActor() throws(BackendError) {
        let size = actor?.utf8.count ?? 0
        guard size <= JobLimits.nameSizeMax else {
            throw BackendError(
                .invalidRequest,
                "Could not move the jobs: the actor's name has \(size) bytes, allowed are 0 to "
                    + "\(JobLimits.nameSizeMax). Nothing happened."
            )
        }
    }
}
