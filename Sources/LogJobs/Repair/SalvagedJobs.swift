import JobLedger
import LazyJobs

/// The jobs, schedules and pauses that are left of a log with holes.
///
/// A fold that takes every event as it comes: where some are missing, a job's next event tells
/// where it stands all the same, since none needs the state before it.
struct SalvagedJobs {
    private(set) var jobs: [JobID: SalvagedJob] = [:]
    /// Jobs of which there are events, and not the one that made them.
    private(set) var headless: Set<JobID> = []
    private(set) var epoch: UInt64 = 0
    /// Behind every id that was seen.
    private(set) var nextJobID: UInt64 = 1

    // By the bytes of the names: Swift takes some texts for equal that differ in bytes.
    private var schedulesByKey: [[UInt8]: JobSchedule] = [:]
    private var pausesByQueue: [[UInt8]: PausedQueue] = [:]

    var schedules: [JobSchedule] { schedulesByKey.values.sorted { $0.key < $1.key } }
    var pausedQueues: [PausedQueue] { pausesByQueue.values.sorted { $0.queue < $1.queue } }

    /// There was such an epoch.
    mutating func note(epoch: UInt64) {
        self.epoch = max(self.epoch, epoch)
    }

    /// All ids before this one may have been given out.
    mutating func note(nextJobID: JobID) {
        self.nextJobID = max(self.nextJobID, nextJobID.rawValue)
    }

    /// So many more may have been given out.
    mutating func skipIDs(_ count: UInt64) {
        let (id, isOver) = nextJobID.addingReportingOverflow(count)
        nextJobID = isOver ? .max : id
    }

    /// Takes a state that a segment begins with: what came of schedules and pauses until then,
    /// whatever of it is lost.
    mutating func take(_ baseline: LedgerBaseline) {
        note(epoch: baseline.epoch)
        note(nextJobID: baseline.nextJobID)
        schedulesByKey = [:]
        pausesByQueue = [:]
        for schedule in baseline.schedules { schedulesByKey[Array(schedule.key.utf8)] = schedule }
        for pause in baseline.pausedQueues { pausesByQueue[Array(pause.queue.utf8)] = pause }
    }

    /// Takes an event that is newer than all before.
    mutating func take(_ event: JobEvent) {
        note(epoch: event.epoch)
        switch event.body {
        case .job(let transition): take(transition, of: event)
        case .schedule(let change): take(change)
        case .queue(.paused(let queue, let reason, let actor)):
            pausesByQueue[Array(queue.utf8)] = PausedQueue(
                queue: queue,
                reason: reason,
                actor: actor
            )
        case .queue(.resumed(let queue, _)): pausesByQueue[Array(queue.utf8)] = nil
        case .store(.opened(_, let firstJobID)): note(nextJobID: firstJobID)
        case .store(.closed): break
        }
    }

    private mutating func take(_ change: ScheduleChange) {
        switch change {
        case .set(let schedule, _): schedulesByKey[Array(schedule.key.utf8)] = schedule
        case .advanced(let key, let nextRunAt, _):
            schedulesByKey[Array(key.utf8)]?.nextRunAt = nextRunAt
        case .removed(let key, _): schedulesByKey[Array(key.utf8)] = nil
        }
    }

    private mutating func take(_ transition: JobTransition, of event: JobEvent) {
        let id = transition.jobID
        note(nextJobID: JobID(rawValue: id.rawValue + 1))
        if transition.kind == .pruned {
            jobs[id] = nil
            headless.remove(id)
        } else if let job = SalvagedJob(transition, of: event) {
            jobs[id] = job
            headless.remove(id)
        } else if jobs[id] != nil {
            jobs[id]?.take(transition, of: event)
        } else {
            headless.insert(id)
        }
    }
}

// MARK: - What follows from it

extension SalvagedJobs {
    /// The jobs that had not ended as far as is known, and were seen last before an event.
    func open(lastSeenBefore sequence: SequenceNumber) -> [JobID] {
        jobs.filter { !$0.value.state.isFinal && $0.value.lastSeen < sequence }.keys.sorted()
    }

    /// Concludes from the keys of later jobs what became of earlier ones.
    ///
    /// A job could only get a unique key when every earlier one with it had ended, and an
    /// idempotency key when every earlier one with it had been pruned. Ids grow in the order of
    /// enqueueing.
    ///
    /// - Returns: The jobs of which that was not known.
    mutating func settleKeys() -> [JobID] {
        var uniqueKeys: Set<[UInt8]> = []
        var idempotencyKeys: Set<[UInt8]> = []
        var settled: [JobID] = []
        for id in jobs.filter({ $0.value.hasKeys }).keys.sorted(by: >) {
            guard let job = jobs[id] else { continue }
            var isNew = true
            if let key = job.uniqueKey, !uniqueKeys.insert(Array(key.utf8)).inserted,
                !job.state.isFinal
            {
                jobs[id]?.presumeEnded()
                isNew = false
            }
            if let key = job.idempotencyKey,
                !idempotencyKeys.insert(Array(key.utf8)).inserted
            {
                jobs[id] = nil
                isNew = false
            }
            if !isNew { settled.append(id) }
        }
        return settled.sorted()
    }
}
