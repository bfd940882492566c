import Foundation
import LazyJobs
import LogJobs

/// A second, simple reading of the events of a store: one dictionary, and the rules of the life of
/// a job in the plainest form.
///
/// It shares nothing with the store but the events themselves, so that a mistake of the ledger, of
/// the log or of recovery shows as a difference between the two.
struct Witness {
    private(set) var records: [JobID: JobRecord] = [:]
    private(set) var pausedQueues: Set<String> = []
    private(set) var schedules: [String: JobSchedule] = [:]
    /// The transitions of every job there ever was, without carried ones.
    private(set) var histories: [JobID: [JobEvent]] = [:]
    private var epoch: UInt64 = 0
    private var nextID = JobID(rawValue: 1)
    private var isOpen = false
    /// Whether the store was opened, and jobs of its last epoch may still be running.
    private var isRescuing = false

    struct Objection: Error {
        var text: String
    }

    /// Reads all events there are, from the first.
    init(_ events: [JobEvent]) throws(Objection) {
        for (index, event) in events.enumerated() {
            try expect(event.sequence.rawValue == UInt64(index + 1), event, "is out of order")
            try take(event)
        }
    }

    private func expect(
        _ condition: Bool,
        _ event: JobEvent,
        _ text: @autoclosure () -> String
    ) throws(Objection) {
        guard condition else {
            throw Objection(text: "event \(event.sequence) \(text()): \(event)")
        }
    }

    private mutating func take(_ event: JobEvent) throws(Objection) {
        if case .store(.opened(_, let firstJobID)) = event.body {
            try expect(event.epoch > epoch, event, "repeats an epoch")
            try expect(firstJobID >= nextID, event, "goes back to used ids")
            (epoch, nextID, isOpen, isRescuing) = (event.epoch, firstJobID, true, true)
            return
        }
        try expect(isOpen && event.epoch == epoch, event, "belongs to no open store")
        if case .job(let transition) = event.body, transition.kind == .carried {
            return try checkCarried(transition, event)
        }
        if isRescuing, !event.isRescue {
            isRescuing = false
            let running = records.values.filter { $0.state == .running }
            try expect(running.isEmpty, event, "comes before jobs are rescued")
        }
        switch event.body {
        case .job(let transition): try take(transition, event)
        case .queue(.paused(let queue, _, _)): pausedQueues.insert(queue)
        case .queue(.resumed(let queue, _)): pausedQueues.remove(queue)
        case .schedule(.set(let schedule, _)): schedules[schedule.key] = schedule
        case .schedule(.removed(let key, _)): schedules[key] = nil
        case .schedule(.advanced(let key, let nextRunAt, _)): schedules[key]?.nextRunAt = nextRunAt
        case .store:
            try expect(
                records.values.allSatisfy { $0.state != .running },
                event,
                "leaves jobs running"
            )
            isOpen = false
        }
    }

    private mutating func take(_ transition: JobTransition, _ event: JobEvent) throws(Objection) {
        let id = transition.jobID
        let earlier = histories[id] ?? []
        try expect(transition.version == UInt32(earlier.count), event, "has another version")
        try expect(transition.previous == earlier.last?.sequence, event, "points elsewhere")
        histories[id] = earlier + [event]
        if case .enqueued(let job, let runAt) = transition.change {
            try expect(earlier.isEmpty && id >= nextID, event, "takes an id again")
            nextID = JobID(rawValue: id.rawValue + 1)
            records[id] = JobRecord(job, id: id, runAt: runAt, at: event.time)
            return
        }
        guard var record = records[id] else {
            throw Objection(text: "event \(event.sequence) is of a job that is not there: \(event)")
        }
        if transition.kind == .pruned {
            try expect(record.state.isFinal, event, "prunes a job that is not final")
            records[id] = nil
            return
        }
        let isLegal = record.take(transition.change, isPaused: pausedQueues.contains(record.queue))
        try expect(isLegal, event, "cannot happen to a job that is \(record.state)")
        record.updatedAt = event.time
        try expect(record.attempt == transition.attempt, event, "counts other attempts")
        if transition.kind == .claimed {
            try expect(record.runAt <= event.time, event, "claims a job that is not due")
            let first = records.values.filter { $0.mayBeClaimed(record.queue, at: event.time) }
                .min { $0.isClaimed(before: $1) }
            try expect(first?.id == id, event, "comes before job \(first?.id as Any)")
        }
        records[id] = record
    }

    /// What compaction carries is the state as it stands.
    private func checkCarried(_ transition: JobTransition, _ event: JobEvent) throws(Objection) {
        guard case .carried(let carried) = transition.change,
            let record = records[transition.jobID], let last = histories[transition.jobID]?.last
        else {
            throw Objection(text: "event \(event.sequence) carries a job that is not there")
        }
        let isSame =
            carried.state == record.state && carried.runAt == record.runAt
            && carried.createdAt == record.createdAt && carried.updatedAt == record.updatedAt
            && carried.lastError == record.lastError && carried.worker == record.worker
            && carried.output == record.output && transition.attempt == record.attempt
            && transition.previous == last.sequence
            && transition.version == last.transition?.version
        try expect(isSame, event, "carries another state than \(record)")
    }
}

extension JobEvent {
    /// Whether an opening makes such events for what ran before.
    fileprivate var isRescue: Bool {
        switch transition?.kind {
        case .rescued, .discarded: true
        default: false
        }
    }
}

extension JobRecord {
    fileprivate init(_ job: NewJob, id: JobID, runAt: Date, at time: Date) {
        self.init(
            id: id,
            kind: job.kind,
            queue: job.queue,
            state: .pending,
            attempt: 0,
            maxAttempts: job.maxAttempts,
            priority: job.priority,
            runAt: runAt,
            createdAt: time,
            updatedAt: time,
            timeout: job.timeout,
            uniqueKey: job.uniqueKey,
            concurrencyKey: job.concurrencyKey,
            idempotencyKey: job.idempotencyKey,
            scheduleKey: job.scheduleKey,
            tags: job.tags,
            metadata: job.metadata,
            waitsFor: job.waitsFor
        )
    }

    fileprivate func mayBeClaimed(_ queue: String, at time: Date) -> Bool {
        self.queue == queue && state.isWaiting && runAt <= time
    }

    fileprivate func isClaimed(before other: JobRecord) -> Bool {
        if priority != other.priority { return priority > other.priority }
        return (runAt, id) < (other.runAt, other.id)
    }

    private var waiting: JobState { attempt == 0 ? .pending : .retrying }

    /// Changes as a transition says.
    ///
    /// - Returns: Whether that can happen to a job in this state.
    fileprivate mutating func take(_ change: JobTransition.Change, isPaused: Bool) -> Bool {
        let before = state
        let isRunning = before == .running
        switch change {
        case .enqueued, .pruned, .carried:
            return false
        case .claimed(let worker):
            (state, attempt, self.worker) = (.running, attempt + 1, worker)
            return before.isWaiting && !isPaused
        case .succeeded(let output, _):
            (state, self.output) = (.succeeded, output)
            return isRunning
        case .retried(let error, let runAt, _):
            (state, lastError, self.runAt) = (.retrying, error, runAt)
            return isRunning
        case .discarded(let error, _, let duration):
            (state, lastError) = (.discarded, error)
            return duration == nil ? !before.isFinal : isRunning
        case .cancelled(_, _, let duration):
            state = .cancelled
            return duration == nil ? !before.isFinal : isRunning
        case .snoozed(let runAt, _, _):
            (attempt, self.runAt) = (attempt - 1, runAt)
        case .interrupted:
            attempt -= 1
        case .rescued(let error):
            lastError = error
        case .requeued(let runAt, let maxAttempts, _, _):
            (self.runAt, self.maxAttempts) = (runAt, maxAttempts)
            state = waiting
            return !isRunning && before != .succeeded
        }
        state = waiting
        return isRunning
    }
}
