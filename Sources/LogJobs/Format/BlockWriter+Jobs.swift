package import JobLedger
import LazyJobs

extension BlockWriter {
    mutating func append(_ job: NewJob) {
        precondition((0...FormatLimits.attemptMax).contains(job.maxAttempts), "attempts")
        writer.append(presence(in: job))
        append(name: job.kind)
        append(name: job.queue)
        append(name: job.payload.encoding)
        writer.append(varint: UInt64(job.payload.version))
        writer.append(sized: job.payload.bytes, max: FormatLimits.bytesSizeMax)
        writer.append(zigzag: Int64(job.priority.rawValue))
        writer.append(varint: job.maxAttempts)
        if let runAt = job.runAt { append(date: Timestamp(runAt)) }
        if !job.isPlain { append(rareIn: job) }
        if let actor = job.actor { append(name: actor) }
    }

    /// Appends what only a job has that is not plain.
    private mutating func append(rareIn job: NewJob) {
        if let timeout = job.timeout { append(duration: timeout) }
        if let key = job.uniqueKey { append(key: key) }
        if let key = job.concurrencyKey { append(key: key) }
        if let key = job.idempotencyKey { append(key: key) }
        if let key = job.scheduleKey { append(name: key) }
        if !job.tags.isEmpty { append(tags: job.tags) }
        if !job.metadata.isEmpty { append(metadata: job.metadata) }
        if !job.waitsFor.isEmpty { append(waits: job.waitsFor) }
    }

    private func presence(in job: NewJob) -> Presence {
        var presence = Presence()
        let isRare = !job.isPlain
        presence.add(job.runAt != nil)
        presence.add(isRare && job.timeout != nil)
        presence.add(isRare && job.uniqueKey != nil)
        presence.add(isRare && job.concurrencyKey != nil)
        presence.add(isRare && job.idempotencyKey != nil)
        presence.add(isRare && job.scheduleKey != nil)
        presence.add(isRare && !job.tags.isEmpty)
        presence.add(isRare && !job.metadata.isEmpty)
        presence.add(isRare && !job.waitsFor.isEmpty)
        presence.add(job.actor != nil)
        return presence
    }

    mutating func append(tags: [String]) {
        precondition(tags.count <= FormatLimits.tagCountMax, "too many tags")
        writer.append(varint: tags.count)
        for tag in tags { append(name: tag) }
    }

    mutating func append(metadata: [String: String]) {
        precondition(metadata.count <= FormatLimits.metadataCountMax, "too much metadata")
        writer.append(varint: metadata.count)
        let sorted = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (key, value) in sorted {
            append(text: key)
            append(text: value)
        }
    }

    mutating func append(waits: [JobID]) {
        precondition(waits.count <= FormatLimits.waitCountMax, "too many jobs waited for")
        writer.append(varint: waits.count)
        for id in waits {
            precondition(FormatLimits.isJobID(id.rawValue), "a job id is out of bounds")
            writer.append(varint: id.rawValue)
        }
    }

    mutating func append(_ carried: CarriedJob) {
        var presence = Presence()
        presence.add(carried.lastError != nil)
        presence.add(carried.worker != nil)
        presence.add(carried.output != nil)
        presence.add(carried.payloadLost)
        presence.add(carried.isReady)
        writer.append(presence)
        writer.append(carried.state.numberOnDisk)
        append(date: Timestamp(carried.runAt))
        append(date: Timestamp(carried.createdAt))
        append(date: Timestamp(carried.updatedAt))
        append(carried.job)
        if let error = carried.lastError { append(text: error) }
        if let worker = carried.worker { append(name: worker) }
        if let output = carried.output {
            writer.append(sized: output, max: FormatLimits.bytesSizeMax)
        }
    }

    mutating func append(_ schedule: JobSchedule) {
        append(key: schedule.key)
        append(duration: schedule.interval)
        append(date: Timestamp(schedule.nextRunAt))
        append(schedule.job)
    }

    package mutating func append(_ baseline: LedgerBaseline) {
        precondition(FormatLimits.isJobID(baseline.nextJobID.rawValue), "a job id is out of bounds")
        writer.append(varint: baseline.lastSequence.rawValue)
        writer.append(varint: baseline.epoch)
        writer.append(varint: baseline.nextJobID.rawValue)
        writer.append(baseline.isOpen ? 1 : 0)
        writer.append(varint: baseline.schedules.count)
        for schedule in baseline.schedules { append(schedule) }
        writer.append(varint: baseline.pausedQueues.count)
        for paused in baseline.pausedQueues {
            writer.append(presence: paused.reason != nil, paused.actor != nil)
            append(name: paused.queue)
            if let reason = paused.reason { append(text: reason) }
            if let actor = paused.actor { append(name: actor) }
        }
    }
}

extension JobState {
    /// The number that stands for it; never changes.
    var numberOnDisk: UInt8 {
        switch self {
        case .pending: 0
        case .running: 1
        case .retrying: 2
        case .succeeded: 3
        case .discarded: 4
        case .cancelled: 5
        }
    }

    init(numberOnDisk number: UInt8) throws(FormatError) {
        guard let state = JobState.allCases.first(where: { $0.numberOnDisk == number }) else {
            throw .damaged("there is no state \(number)")
        }
        self = state
    }
}
