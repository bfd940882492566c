package import LazyJobs

extension BlockWriter {
    /// Appends an event of the block's epoch.
    package mutating func append(_ event: JobEvent) {
        precondition(event.timestamp.isWritable, "a time is out of bounds")
        let sinceLast = event.timestamp.microseconds &- time
        time = event.timestamp.microseconds
        writer.append(event.body.kindOnDisk.rawValue)
        writer.append(zigzag: sinceLast)
        switch event.body {
        case .job(let transition): append(transition, at: event.sequence)
        case .schedule(let change): append(change)
        case .queue(let change): append(change)
        case .store(let change): append(change)
        }
    }

    private mutating func append(_ transition: JobTransition, at sequence: SequenceNumber) {
        let id = transition.jobID.rawValue
        precondition(FormatLimits.isJobID(id), "a job id is out of bounds")
        precondition((0...FormatLimits.attemptMax).contains(transition.attempt), "attempts")
        writer.append(zigzag: Int64(bitPattern: id &- jobID))
        jobID = id
        writer.append(varint: UInt64(transition.version))
        if let previous = transition.previous {
            precondition(previous > .zero && previous < sequence, "an event points forward")
            writer.append(varint: sequence.rawValue - previous.rawValue)
        } else {
            writer.append(0)
        }
        writer.append(varint: transition.attempt)
        append(transition.change)
    }

    private mutating func append(_ change: JobTransition.Change) {
        switch change {
        case .enqueued(let job, let runAt):
            append(date: Timestamp(runAt))
            append(job)
        case .claimed(let worker):
            append(name: worker)
        case .succeeded(let output, let duration):
            writer.append(presence: output != nil)
            append(duration: duration)
            if let output { writer.append(sized: output, max: FormatLimits.bytesSizeMax) }
        case .retried(let error, let runAt, let duration):
            append(text: error)
            append(date: Timestamp(runAt))
            append(duration: duration)
        case .discarded(let reason, let actor, let duration),
            .cancelled(let reason, let actor, let duration):
            writer.append(presence: actor != nil, duration != nil)
            append(text: reason)
            if let actor { append(name: actor) }
            if let duration { append(duration: duration) }
        case .snoozed(let runAt, let reason, let duration):
            writer.append(presence: reason != nil)
            append(date: Timestamp(runAt))
            append(duration: duration)
            if let reason { append(text: reason) }
        case .interrupted(let reason, let duration):
            append(text: reason)
            append(duration: duration)
        case .rescued(let error):
            append(text: error)
        case .pruned:
            break
        case .carried(let carried):
            append(carried)
        case .requeued(let runAt, let maxAttempts, let reason, let actor):
            precondition((0...FormatLimits.attemptMax).contains(maxAttempts), "attempts")
            writer.append(presence: reason != nil, actor != nil)
            append(date: Timestamp(runAt))
            writer.append(varint: maxAttempts)
            if let reason { append(text: reason) }
            if let actor { append(name: actor) }
        }
    }

    private mutating func append(_ change: ScheduleChange) {
        switch change {
        case .set(let schedule, let actor):
            writer.append(presence: actor != nil)
            append(schedule)
            if let actor { append(name: actor) }
        case .advanced(let key, let nextRunAt, let enqueued):
            append(key: key)
            append(date: Timestamp(nextRunAt))
            writer.append(enqueued ? 1 : 0)
        case .removed(let key, let actor):
            writer.append(presence: actor != nil)
            append(key: key)
            if let actor { append(name: actor) }
        }
    }

    private mutating func append(_ change: QueueChange) {
        switch change {
        case .paused(let queue, let reason, let actor):
            writer.append(presence: reason != nil, actor != nil)
            append(name: queue)
            if let reason { append(text: reason) }
            if let actor { append(name: actor) }
        case .resumed(let queue, let actor):
            writer.append(presence: actor != nil)
            append(name: queue)
            if let actor { append(name: actor) }
        }
    }

    private mutating func append(_ change: StoreChange) {
        switch change {
        case .opened(let owner, let firstJobID):
            precondition(FormatLimits.isJobID(firstJobID.rawValue), "a job id is out of bounds")
            writer.append(zigzag: Int64(owner.processID))
            append(name: owner.bootID)
            append(name: owner.host)
            writer.append(varint: firstJobID.rawValue)
        case .closed:
            break
        }
    }
}

extension JobEvent.Body {
    fileprivate var kindOnDisk: EventKind {
        switch self {
        case .job(let transition): transition.kindOnDisk
        case .schedule(.set): .scheduleSet
        case .schedule(.advanced): .scheduleAdvanced
        case .schedule(.removed): .scheduleRemoved
        case .queue(.paused): .queuePaused
        case .queue(.resumed): .queueResumed
        case .store(.opened): .storeOpened
        case .store(.closed): .storeClosed
        }
    }
}

extension JobTransition {
    fileprivate var kindOnDisk: EventKind {
        switch change {
        case .enqueued: .enqueued
        case .claimed: .claimed
        case .succeeded: .succeeded
        case .retried: .retried
        case .discarded: .discarded
        case .cancelled: .cancelled
        case .snoozed: .snoozed
        case .interrupted: .interrupted
        case .rescued: .rescued
        case .pruned: .pruned
        case .carried: .carried
        case .requeued: .requeued
        }
    }
}
