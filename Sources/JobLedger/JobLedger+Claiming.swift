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
    /// - Complexity: O(log jobs) for each job that is claimed or has become due, and O(queues).
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
        var candidates = claimCandidates(request)
        var claims: [PlannedClaim] = []
        while claims.count < request.limit, var best = candidates.popLast() {
            transition(best.entry.slot, .claimed(worker: request.worker), at: now, into: &events)
            claims.append(plannedClaim(of: best.entry.slot))
            best.room -= 1
            guard best.room > 0, let next = lanes[best.lane].ready.first else { continue }
            best.entry = next
            candidates.insert(best)
        }
        return ClaimPlan(claims: claims, nextDue: due.first?.time.date)
    }

    /// Lets every job whose time has come stand in its queue's claim order, where it stays even
    /// when the clock goes backwards.
    private mutating func makeDueJobsReady(at now: Timestamp) {
        while let first = due.first, first.time <= now {
            due.remove(at: 0, &heapPositions)
            rows[first.slot].isReady = true
            let row = rows[first.slot]
            lanes[Int(row.queue)].ready.insert(row.readyEntry(first.slot), &heapPositions)
        }
    }

    /// The queues that something can be claimed from.
    private func claimCandidates(_ request: ClaimRequest) -> [ClaimCandidate] {
        var limits: [TextKey: Int] = [:]
        for (queue, limit) in request.queueLimits { limits[TextKey(queue)] = limit }
        let named = request.queues.map { Array(Set($0.compactMap(queues.token(of:)))) }
        var candidates: [ClaimCandidate] = []
        for token in named ?? Array(queues.usedTokens) {
            let lane = lanes[Int(token)]
            guard !lane.isPaused, let entry = lane.ready.first else { continue }
            var room = Int.max
            if !limits.isEmpty, let limit = limits[TextKey(queues.name(token))] {
                room = max(0, limit) - lane.counts[.running]
            }
            guard room > 0 else { continue }
            candidates.append(ClaimCandidate(entry: entry, lane: Int(token), room: room))
        }
        return candidates.sorted { $1.entry < $0.entry }
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

/// A queue in a claim, with its first due job and how many more of it may run.
private struct ClaimCandidate {
    var entry: JobHeap.Entry
    var lane: Int
    var room: Int
}

extension [ClaimCandidate] {
    /// Puts a queue in its place; the first in claim order stands last.
    fileprivate mutating func insert(_ candidate: ClaimCandidate) {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].entry < candidate.entry { high = middle } else { low = middle + 1 }
        }
        insert(candidate, at: low)
    }
}
