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
    /// Jobs cancelled here, each with the last claim that may bring it all the same.
    private var revoked: [JobID: UInt64] = [:]

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
    mutating func revoke(_ id: JobID) {
        if !claims.isEmpty { revoked[id] = lastNumber }
    }

    /// Whether another claim was answered since this one began: who knows which of the two the store
    /// saw first, and so which answer is newer.
    func isOvertaken(_ claim: Claim) -> Bool { claim.number <= lastNumberAtAnswer }

    /// A claim is answered.
    ///
    /// - Returns: Those of the jobs it brought that were not cancelled meanwhile.
    mutating func end(_ claim: Claim, with jobs: [ClaimedJob]) -> [ClaimedJob] {
        let granted = jobs.filter { job in
            revoked[job.record.id].map { $0 < claim.number } ?? true
        }
        lastNumberAtAnswer = lastNumber
        claims.removeAll { $0 == claim }
        if let oldest = claims.first?.number {
            revoked = revoked.filter { $0.value >= oldest }
        } else {
            revoked.removeAll()
        }
        return granted
    }
}
