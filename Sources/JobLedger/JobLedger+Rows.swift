import Foundation
import LazyJobs

extension JobLedger {
    /// Takes a new job in.
    mutating func enqueue(
        _ job: NewJob,
        runAt: Date,
        _ head: TransitionHead
    ) throws(LedgerError) {
        try Self.checkNew(head, nextJobID)
        try Self.checked { () throws(Violation) in
            try RequestLimits.check(job)
            try RequestLimits.check(runAt, "the run-at time")
        }
        // Asked here: the question below copies the ledger.
        if !job.isPlain { try checkKeys(of: job, head.jobID, isFinal: false) }
        try Self.checkRoom(count)
        insertNew(
            kind: job.kind,
            queue: job.queue,
            job.priority,
            maxAttempts: job.maxAttempts,
            job.traits,
            runAt: Timestamp(runAt),
            head
        )
    }

    /// Takes a new job in that is plain, and does not say itself when it is to run.
    mutating func enqueue(
        _ job: PlainJob,
        runAt: Timestamp,
        _ head: TransitionHead
    ) throws(LedgerError) {
        try Self.checkNew(head, nextJobID)
        try Self.checked { () throws(Violation) in try RequestLimits.check(job) }
        try Self.checkRoom(count)
        insertNew(
            kind: job.kind,
            queue: job.queue,
            job.priority,
            maxAttempts: job.maxAttempts,
            nil,
            runAt: runAt,
            head
        )
    }

    private static func checkNew(
        _ head: TransitionHead,
        _ nextJobID: JobID
    ) throws(LedgerError) {
        let id = head.jobID
        guard id == nextJobID, id.rawValue <= UInt64(Int64.max) else {
            throw .wrongJobID(expected: nextJobID, found: id)
        }
        guard head.version == 0 else {
            throw .wrongVersion(id, expected: 0, found: head.version)
        }
        guard head.previous == nil else {
            throw .wrongPrevious(id, expected: nil, found: head.previous)
        }
        guard head.attempt == 0 else {
            throw .wrongAttempt(id, expected: 0, found: head.attempt)
        }
    }

    private mutating func insertNew(
        kind: String,
        queue: String,
        _ priority: JobPriority,
        maxAttempts: Int,
        _ traits: JobTraits?,
        runAt: Timestamp,
        _ head: TransitionHead
    ) {
        var row = JobRow(
            id: head.jobID,
            runAt: runAt,
            createdAt: head.timestamp,
            updatedAt: head.timestamp,
            payloadSequence: head.sequence,
            lastTransition: head.sequence,
            kind: kinds.retain(kind),
            queue: retainQueue(queue),
            version: 0,
            attempt: 0,
            maxAttempts: UInt32(maxAttempts),
            recordWeight: UInt32(clamping: accounts.eventWeight),
            priority: priority,
            state: .pending
        )
        row.isReady = runAt <= head.timestamp
        insert(row, traits, at: freeSlot())
        nextJobID = JobID(rawValue: head.jobID.rawValue + 1)
    }

    /// Fails unless the keys of a job are free for it.
    func checkKeys(of job: NewJob, _ id: JobID, isFinal: Bool) throws(LedgerError) {
        if job.uniqueKey == nil && job.idempotencyKey == nil { return }
        try job.traits.map { traits throws(LedgerError) in
            try checkKeys(of: traits, id, isFinal: isFinal)
        }
    }

    func checkKeys(of job: JobTraits, _ id: JobID, isFinal: Bool) throws(LedgerError) {
        if let key = job.uniqueKey, !isFinal, let holder = uniqueKeys[key] {
            throw .keyTaken(id, by: rows[holder].id)
        }
        if let key = job.idempotencyKey, let holder = idempotencyKeys[key] {
            throw .keyTaken(id, by: rows[holder].id)
        }
    }

    static func checkRoom(_ count: Int) throws(LedgerError) {
        guard count < Int(JobLine.numberEnd) else { throw .tooManyJobs }
    }

    mutating func freeSlot() -> Slot {
        freeSlots.isEmpty ? Slot(rows.count) : freeSlots.removeLast()
    }

    /// Fills a free row.
    mutating func insert(
        _ row: JobRow,
        _ traits: JobTraits?,
        at slot: Slot,
        isNewest: Bool = true
    ) {
        var row = row
        if let traits {
            row.hasTraits = true
            self.traits[slot] = traits
            bindKeys(of: traits, isFinal: row.state.isFinal, at: slot)
        }
        if slot.index == rows.count {
            rows.append(row)
            heapPositions.append(0)
        } else {
            rows[slot] = row
        }
        slots.insert(row.id, at: slot)
        accounts.addRecord(Int(row.recordWeight), at: row.payloadSequence)
        add(slot, row)
        if isNewest {
            order.insertNewest(slot)
        } else {
            order.insertOldest(slot)
        }
    }

    /// Takes a final job out; its row is free then.
    mutating func remove(_ slot: Slot) {
        let row = rows[slot]
        accounts.removeRecord(Int(row.recordWeight), at: row.payloadSequence)
        leave(slot, row)
        counts[row.state] -= 1
        lanes[Int(row.queue)].counts[row.state] -= 1
        count -= 1
        order.remove(slot)
        if row.hasTraits {
            if let key = traits[slot]?.idempotencyKey { idempotencyKeys[key] = nil }
            traits[slot] = nil
        }
        if row.hasError { errors[slot] = nil }
        if row.hasOutput { outputs[slot] = nil }
        kinds.release(row.kind)
        queues.release(row.queue)
        if row.worker != Interner.none { workers.release(row.worker) }
        slots.remove(row.id)
        freeSlots.append(slot)
    }

    /// Counts a new row, and enters its job where one of its state stands.
    mutating func add(_ slot: Slot, _ row: JobRow) {
        count += 1
        counts[row.state] += 1
        lanes[Int(row.queue)].counts[row.state] += 1
        enter(slot, row)
    }

    /// Enters a job where one of its state stands.
    mutating func enter(_ slot: Slot, _ row: JobRow) {
        if row.state.isFinal {
            ended[row.state].insert(slot, row, &heapPositions, rows)
        } else if row.state.isWaiting, row.isReady {
            makeReady(slot, row)
        } else if row.state.isWaiting {
            due.insert(slot, row, &heapPositions, rows)
        }
    }

    /// Lets a job stand in the claim order of its queue.
    mutating func makeReady(_ slot: Slot, _ row: JobRow) {
        let isBehind = lanes[Int(row.queue)].ready.insert(slot, row, &heapPositions, rows)
        if !isBehind { offer(row.queue) }
    }

    /// Puts a queue, which may offer a job that comes sooner than before, in its place.
    mutating func offer(_ queue: Interner.Token) {
        claimOrder.put(Int(queue), offering: offer(of: queue))
    }

    /// The job to claim first, of all queues.
    mutating func firstOffer() -> JobHeap.Entry? {
        let (lanes, rows) = (lanes, rows)
        return claimOrder.first { lanes[$0].offer(rows) }
    }

    /// The job of a queue to claim first.
    func offer(of queue: Interner.Token) -> JobHeap.Entry? { lanes[Int(queue)].offer(rows) }

    /// Takes a job out of where one of its state stands.
    mutating func leave(_ slot: Slot, _ row: JobRow) {
        if row.state.isFinal {
            ended[row.state].remove(slot, &heapPositions)
        } else if row.state.isWaiting, row.isReady {
            lanes[Int(row.queue)].ready.remove(slot, &heapPositions)
        } else if row.state.isWaiting {
            due.remove(slot, &heapPositions)
        }
    }

    /// Frees what only a job that is not final holds.
    mutating func releaseKeys(of row: JobRow, at slot: Slot) {
        guard row.hasTraits, let traits = traits[slot] else { return }
        if let key = traits.uniqueKey { uniqueKeys[key] = nil }
        if let key = traits.scheduleKey.map(TextKey.init) {
            let count = openCountsBySchedule[key, default: 0] - 1
            openCountsBySchedule[key] = count > 0 ? count : nil
        }
    }

    mutating func bindKeys(of traits: JobTraits, isFinal: Bool, at slot: Slot) {
        if let key = traits.idempotencyKey { idempotencyKeys[key] = slot }
        guard !isFinal else { return }
        if let key = traits.uniqueKey { uniqueKeys[key] = slot }
        if let key = traits.scheduleKey { openCountsBySchedule[TextKey(key), default: 0] += 1 }
    }

    mutating func retainQueue(_ queue: String) -> Interner.Token {
        let token = queues.retain(queue)
        if queues.useCount(token) == 1 {
            if Int(token) == lanes.count { lanes.append(QueueLane()) }
            lanes[Int(token)].isPaused = pausesByQueue[TextKey(queue)] != nil
        }
        return token
    }
}
