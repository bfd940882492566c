import JobLedger
public import LazyJobs
import Synchronization

extension InMemoryBackend {
    /// Adds jobs, all or none; they are lost when the process ends.
    public func enqueue(_ jobs: [NewJob]) async throws(BackendError) -> [EnqueueResult] {
        let plan = try perform { ledger, now, events throws(BackendError) in
            try ledger.enqueue(jobs, at: now, into: &events)
        }
        if !jobs.isEmpty { signalHub.send() }
        return plan.results(for: jobs)
    }

    /// Takes due jobs, in O(log jobs) for each.
    public func claim(_ request: ClaimRequest) async throws(BackendError) -> ClaimResult {
        try store.withLock { store throws(BackendError) in
            try store.claim(request, at: Timestamp(clock.now))
        }
    }

    /// Records how attempts ended, in memory alone.
    public func finish(_ requests: [FinishRequest]) async throws(BackendError) -> [FinishResult] {
        let results = try perform { ledger, now, events throws(BackendError) in
            try ledger.finish(requests, at: now, into: &events)
        }
        signal(after: results)
        return results
    }

    /// Calls off jobs that are not final.
    public func cancel(
        _ ids: [JobID],
        reason: String,
        actor: String?
    ) async throws(BackendError) -> [FinishResult] {
        let results = try perform { ledger, now, events throws(BackendError) in
            try ledger.cancel(ids, reason: reason, actor: actor, at: now, into: &events)
        }
        signal(after: results)
        return results
    }

    /// Offers jobs again by hand.
    public func retry(
        _ ids: [JobID],
        reason: String?,
        actor: String?
    ) async throws(BackendError) -> [FinishResult] {
        let results = try perform { ledger, now, events throws(BackendError) in
            try ledger.retry(ids, reason: reason, actor: actor, at: now, into: &events)
        }
        signal(after: results)
        return results
    }

    /// Looks up one job in O(1).
    public func record(of id: JobID) async throws(BackendError) -> JobRecord? {
        try ask { $0.ledger.record(of: id) }
    }

    /// Gives the payload as it was enqueued.
    public func payload(of id: JobID) async throws(BackendError) -> JobPayload? {
        try ask { $0.payload(of: id) }
    }

    /// Lists jobs; a filter that few jobs fit may look at all of them.
    public func list(_ query: JobQuery) async throws(BackendError) -> [JobRecord] {
        try ask { store throws(BackendError) in try store.ledger.list(query) }
    }

    /// Gives the counts, which are kept and not counted.
    public func stats() async throws(BackendError) -> JobStats {
        try ask { $0.ledger.stats() }
    }

    /// Tells when a claim or a schedule may have become possible sooner than was known.
    public func signals() -> AsyncStream<Void> {
        signalHub.makeStream()
    }

    /// Ends the store; its jobs are gone with the last reference to it.
    public func close() async throws(BackendError) {
        store.withLock { $0.close(at: Timestamp(clock.now)) }
        signalHub.close()
    }

    private func signal(after results: [FinishResult]) {
        let hasChanged = results.contains { if case .success = $0 { true } else { false } }
        if hasChanged { signalHub.send() }
    }
}
