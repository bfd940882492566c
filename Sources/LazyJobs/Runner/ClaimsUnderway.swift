/// The claims of a ``WorkerPool`` that are not answered yet.
struct ClaimsUnderway: Sendable {
    /// One call that asks for jobs.
    struct Claim: Sendable, Hashable {
        /// Claims are numbered in the order in which they begin.
        let number: UInt64
        /// How many jobs it asks for.
        let limit: Int
    }

    private var claims: [Claim] = []
    private var lastNumber: UInt64 = 0
    /// The last claim that had begun when one was answered.
    private var lastNumberAtAnswer: UInt64 = 0
    /// The last claim that had begun when one failed.
    private var lastNumberAtFailure: UInt64 = 0
    private var revoked: [JobID: Revoked] = [:]

    /// A job that was cancelled here, while a claim was under way that may bring it all the same.
    private struct Revoked: Sendable {
        /// The last attempt that must not begin; one that is put back afterwards has a later one.
        var attempt: Int
        /// The last claim that can bring it.
        var number: UInt64
    }

    var count: Int { claims.count }

    /// How many jobs they ask for together.
    var jobCount: Int { claims.reduce(0) { $0 + $1.limit } }

    mutating func begin(limit: Int) -> Claim {
        lastNumber += 1
        let claim = Claim(number: lastNumber, limit: limit)
        claims.append(claim)
        return claim
    }

    /// A job was cancelled here.
    ///
    /// - Parameter record: The job as the store has it since.
    mutating func revoke(_ record: JobRecord) {
        guard !claims.isEmpty else { return }
        // Who cancels a job twice may tell the second time first.
        let attempt = max(record.attempt, revoked[record.id]?.attempt ?? record.attempt)
        revoked[record.id] = Revoked(attempt: attempt, number: lastNumber)
    }

    /// Whether another claim was answered since this one began: who knows which of the two the
    /// store saw first, and so which answer is newer.
    func isOvertaken(_ claim: Claim) -> Bool { claim.number <= lastNumberAtAnswer }

    /// Whether another claim has failed since this one began: what becomes of it says nothing of
    /// the time after that failure.
    func isOutdated(_ claim: Claim) -> Bool { claim.number <= lastNumberAtFailure }

    /// A claim has failed.
    mutating func fail(_ claim: Claim) {
        lastNumberAtFailure = lastNumber
        _ = end(claim, with: [])
    }

    /// A claim is answered.
    ///
    /// - Returns: Those of the jobs it brought that were not cancelled meanwhile.
    mutating func end(_ claim: Claim, with jobs: [ClaimedJob]) -> [ClaimedJob] {
        let granted = jobs.filter { job in
            revoked[job.record.id].map { job.record.attempt > $0.attempt } ?? true
        }
        lastNumberAtAnswer = lastNumber
        claims.removeAll { $0 == claim }
        if let oldest = claims.first?.number {
            revoked = revoked.filter { $0.value.number >= oldest }
        } else {
            revoked.removeAll()
        }
        return granted
    }
}
