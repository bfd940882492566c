import Foundation
import JobLedger
import LazyJobs

/// A job as it was last seen, without what stays as it was enqueued: that is read once more when
/// the job is written.
struct SalvagedJob {
    private(set) var state: JobState
    private(set) var version: UInt32
    private(set) var attempt: Int
    /// Its last transition.
    private(set) var lastTransition: SequenceNumber
    /// The event that holds its arguments.
    let record: SequenceNumber
    /// The event that says last how it stands.
    private(set) var lastSeen: SequenceNumber
    let uniqueKey: String?
    let idempotencyKey: String?

    private var runAt: Date
    private let createdAt: Date
    private var updatedAt: Date
    private var lastError: String?
    private var worker: String?
    private var output: [UInt8]?
    private var isReady: Bool
    /// The attempts that were allowed later, if they were changed since the record was made.
    private var maxAttempts: Int?

    var hasKeys: Bool { uniqueKey != nil || idempotencyKey != nil }

    /// The job that an event brings whole; `nil` for all other events.
    init?(_ transition: JobTransition, of event: JobEvent) {
        let carried: CarriedJob
        switch transition.change {
        case .enqueued(let job, let runAt):
            carried = CarriedJob(
                job: job,
                state: .pending,
                runAt: runAt,
                createdAt: event.time,
                updatedAt: event.time,
                isReady: runAt <= event.time
            )
        case .carried(let job): carried = job
        default: return nil
        }
        state = carried.state
        version = transition.version
        attempt = transition.attempt
        lastTransition = transition.previous ?? event.sequence
        record = event.sequence
        lastSeen = event.sequence
        uniqueKey = carried.job.uniqueKey
        idempotencyKey = carried.job.idempotencyKey
        runAt = carried.runAt
        createdAt = carried.createdAt
        updatedAt = carried.updatedAt
        lastError = carried.lastError
        worker = carried.worker
        output = carried.output
        isReady = carried.isReady
    }

    /// Moves on; what was between may be missing.
    mutating func take(_ transition: JobTransition, of event: JobEvent) {
        version = transition.version
        attempt = transition.attempt
        lastTransition = event.sequence
        lastSeen = event.sequence
        updatedAt = event.time
        isReady = false
        take(transition.change)
        if state.isWaiting { isReady = isReady || runAt <= event.time }
    }

    private mutating func take(_ change: JobTransition.Change) {
        switch change {
        case .claimed(let worker):
            state = .running
            self.worker = worker
        case .succeeded(let output, _):
            state = .succeeded
            self.output = output
        case .retried(let error, let runAt, _):
            state = .retrying
            lastError = error
            self.runAt = runAt
        case .discarded(let error, _, _):
            state = .discarded
            lastError = error
        case .cancelled: state = .cancelled
        case .snoozed(let runAt, _, _):
            state = waiting
            self.runAt = runAt
        case .interrupted:
            state = waiting
            isReady = true
        case .requeued(let runAt, let maxAttempts, _, _):
            state = waiting
            self.runAt = runAt
            self.maxAttempts = maxAttempts
        case .rescued(let error):
            state = waiting
            isReady = true
            lastError = error
        case .enqueued, .pruned, .carried: break
        }
    }

    private var waiting: JobState { attempt == 0 ? .pending : .retrying }

    /// Ends it, without knowing how.
    mutating func presumeEnded() {
        state = .discarded
        isReady = false
        lastError = "How it ended is lost; a later job with its key shows that it did."
    }

    /// The event that puts it into a new store, with its record as it was read once more.
    func transition(with copy: JobRecordCopy) -> JobTransition {
        var job = copy.job
        if let maxAttempts { job.maxAttempts = maxAttempts }
        let carried = CarriedJob(
            job: job,
            state: state,
            runAt: runAt,
            createdAt: createdAt,
            updatedAt: updatedAt,
            lastError: lastError,
            worker: worker,
            output: output,
            payloadLost: copy.payloadLost,
            isReady: isReady
        )
        return JobTransition(
            jobID: copy.jobID,
            version: version,
            previous: lastTransition,
            attempt: attempt,
            change: .carried(carried)
        )
    }
}
