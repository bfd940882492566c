import JobLedger
package import LazyJobs

extension BlockReader {
    /// Reads a whole block, or its events up to the one with the index `last`; `first` is the
    /// sequence number of the block's first event.
    package mutating func events(
        count: Int,
        first: SequenceNumber,
        through last: Int? = nil
    ) throws(FormatError) -> [JobEvent] {
        let epoch = try begin()
        var events: [JobEvent] = []
        // An event has two bytes at least.
        events.reserveCapacity(min(count, reader.remaining / 2))
        for index in 0..<min(count, (last ?? count) + 1) {
            let sequence = SequenceNumber(rawValue: first.rawValue + UInt64(index))
            events.append(try event(try eventKind(at: sequence), sequence, epoch: epoch))
        }
        if last == nil { try end() }
        return events
    }

    /// Reads what stands before the first event of a block.
    ///
    /// - Returns: The epoch of all its events.
    mutating func begin() throws(FormatError) -> UInt64 {
        let epoch = try reader.varint()
        time = try date().microseconds
        return epoch
    }

    /// Throws unless all events of a block were read.
    func end() throws(FormatError) {
        try reader.end("the events of a block")
    }

    /// Reads what an event begins with: its kind and its time.
    mutating func eventKind(at sequence: SequenceNumber) throws(FormatError) -> EventKind {
        let number = try reader.byte()
        guard let kind = EventKind(rawValue: number) else {
            throw .damaged("event \(sequence) is of the unknown kind \(number)")
        }
        time = try date().microseconds
        return kind
    }

    /// Reads the rest of an event.
    mutating func event(
        _ kind: EventKind,
        _ sequence: SequenceNumber,
        epoch: UInt64
    ) throws(FormatError) -> JobEvent {
        if kind.isTransition {
            var head = TransitionHead()
            try read(&head, at: sequence, epoch: epoch)
            return JobEvent(head, try change(kind))
        }
        return JobEvent(
            sequence: sequence,
            epoch: epoch,
            timestamp: Timestamp(microseconds: time),
            body: try body(kind)
        )
    }

    /// What is about no job.
    private mutating func body(_ kind: EventKind) throws(FormatError) -> JobEvent.Body {
        switch kind {
        case .scheduleSet, .scheduleAdvanced, .scheduleRemoved:
            return .schedule(try scheduleChange(kind))
        case .queuePaused:
            var presence = try reader.presence(of: 2)
            let (hasReason, hasActor) = (presence.take(), presence.take())
            return .queue(
                .paused(
                    queue: try name(),
                    reason: hasReason ? try text() : nil,
                    actor: hasActor ? try name() : nil
                )
            )
        case .queueResumed:
            var presence = try reader.presence(of: 1)
            return .queue(
                .resumed(queue: try name(), actor: presence.take() ? try name() : nil)
            )
        case .storeOpened:
            return .store(try opened())
        case .storeClosed:
            return .store(.closed)
        default:
            throw .damaged("kind \(kind.rawValue) is about a job")
        }
    }

    /// Reads what every transition of a job begins with.
    mutating func read(
        _ head: inout TransitionHead,
        at sequence: SequenceNumber,
        epoch: UInt64
    ) throws(FormatError) {
        jobID &+= UInt64(bitPattern: try reader.zigzag())
        guard FormatLimits.isJobID(jobID) else { throw .damaged("a job id is out of bounds") }
        head.version = UInt32(try reader.count(max: Int(UInt32.max), "a version"))
        let distance = try reader.varint()
        guard distance < sequence.rawValue else {
            throw .damaged("event \(sequence) points before the first")
        }
        let previous = SequenceNumber(rawValue: sequence.rawValue - distance)
        head.previous = distance == 0 ? nil : previous
        head.attempt = try reader.count(max: FormatLimits.attemptMax, "an attempt")
        (head.sequence, head.epoch) = (sequence, epoch)
        head.timestamp = Timestamp(microseconds: time)
        head.jobID = JobID(rawValue: jobID)
    }

    private mutating func change(_ kind: EventKind) throws(FormatError) -> JobTransition.Change {
        switch kind {
        case .enqueued:
            let runAt = try date()
            return .enqueued(try job(try jobPresence()), runAt: runAt.date)
        case .claimed:
            return .claimed(worker: try name())
        case .succeeded, .retried, .snoozed, .interrupted:
            return try attemptEnd(kind)
        case .discarded:
            let end = try decision()
            return .discarded(error: end.reason, actor: end.actor, duration: end.duration)
        case .cancelled:
            let end = try decision()
            return .cancelled(reason: end.reason, actor: end.actor, duration: end.duration)
        case .rescued:
            return .rescued(error: try text())
        case .pruned:
            return .pruned
        case .carried:
            return .carried(try carriedJob())
        case .requeued:
            return try requeued()
        default:
            throw .damaged("kind \(kind.rawValue) is not about a job")
        }
    }

    private mutating func attemptEnd(
        _ kind: EventKind
    ) throws(FormatError) -> JobTransition.Change {
        switch kind {
        case .succeeded:
            let (output, duration) = try success()
            return .succeeded(output: output, duration: duration)
        case .retried:
            let error = try text()
            let runAt = try date()
            return .retried(error: error, runAt: runAt.date, duration: try duration())
        case .snoozed:
            var presence = try reader.presence(of: 1)
            let runAt = try date()
            let duration = try duration()
            return .snoozed(
                runAt: runAt.date,
                reason: presence.take() ? try text() : nil,
                duration: duration
            )
        default:
            let reason = try text()
            return .interrupted(reason: reason, duration: try duration())
        }
    }

    mutating func success() throws(FormatError) -> (output: [UInt8]?, duration: Duration) {
        var presence = try reader.presence(of: 1)
        let duration = try duration()
        return (presence.take() ? try bytes() : nil, duration)
    }

    private mutating func decision() throws(FormatError) -> (
        reason: String, actor: String?, duration: Duration?
    ) {
        var presence = try reader.presence(of: 2)
        let reason = try text()
        let actor = presence.take() ? try name() : nil
        return (reason, actor, presence.take() ? try duration() : nil)
    }

    private mutating func requeued() throws(FormatError) -> JobTransition.Change {
        var presence = try reader.presence(of: 2)
        let runAt = try date()
        let maxAttempts = try reader.count(max: FormatLimits.attemptMax, "the attempts allowed")
        return .requeued(
            runAt: runAt.date,
            maxAttempts: maxAttempts,
            reason: presence.take() ? try text() : nil,
            actor: presence.take() ? try name() : nil
        )
    }

    private mutating func scheduleChange(
        _ kind: EventKind
    ) throws(FormatError) -> ScheduleChange {
        if kind == .scheduleAdvanced {
            let key = try key()
            let nextRunAt = try date()
            return .advanced(key: key, nextRunAt: nextRunAt.date, enqueued: try reader.flag())
        }
        var presence = try reader.presence(of: 1)
        if kind == .scheduleSet {
            let schedule = try schedule()
            return .set(schedule, actor: presence.take() ? try name() : nil)
        }
        let key = try key()
        return .removed(key: key, actor: presence.take() ? try name() : nil)
    }

    private mutating func opened() throws(FormatError) -> StoreChange {
        guard let processID = Int32(exactly: try reader.zigzag()) else {
            throw .damaged("a process id is out of bounds")
        }
        let owner = StoreOwner(processID: processID, bootID: try name(), host: try name())
        return .opened(owner, firstJobID: try nextJobID())
    }
}

extension JobEvent {
    init(_ head: TransitionHead, _ change: JobTransition.Change) {
        self.init(
            sequence: head.sequence,
            epoch: head.epoch,
            timestamp: head.timestamp,
            body: .job(
                JobTransition(
                    jobID: head.jobID,
                    version: head.version,
                    previous: head.previous,
                    attempt: head.attempt,
                    change: change
                )
            )
        )
    }
}
