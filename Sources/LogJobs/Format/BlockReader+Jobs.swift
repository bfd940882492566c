package import JobLedger
import LazyJobs

extension BlockReader {
    /// Reads which of a job's rare fields are there.
    mutating func jobPresence() throws(FormatError) -> Presence {
        try reader.presence(of: 10)
    }

    mutating func job() throws(FormatError) -> NewJob {
        try job(try jobPresence())
    }

    mutating func job(_ presence: Presence) throws(FormatError) -> NewJob {
        var presence = presence
        let (kind, queue, encoding) = (try name(), try name(), try name())
        let version = try reader.count(max: Int(UInt32.max), "a payload's version")
        let payload = JobPayload(
            bytes: try bytes(),
            encoding: encoding,
            version: UInt32(version)
        )
        let (rank, attempts) = (try priority(), try maxAttempts())
        // Read in this order; and made in one go, since each change of a job is a copy of it.
        return NewJob(
            kind: kind,
            queue: queue,
            payload: payload,
            priority: rank,
            runAt: presence.take() ? try date().date : nil,
            maxAttempts: attempts,
            timeout: presence.take() ? try duration() : nil,
            uniqueKey: presence.take() ? try key() : nil,
            concurrencyKey: presence.take() ? try key() : nil,
            idempotencyKey: presence.take() ? try key() : nil,
            scheduleKey: presence.take() ? try name() : nil,
            tags: presence.take() ? try tags() : [],
            metadata: presence.take() ? try metadata() : [:],
            waitsFor: presence.take() ? try waits() : [],
            actor: presence.take() ? try name() : nil
        )
    }

    mutating func priority() throws(FormatError) -> JobPriority {
        guard let rank = Int8(exactly: try reader.zigzag()) else {
            throw .damaged("a priority is out of bounds")
        }
        return JobPriority(rawValue: rank)
    }

    mutating func maxAttempts() throws(FormatError) -> Int {
        try reader.count(max: FormatLimits.attemptMax, "allowed attempts")
    }

    mutating func tags() throws(FormatError) -> [String] {
        var tags: [String] = []
        for _ in 0..<(try listCount(max: FormatLimits.tagCountMax, "tags")) {
            tags.append(try name())
        }
        return tags
    }

    mutating func metadata() throws(FormatError) -> [String: String] {
        var metadata: [String: String] = [:]
        var last: String?
        for _ in 0..<(try listCount(max: FormatLimits.metadataCountMax, "metadata")) {
            let key = try text()
            let isInOrder = last.map { $0.utf8.lexicographicallyPrecedes(key.utf8) } ?? true
            // Two keys can differ in bytes and be the same text.
            guard isInOrder, metadata.updateValue(try text(), forKey: key) == nil else {
                throw .damaged("metadata is out of order")
            }
            last = key
        }
        return metadata
    }

    mutating func waits() throws(FormatError) -> [JobID] {
        var waits: [JobID] = []
        for _ in 0..<(try listCount(max: FormatLimits.waitCountMax, "jobs waited for")) {
            waits.append(try nextJobID())
        }
        return waits
    }

    mutating func carriedJob() throws(FormatError) -> CarriedJob {
        var presence = try reader.presence(of: 5)
        let state = try JobState(numberOnDisk: try reader.byte())
        let (runAt, createdAt, updatedAt) = (try date(), try date(), try date())
        var carried = CarriedJob(
            job: try job(),
            state: state,
            runAt: runAt.date,
            createdAt: createdAt.date,
            updatedAt: updatedAt.date
        )
        if presence.take() { carried.lastError = try text() }
        if presence.take() { carried.worker = try name() }
        if presence.take() { carried.output = try bytes() }
        carried.payloadLost = presence.take()
        carried.isReady = presence.take()
        return carried
    }

    mutating func schedule() throws(FormatError) -> JobSchedule {
        let key = try key()
        let interval = try duration()
        let nextRunAt = try date()
        return JobSchedule(
            key: key,
            interval: interval,
            nextRunAt: nextRunAt.date,
            job: try job()
        )
    }

    package mutating func baseline() throws(FormatError) -> LedgerBaseline {
        var baseline = LedgerBaseline(
            lastSequence: SequenceNumber(rawValue: try reader.varint()),
            epoch: try reader.varint(),
            nextJobID: try nextJobID(),
            isOpen: try reader.flag(),
            schedules: [],
            pausedQueues: []
        )
        for _ in 0..<(try reader.count(max: reader.remaining, "schedules")) {
            baseline.schedules.append(try schedule())
        }
        for _ in 0..<(try reader.count(max: reader.remaining, "paused queues")) {
            baseline.pausedQueues.append(try pausedQueue())
        }
        try reader.end("the baseline")
        // By their bytes: texts that look alike are two for the ledger.
        let keys = Set(baseline.schedules.map { Array($0.key.utf8) })
        let queues = Set(baseline.pausedQueues.map { Array($0.queue.utf8) })
        guard keys.count == baseline.schedules.count, queues.count == baseline.pausedQueues.count
        else { throw .damaged("a schedule or a paused queue is there twice") }
        return baseline
    }

    private mutating func pausedQueue() throws(FormatError) -> PausedQueue {
        var presence = try reader.presence(of: 2)
        let queue = try name()
        let reason = presence.take() ? try text() : nil
        return PausedQueue(
            queue: queue,
            reason: reason,
            actor: presence.take() ? try name() : nil
        )
    }
}
