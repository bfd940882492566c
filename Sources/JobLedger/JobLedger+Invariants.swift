import LazyJobs

extension JobLedger {
    /// Traps with a sentence when the columns and indexes do not agree; for tests.
    ///
    /// - Complexity: O(jobs).
    package func checkInvariants() {
        checkOrder()
        var counts: [JobState: Int] = [:]
        var boundKeys = (unique: 0, idempotency: 0)
        var slot = order.newest
        while slot != .none {
            let row = rows[slot]
            precondition(slots[row.id] == slot, "A job's id leads to another row.")
            precondition(row.id < nextJobID, "A job has an id that is not given out yet.")
            precondition(row.lastTransition <= lastSequence, "A job changed in the future.")
            checkPlace(of: row, at: slot)
            checkKeys(of: row, at: slot, counting: &boundKeys)
            counts[row.state, default: 0] += 1
            slot = order.older(than: slot)
        }
        precondition(counts == stats().byState, "The counts are not those of the rows.")
        precondition(uniqueKeys.count == boundKeys.unique, "A unique key is bound by no job.")
        precondition(
            idempotencyKeys.count == boundKeys.idempotency,
            "An idempotency key is bound by no job."
        )
        checkHeapSizes(counts)
    }

    private func checkOrder() {
        precondition(order.isSorted, "A fold has not ended.")
        var (slot, newer, seen) = (order.newest, Slot.none, 0)
        while slot != .none {
            precondition(order.newer(than: slot) == newer, "The order differs on the way back.")
            precondition(
                newer == .none || rows[slot].lastTransition < rows[newer].lastTransition,
                "A job stands before one that changed later."
            )
            (newer, slot, seen) = (slot, order.older(than: slot), seen + 1)
            precondition(seen <= count, "The order goes round in circles.")
        }
        precondition(order.oldest == newer, "The order ends with another job.")
        precondition(seen == count, "The order does not hold every job.")
        precondition(rows.count == count + freeSlots.count, "A row is neither used nor free.")
    }

    private func checkPlace(of row: JobRow, at slot: Slot) {
        guard row.state != .running else { return }
        jobs(with: row).checkPlace(of: slot, heapPositions, rows)
    }

    /// The order that a job stands in.
    private func jobs(with row: JobRow) -> OrderedJobs {
        if row.state.isFinal { return ended[row.state] }
        return row.isReady ? lanes[Int(row.queue)].ready : due
    }

    private func checkKeys(
        of row: JobRow,
        at slot: Slot,
        counting boundKeys: inout (unique: Int, idempotency: Int)
    ) {
        guard row.hasTraits, let traits = traits[slot] else { return }
        if let key = traits.uniqueKey, !row.state.isFinal {
            precondition(uniqueKeys[key] == slot, "A unique key does not lead to its job.")
            boundKeys.unique += 1
        }
        if let key = traits.idempotencyKey {
            precondition(idempotencyKeys[key] == slot, "A key does not lead to its job.")
            boundKeys.idempotency += 1
        }
        if let key = traits.scheduleKey, !row.state.isFinal {
            let count = openCountsBySchedule[TextKey(key)] ?? 0
            precondition(count > 0, "A schedule does not know of its job.")
        }
    }

    private func checkHeapSizes(_ counts: [JobState: Int]) {
        let tokens = Array(queues.usedTokens)
        let ready = tokens.reduce(0) { $0 + lanes[Int($1)].ready.count }
        let waiting = counts.reduce(0) { $1.key.isWaiting ? $0 + $1.value : $0 }
        let final = counts.reduce(0) { $1.key.isFinal ? $0 + $1.value : $0 }
        precondition(ready + due.count == waiting, "A job that does not wait stands in line.")
        precondition(ended.count == final, "A job that has not ended stands among those that have.")
        for token in tokens {
            let isPaused = pausesByQueue[TextKey(queues.name(token))] != nil
            let lane = lanes[Int(token)]
            precondition(lane.isPaused == isPaused, "A queue's pause is not known.")
            precondition(
                offer(of: token).map { claimOrder.isInTime(Int(token), offering: $0) } ?? true,
                "A queue is to be claimed from too late."
            )
        }
    }
}
