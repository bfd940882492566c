import JobLedger
import LazyJobs

/// What a backend in memory guards with its lock: the ledger, and the events behind it by job.
struct InMemoryStore: Sendable {
    private(set) var ledger = JobLedger()
    private(set) var isClosed = false

    private var histories: [JobID: [JobEvent]] = [:]

    /// Opens the store, new or as it was left: closed, or with jobs that ran.
    mutating func open(at now: Timestamp) {
        let owner = StoreOwner(processID: 0, bootID: "", host: "")
        isClosed = false
        record { ledger, events in
            ledger.open(owner, firstJobID: ledger.nextJobID, at: now, into: &events)
        }
    }

    mutating func close(at now: Timestamp) {
        guard !isClosed else { return }
        record { $0.close(at: now, into: &$1) }
        isClosed = true
    }

    /// Ends the store as it stands, with nothing given back.
    mutating func abandon() {
        isClosed = true
    }

    /// Carries a command out, unless the store is closed, and keeps its events.
    mutating func perform<Answer>(
        _ command: (inout JobLedger, inout [JobEvent]) throws(BackendError) -> Answer
    ) throws(BackendError) -> Answer {
        try checkOpen()
        return try record(command)
    }

    /// Takes due jobs, with their payloads.
    mutating func claim(
        _ request: ClaimRequest,
        at now: Timestamp
    ) throws(BackendError) -> ClaimResult {
        let plan = try perform { ledger, events throws(BackendError) in
            try ledger.claim(request, at: now, into: &events)
        }
        let jobs = plan.claims.map { claim in
            let payload = payload(of: claim.record.id)
            return ClaimedJob(record: claim.record, payload: payload, lease: claim.lease)
        }
        return ClaimResult(jobs: jobs, nextDue: plan.nextDue)
    }

    func checkOpen() throws(BackendError) {
        guard isClosed else { return }
        throw BackendError(.closed, "The store in memory was closed. Make another backend.")
    }

    func history(of id: JobID) -> [JobEvent] {
        histories[id] ?? []
    }

    /// The payload, which stands in a job's first event.
    func payload(of id: JobID) -> JobPayload? {
        guard case .enqueued(let job, _) = histories[id]?.first?.transition?.change else {
            return nil
        }
        return job.payload
    }

    private mutating func record<Answer, Failure: Error>(
        _ command: (inout JobLedger, inout [JobEvent]) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        var events: [JobEvent] = []
        let answer = try command(&ledger, &events)
        for event in events {
            guard let transition = event.transition else { continue }
            if transition.kind == .pruned {
                histories[transition.jobID] = nil
            } else {
                histories[transition.jobID, default: []].append(event)
            }
        }
        return answer
    }
}
