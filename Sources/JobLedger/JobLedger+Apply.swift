package import LazyJobs

extension JobLedger {
    /// Takes the next event of the store into the state.
    ///
    /// - Throws: When the event cannot follow what the ledger has seen; nothing has changed then.
    package mutating func apply(_ event: JobEvent) throws(LedgerError) {
        if case .job(let transition) = event.body {
            let head = TransitionHead(
                transition,
                event.sequence,
                epoch: event.epoch,
                at: event.timestamp
            )
            return try take(transition.change, head)
        }
        try checkOrder(of: event)
        accounts.weigh(EventWeight.ofNoJob)
        switch event.body {
        case .job: break
        case .schedule(let change): try apply(change)
        case .queue(let change): try apply(change)
        case .store(let change): try apply(change, of: event)
        }
        pass(event.sequence)
    }

    /// Takes what happens next to a job into the state.
    ///
    /// - Throws: As for the event that it is a part of.
    mutating func take(
        _ change: JobTransition.Change,
        _ head: TransitionHead
    ) throws(LedgerError) {
        try Self.checkOrder(head.sequence, head.epoch, place)
        accounts.weigh(change.weight)
        try apply(change, head)
        pass(head.sequence)
    }

    /// Takes the next event of the store into the state, a transition that is plain.
    ///
    /// - Throws: As for the event that it is made of.
    package mutating func apply(_ transition: borrowing PlainTransition) throws(LedgerError) {
        try Self.checkOrder(transition.head.sequence, transition.head.epoch, place)
        accounts.weigh(transition.weight)
        switch transition.kind {
        case .enqueued:
            try enqueue(transition.job, runAt: transition.runAt, transition.head)
        case .claimed: try claim(transition.head, worker: transition.worker)
        case .succeeded: try succeed(transition.head, output: nil)
        case .pruned: try prune(transition.head)
        }
        pass(transition.head.sequence)
    }

    private mutating func pass(_ sequence: SequenceNumber) {
        accounts.addEvent()
        lastSequence = sequence
    }

    /// Ends a fold of events that may have carried jobs of which the ledger knew nothing.
    ///
    /// Until then those do not stand in the order of their last change, since each would have to be
    /// looked for a place of its own.
    ///
    /// - Complexity: O(n log n) in the jobs, if there were such jobs.
    package mutating func endFold() {
        order.sort { [rows] newer, older in
            rows[newer].lastTransition > rows[older].lastTransition
        }
    }

    /// Passes over a transition of a job that the ledger does not know, because the events that
    /// made it are gone.
    ///
    /// - Throws: When the event is out of order or is not such a transition.
    package mutating func skip(_ event: JobEvent) throws(LedgerError) {
        guard let transition = event.transition, isGone(transition.jobID),
            transition.kind != .enqueued, transition.kind != .carried
        else { return try apply(event) }
        try checkOrder(of: event)
        accounts.weigh(transition.change.weight)
        skip(transition.jobID, isPruned: transition.kind == .pruned, event.sequence)
    }

    /// Passes over a plain transition as over an event.
    package mutating func skip(_ transition: borrowing PlainTransition) throws(LedgerError) {
        let head = transition.head
        guard isGone(head.jobID), transition.kind != .enqueued else {
            return try apply(transition)
        }
        try Self.checkOrder(head.sequence, head.epoch, place)
        accounts.weigh(transition.weight)
        skip(head.jobID, isPruned: transition.kind == .pruned, head.sequence)
    }

    /// Whether the ledger had the job if nothing was gone.
    private func isGone(_ id: JobID) -> Bool {
        slots[id] == nil && id < nextJobID
    }

    private mutating func skip(_ id: JobID, isPruned: Bool, _ sequence: SequenceNumber) {
        if isPruned { accounts.addPruned(id, at: sequence) }
        pass(sequence)
    }

    private func checkOrder(of event: JobEvent) throws(LedgerError) {
        guard case .store(.opened) = event.body else {
            return try Self.checkOrder(event.sequence, event.epoch, place)
        }
        try Self.checkSequence(event.sequence, place)
        guard event.epoch > epoch, event.epoch < .max else {
            throw .wrongEpoch(current: epoch, found: event.epoch)
        }
    }

    // Of the type: by `self` the whole ledger would be copied, field by field.
    private static func checkOrder(
        _ sequence: SequenceNumber,
        _ epoch: UInt64,
        _ place: Place
    ) throws(LedgerError) {
        try checkSequence(sequence, place)
        guard place.isOpen else { throw .notOpen }
        guard epoch == place.epoch else {
            throw .wrongEpoch(current: place.epoch, found: epoch)
        }
    }

    private static func checkSequence(
        _ sequence: SequenceNumber,
        _ place: Place
    ) throws(LedgerError) {
        guard sequence == place.lastSequence.next else {
            throw .sequenceGap(expected: place.lastSequence.next, found: sequence)
        }
    }

    /// What the next event is looked at by.
    private struct Place {
        var lastSequence: SequenceNumber
        var epoch: UInt64
        var isOpen: Bool
    }

    private var place: Place { Place(lastSequence: lastSequence, epoch: epoch, isOpen: isOpen) }

    private mutating func apply(_ change: StoreChange, of event: JobEvent) throws(LedgerError) {
        switch change {
        case .opened(let owner, let firstJobID):
            // One past the last id there can be: the store is full, and opens all the same.
            guard firstJobID >= nextJobID, firstJobID.rawValue <= UInt64(Int64.max) + 1 else {
                throw .wrongJobID(expected: nextJobID, found: firstJobID)
            }
            try Self.checked { () throws(Violation) in
                let sizeMax = JobLimits.nameSizeMax
                try RequestLimits.check(owner.bootID, "the boot id", to: sizeMax)
                try RequestLimits.check(owner.host, "the host's name", to: sizeMax)
            }
            nextJobID = firstJobID
            epoch = event.epoch
            isOpen = true
        case .closed:
            guard runningCount == 0 else { throw .closedWhileRunning(runningCount) }
            isOpen = false
        }
    }

    private mutating func apply(_ change: QueueChange) throws(LedgerError) {
        try Self.checked { () throws(Violation) in try change.check() }
        let queue = change.queue
        let pause: PausedQueue? =
            switch change {
            case .paused(_, let reason, let actor):
                PausedQueue(queue: queue, reason: reason, actor: actor)
            case .resumed: nil
            }
        guard (pausesByQueue[TextKey(queue)] == nil) != (pause == nil) else {
            throw .queueUnchanged(queue)
        }
        if let pause {
            try Self.checked { () throws(Violation) in try checkRoom(for: pause) }
        }
        keep(pause, queue: queue)
        guard let token = queues.token(of: queue) else { return }
        lanes[Int(token)].isPaused = pause != nil
        offer(token)
    }

    private mutating func apply(_ change: ScheduleChange) throws(LedgerError) {
        switch change {
        case .set(let schedule, let actor):
            try Self.checked { () throws(Violation) in
                try RequestLimits.check(schedule)
                try RequestLimits.check(actor: actor)
                try checkRoom(for: schedule)
            }
            keep(schedule, key: schedule.key)
        case .advanced(let key, let nextRunAt, _):
            guard let schedule = schedulesByKey[TextKey(key)] else { throw .unknownSchedule(key) }
            guard nextRunAt > schedule.nextRunAt, nextRunAt <= JobLimits.latest else {
                throw .scheduleNotAdvanced(key)
            }
            schedulesByKey[TextKey(key)]?.nextRunAt = nextRunAt
        case .removed(let key, let actor):
            try Self.checked { () throws(Violation) in try RequestLimits.check(actor: actor) }
            guard schedulesByKey[TextKey(key)] != nil else { throw .unknownSchedule(key) }
            keep(nil, key: key)
        }
    }

    /// Turns what is wrong with a value into what is wrong with its event.
    static func checked(_ check: () throws(Violation) -> Void) throws(LedgerError) {
        do throws(Violation) {
            try check()
        } catch {
            throw .limitExceeded(error.reason)
        }
    }
}

extension QueueChange {
    fileprivate var queue: String {
        switch self {
        case .paused(let queue, _, _), .resumed(let queue, _): queue
        }
    }

    fileprivate func check() throws(Violation) {
        try RequestLimits.check(queue: queue)
        switch self {
        case .paused(_, let reason, let actor):
            try RequestLimits.check(errorOrReason: reason)
            try RequestLimits.check(actor: actor)
        case .resumed(_, let actor):
            try RequestLimits.check(actor: actor)
        }
    }
}
