/// Adds to the new store what arrives, in batches.
struct JobArrival {
    private let backend: any Backend
    private let move: JobMove
    private var batch: [(job: MovedJob, line: Int)] = []
    private var batchSize = 0
    private var batchIDs: Set<JobID> = []
    /// For each number in the old store the one in the new.
    private var newIDs: [JobID: JobID] = [:]
    private var report = JobMoveReport()
    /// The line of a dump with what was given to the store last: what it refuses, if it does.
    private(set) var line = 0

    private static let countMax = 1_000
    /// What a job's metadata may grow by, and its key.
    private static let growthMax = JobLimits.errorSizeMax + 1_024

    init(in backend: any Backend, of move: JobMove) throws(BackendError) {
        try move.checkSource()
        self.backend = backend
        self.move = move
    }

    /// The line is where it stands in a dump, if it comes from one.
    mutating func take(
        _ item: MovedItem,
        line: Int = 0,
        _ each: (MovedPair) -> Void
    ) async throws(BackendError) {
        switch item {
        case .pausedQueue(let queue):
            self.line = line
            let reason = "It was paused in \(move.source)."
            try await backend.pauseQueue(queue, reason: reason, actor: move.actor)
            report.pausedQueueCount += 1
        case .job(let job):
            try await take(job, line, each)
        case .lostJob(let id): report.lostJobs.append(id)
        case .schedule(let schedule):
            // Behind the jobs: one that still waits keeps its schedule from adding another.
            try await flush(each)
            self.line = line
            _ = try await backend.setSchedule(schedule, actor: move.actor)
            report.scheduleCount += 1
        }
    }

    mutating func finish(
        _ each: (MovedPair) -> Void
    ) async throws(BackendError) -> JobMoveReport {
        try await flush(each)
        return report
    }

    private mutating func take(
        _ job: MovedJob,
        _ line: Int,
        _ each: (MovedPair) -> Void
    ) async throws(BackendError) {
        let size = job.job.size + Self.growthMax
        let isFull = batch.count == Self.countMax || batchSize + size > JobLimits.batchSizeMax
        if isFull || !batchIDs.isDisjoint(with: job.job.waitsFor) { try await flush(each) }
        batch.append((job, line))
        batchIDs.insert(job.id)
        batchSize += size
    }

    private mutating func flush(_ each: (MovedPair) -> Void) async throws(BackendError) {
        try await add(batch[...], each)
        (batch, batchIDs, batchSize) = ([], [], 0)
    }

    /// Adds jobs; when one of them is refused, those before it are added all the same, so that it
    /// can be named.
    private mutating func add(
        _ batch: ArraySlice<(job: MovedJob, line: Int)>,
        _ each: (MovedPair) -> Void
    ) async throws(BackendError) {
        guard let first = batch.first else { return }
        line = first.line
        let jobs = batch.map { newJob($0.job) }
        let results: [EnqueueResult]
        do {
            results = try await backend.enqueue(jobs)
        } catch {
            guard error.code == .invalidRequest, batch.count > 1 else { throw error }
            let middle = batch.startIndex + batch.count / 2
            try await add(batch[..<middle], each)
            return try await add(batch[middle...], each)
        }
        for ((moved, job), result) in zip(zip(batch.lazy.map(\.job), jobs), results) {
            let pair = MovedPair(
                oldID: moved.id,
                newID: result.record.id,
                outcome: result.outcome(of: job)
            )
            newIDs[pair.oldID] = pair.newID
            report.add(pair.outcome)
            report.runningCount += moved.isRunning ? 1 : 0
            report.droppedWaitCount += moved.job.waitsFor.count - job.waitsFor.count
            each(pair)
        }
    }

    private func newJob(_ moved: MovedJob) -> NewJob {
        var job = moved.newJob(from: move.source, actor: move.actor)
        if !job.waitsFor.isEmpty { job.waitsFor = job.waitsFor.compactMap { newIDs[$0] } }
        return job
    }
}

extension EnqueueResult {
    fileprivate func outcome(of job: NewJob) -> MovedPair.Outcome {
        switch self {
        case .enqueued: .copied
        case .duplicate(let record):
            record.idempotencyKey == job.idempotencyKey ? .alreadyThere : .keptOut
        }
    }
}

extension JobMoveReport {
    fileprivate mutating func add(_ outcome: MovedPair.Outcome) {
        switch outcome {
        case .copied: copiedCount += 1
        case .alreadyThere: alreadyThereCount += 1
        case .keptOut: keptOutCount += 1
        }
    }
}
