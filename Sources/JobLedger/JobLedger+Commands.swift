package import LazyJobs

extension JobLedger {
    /// Takes the store for a process: jobs that ran in one that died are offered again, or are
    /// discarded when their attempts are used up.
    ///
    /// - Parameters:
    ///   - owner: The process.
    ///   - firstJobID: The id of the next job, at least ``nextJobID``.
    ///   - newEpoch: The epoch that begins, above ``epoch``; the next one unless told otherwise.
    ///   - now: The clock's time.
    ///   - events: Where the events go, each of them applied.
    package mutating func open(
        _ owner: StoreOwner,
        firstJobID: JobID,
        epoch newEpoch: UInt64? = nil,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) {
        let opened = JobEvent(
            sequence: lastSequence.next,
            epoch: newEpoch ?? epoch + 1,
            timestamp: now,
            body: .store(.opened(owner, firstJobID: firstJobID))
        )
        take(opened, into: &events)
        for slot in runningSlots() {
            let isOver = rows[slot].attempt >= rows[slot].maxAttempts
            let change: JobTransition.Change =
                isOver
                ? .discarded(
                    error: "The process that ran the job died during its last attempt.",
                    actor: nil,
                    duration: nil
                )
                : .rescued(error: "The process that ran the job died.")
            transition(slot, change, at: now, into: &events)
        }
    }

    /// Gives the store back: jobs that still run are offered again, the attempt not counted.
    package mutating func close(at now: Timestamp, into events: inout [JobEvent]) {
        guard isOpen else { return }
        for slot in runningSlots() {
            let duration = elapsed(slot, at: now)
            let change = JobTransition.Change.interrupted(
                reason: "The store was closed while the job ran.",
                duration: duration
            )
            transition(slot, change, at: now, into: &events)
        }
        append(.store(.closed), at: now, into: &events)
    }

    /// The jobs that run, by id.
    private func runningSlots() -> [Slot] {
        var slots: [Slot] = []
        var slot = order.newest
        while slot != .none, slots.count < runningCount {
            if rows[slot].state == .running { slots.append(slot) }
            slot = order.older(than: slot)
        }
        return slots.sorted { [rows] in rows[$0].id < rows[$1].id }
    }

    /// How long the attempt of a running job has lasted; zero when the clock went backwards.
    func elapsed(_ slot: Slot, at now: Timestamp) -> Duration {
        max(.zero, now.since(rows[slot].updatedAt))
    }

    /// Makes a job's next transition happen.
    mutating func transition(
        _ slot: Slot,
        _ change: JobTransition.Change,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) {
        let row = rows[slot]
        let attempt =
            switch change {
            case .claimed: Int(row.attempt) + 1
            case .snoozed, .interrupted: Int(row.attempt) - 1
            default: Int(row.attempt)
            }
        let transition = JobTransition(
            jobID: row.id,
            version: row.version + 1,
            previous: row.lastTransition,
            attempt: attempt,
            change: change
        )
        append(transition, at: now, into: &events)
    }

    /// Makes a transition happen in this epoch.
    mutating func append(
        _ transition: consuming JobTransition,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) {
        let (sequence, epoch) = (lastSequence.next, epoch)
        let head = TransitionHead(transition, sequence, epoch: epoch, at: now)
        do {
            try take(transition.change, head)
        } catch {
            Self.refuse(error)
        }
        events.append(
            JobEvent(sequence: sequence, epoch: epoch, timestamp: now, body: .job(transition))
        )
    }

    /// Makes an event that is about no job happen in this epoch.
    mutating func append(
        _ body: JobEvent.Body,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) {
        let event = JobEvent(
            sequence: lastSequence.next,
            epoch: epoch,
            timestamp: now,
            body: body
        )
        take(event, into: &events)
    }

    private mutating func take(_ event: JobEvent, into events: inout [JobEvent]) {
        do {
            try apply(event)
        } catch {
            Self.refuse(error)
        }
        events.append(event)
    }

    private static func refuse(_ error: LedgerError) -> Never {
        preconditionFailure("A command made an illegal event. \(error)")
    }
}
