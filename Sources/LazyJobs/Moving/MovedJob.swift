import Foundation

/// One thing on its way from a store into another.
package enum MovedItem: Sendable {
    case pausedQueue(String)
    case job(MovedJob)
    /// A job whose arguments the old store cannot read.
    case lostJob(JobID)
    case schedule(JobSchedule)
}

/// A job on its way: what was enqueued, and what of its life the new store cannot keep as such.
package struct MovedJob: Sendable, Hashable {
    /// Its number in the old store.
    var id: JobID
    /// What is to be enqueued; its waits name jobs of the old store.
    var job: NewJob
    /// How many attempts counted.
    var attempt: Int
    var lastError: String?
    var isRunning: Bool

    init(id: JobID, job: NewJob, attempt: Int, lastError: String?, isRunning: Bool) {
        self.id = id
        self.job = job
        self.attempt = attempt
        self.lastError = lastError
        self.isRunning = isRunning
    }

    init(_ record: JobRecord, _ payload: JobPayload) {
        id = record.id
        attempt = record.attempt
        lastError = record.lastError
        isRunning = record.state == .running
        job = NewJob(record, payload: payload)
        job.runAt = record.runAt
    }

    /// What is enqueued in the new store; the waits are still those of the old one.
    func newJob(from source: String, actor: String?) -> NewJob {
        var job = job
        job.actor = actor
        job.metadata = metadata(from: source)
        if job.idempotencyKey == nil { job.idempotencyKey = "moved/\(source)/\(id)" }
        return job
    }

    private func metadata(from source: String) -> [String: String] {
        var metadata = job.metadata
        /// Sets a value if there is room for it, for long texts as far as there is.
        func put(_ value: String, as key: String, canBeCut: Bool = false) {
            var others = metadata
            others[key] = nil
            let room = JobLimits.metadataSizeMax - others.textSize - key.utf8.count
            guard value.utf8.count <= room || (canBeCut && room >= 64) else { return }
            metadata[key] = JobLimits.cut(value, to: room)
        }
        put("\(source)/\(id)", as: JobMove.originKey)
        // A job may have been moved before.
        let earlier = metadata[JobMove.attemptsKey].flatMap(UInt32.init) ?? 0
        let attempts = Int(earlier) + attempt
        if attempts > 0 { put(String(attempts), as: JobMove.attemptsKey) }
        if let lastError { put(lastError, as: JobMove.errorKey, canBeCut: true) }
        return metadata
    }
}
