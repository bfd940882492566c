import JobLedger
import LazyJobs

/// Reads what `JobColumnsWriter` writes.
struct JobColumnsReader {
    private var block: BlockReader
    private var jobs: [JobImage] = []

    /// Reads a part of jobs.
    static func jobs(in raw: ArraySlice<UInt8>) throws(FormatError) -> [JobImage] {
        var columns = JobColumnsReader(raw)
        try columns.read()
        return columns.jobs
    }

    private init(_ raw: ArraySlice<UInt8>) {
        block = BlockReader(raw)
    }

    private mutating func read() throws(FormatError) {
        // A job has one byte at least in each column.
        let count = try block.reader.count(max: block.reader.remaining / 15, "jobs of a part")
        let zero = Timestamp(microseconds: 0)
        let empty = JobImage(
            id: JobID(rawValue: 0),
            version: 0,
            attempt: 0,
            maxAttempts: 0,
            priority: .normal,
            state: .pending,
            isReady: false,
            runAt: zero,
            createdAt: zero,
            updatedAt: zero,
            payloadSequence: .zero,
            lastTransition: .zero,
            recordWeight: 0,
            kind: 0,
            queue: 0
        )
        jobs = Array(repeating: empty, count: count)
        try readNumbers()
        try readTimes()
        var flags: [UInt8] = []
        flags.reserveCapacity(count)
        for index in jobs.indices {
            let byte = try block.reader.byte()
            jobs[index].state = try JobState(numberOnDisk: byte & 7)
            jobs[index].isReady = byte & 8 != 0
            guard byte < 128 else { throw .damaged("an unknown flag") }
            flags.append(byte)
        }
        for index in jobs.indices where flags[index] >= 16 {
            jobs[index].extras = try extras(flags[index])
        }
        try block.reader.end("the jobs of a part")
    }

    private mutating func readNumbers() throws(FormatError) {
        var last: UInt64 = 0
        for index in jobs.indices {
            last &+= UInt64(bitPattern: try block.reader.zigzag())
            jobs[index].id = JobID(rawValue: last)
        }
        last = 0
        for index in jobs.indices {
            last &+= try block.reader.varint()
            jobs[index].lastTransition = SequenceNumber(rawValue: last)
        }
        for index in jobs.indices {
            let distance = UInt64(bitPattern: try block.reader.zigzag())
            let last = jobs[index].lastTransition.rawValue
            jobs[index].payloadSequence = SequenceNumber(rawValue: last &- distance)
        }
        for index in jobs.indices { jobs[index].recordWeight = try number() }
        for index in jobs.indices { jobs[index].kind = try number() }
        for index in jobs.indices { jobs[index].queue = try number() }
        for index in jobs.indices { jobs[index].worker = try number() &- 1 }
        for index in jobs.indices { jobs[index].version = try number() }
        for index in jobs.indices { jobs[index].attempt = try number() }
        for index in jobs.indices { jobs[index].maxAttempts = try number() }
        for index in jobs.indices {
            guard let rank = Int8(exactly: try block.reader.zigzag()) else {
                throw .damaged("a priority is out of bounds")
            }
            jobs[index].priority = JobPriority(rawValue: rank)
        }
    }

    private mutating func number() throws(FormatError) -> UInt32 {
        let number = try block.reader.varint()
        guard number <= UInt64(UInt32.max) else { throw .damaged("a number is out of bounds") }
        return UInt32(number)
    }

    private mutating func readTimes() throws(FormatError) {
        var last: Int64 = 0
        for index in jobs.indices {
            last &+= try block.reader.zigzag()
            jobs[index].createdAt = try time(last)
        }
        for index in jobs.indices {
            let since = try block.reader.zigzag()
            jobs[index].updatedAt = try time(jobs[index].createdAt.microseconds &+ since)
        }
        for index in jobs.indices {
            let since = try block.reader.zigzag()
            jobs[index].runAt = try time(jobs[index].createdAt.microseconds &+ since)
        }
    }

    private func time(_ microseconds: Int64) throws(FormatError) -> Timestamp {
        let time = Timestamp(microseconds: microseconds)
        guard time.isWritable else { throw .damaged("a time is out of bounds") }
        return time
    }

    private mutating func extras(_ flags: UInt8) throws(FormatError) -> JobImage.Extras {
        .extras(
            traits: flags & 16 != 0 ? try traits() : nil,
            error: flags & 32 != 0 ? try block.text() : nil,
            output: flags & 64 != 0 ? try block.bytes() : nil
        )
    }

    private mutating func traits() throws(FormatError) -> JobTraits {
        var presence = try block.reader.presence(of: 8)
        var traits = JobTraits()
        if presence.take() { traits.timeout = try block.duration() }
        if presence.take() { traits.uniqueKey = try block.key() }
        if presence.take() { traits.concurrencyKey = try block.key() }
        if presence.take() { traits.idempotencyKey = try block.key() }
        if presence.take() { traits.scheduleKey = try block.name() }
        if presence.take() { traits.tags = try block.tags() }
        if presence.take() { traits.metadata = try block.metadata() }
        if presence.take() { traits.waitsFor = try block.waits() }
        return traits
    }
}
