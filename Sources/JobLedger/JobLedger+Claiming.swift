package import Foundation
package import LazyJobs

/// The answer to a claim, with places in the log instead of payloads.
package struct ClaimPlan: Sendable {
    /// The jobs, in claim order.
    package var claims: [PlannedClaim]
    /// When the next waiting job becomes due.
    package var nextDue: Date?
}

/// A job that a worker now holds.
package struct PlannedClaim: Sendable {
    /// Its state after the claim.
    package var record: JobRecord
    /// What must be presented to finish it.
    package var lease: Lease
    /// The event that holds its payload.
    package var payloadSequence: SequenceNumber
}

extension JobLedger {
    /// Takes due jobs: by priority, then run-at time, then id.
    ///
    /// - Complexity: O(log jobs) for each job that is claimed or has become due, and for each queue
    ///   that is named or has a limit.
    package mutating func claim(
        _ request: ClaimRequest,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> ClaimPlan {
        try answering("claim jobs") { () throws(Violation) in
            try RequestLimits.check(count: request.limit, "the limit", from: 1)
            try RequestLimits.check(worker: request.worker)
        }
        makeDueJobsReady(at: now)
        var choice = ClaimChoice.begin(request, in: self)
        var claims: [PlannedClaim] = []
        while claims.count < request.limit, let slot = choice.next(in: &self) {
            transition(slot, .claimed(worker: request.worker), at: now, into: &events)
            claims.append(plannedClaim(of: slot))
        }
        return ClaimPlan(claims: claims, nextDue: due.first(rows)?.time.date)
    }

    /// Lets every job whose time has come stand in its queue's claim order, where it stays even
    /// when the clock goes backwards.
    private mutating func makeDueJobsReady(at now: Timestamp) {
        while let first = due.first(rows), first.time <= now {
            due.remove(first.slot, &heapPositions)
            rows[first.slot].isReady = true
            makeReady(first.slot, rows[first.slot])
        }
    }

    private func plannedClaim(of slot: Slot) -> PlannedClaim {
        PlannedClaim(
            record: record(at: slot),
            lease: lease(of: slot),
            payloadSequence: rows[slot].payloadSequence
        )
    }

    /// What finishes a running job.
    ///
    /// All jobs that run were claimed in this epoch: those of an earlier one are taken from their
    /// workers as soon as a new one begins.
    func lease(of slot: Slot) -> Lease {
        Lease(high: epoch, low: rows[slot].lastTransition.rawValue)
    }
}

/// Which job a claim takes next.
private struct ClaimChoice {
    /// The named queues; all when nothing is named.
    private var named: [Interner.Token]?
    /// How many jobs of a queue may run, where that is limited.
    private var limits: [Interner.Token: Int] = [:]
    /// The queues as this claim sees them; the ledger's own order when it sees no others.
    private var order: ClaimOrder?

    // No initializer: to that the whole ledger would be given as a copy, field by field.
    static func begin(_ request: ClaimRequest, in ledger: JobLedger) -> ClaimChoice {
        var choice = ClaimChoice()
        choice.named = request.queues.map { Array(Set($0.compactMap(ledger.queues.token(of:)))) }
        for (queue, limit) in request.queueLimits {
            if let token = ledger.queues.token(of: queue) { choice.limits[token] = limit }
        }
        if let named = choice.named {
            var order = ClaimOrder()
            for (number, token) in named.enumerated() {
                order.put(number, offering: ledger.offer(of: token))
            }
            choice.order = order
        } else if !choice.limits.isEmpty {
            choice.order = ledger.claimOrder
        }
        return choice
    }

    /// The job to take, when all before it have been taken.
    mutating func next(in ledger: inout JobLedger) -> Slot? {
        guard order != nil else { return ledger.firstOffer()?.slot }
        let (named, limits) = (named, limits)
        let offer = order?.first { number in
            let token = named?[number] ?? Interner.Token(number)
            let isFull = limits[token].map { ledger.lanes[Int(token)].counts[.running] >= $0 }
            return isFull == true ? nil : ledger.offer(of: token)
        }
        return offer?.slot
    }
}
