package import LazyJobs
package import JobLedger

/// Reads the parts of archives; owned by one reader.
// SAFETY: a value of it cannot be copied, so its zlib stream is used by whoever owns it only.
package struct ArchiveDecoder: ~Copyable, @unchecked Sendable {
    private var inflate = InflateStream()

    package init() {}

    /// Reads the directory.
    package mutating func directory(
        _ trailer: FileTrailer,
        stored: [UInt8]
    ) throws(FormatError) -> ArchiveDirectory {
        let raw = try trailer.directory.unpack(stored, with: &inflate)
        return try ArchiveDirectory(decoding: raw, end: trailer.directoryOffset)
    }

    /// All events of a block.
    package mutating func events(
        of block: ArchiveDirectory.Block,
        stored: [UInt8]
    ) throws(FormatError) -> [JobEvent] {
        var reader = BlockReader(try block.bytes.unpack(stored, with: &inflate))
        return try reader.events(count: block.eventCount, first: block.firstSequence)
    }

    /// One event of a block.
    package mutating func event(
        at sequence: SequenceNumber,
        of block: ArchiveDirectory.Block,
        stored: [UInt8]
    ) throws(FormatError) -> JobEvent {
        let index = sequence.rawValue &- block.firstSequence.rawValue
        guard index < UInt64(block.eventCount) else {
            throw .damaged("event \(sequence) is not in the block")
        }
        var reader = BlockReader(try block.bytes.unpack(stored, with: &inflate))
        let events = try reader.events(
            count: block.eventCount,
            first: block.firstSequence,
            through: Int(index)
        )
        return events[Int(index)]
    }

    /// All jobs of a page.
    package mutating func jobs(
        of page: ArchiveDirectory.Page,
        first: SequenceNumber,
        stored: [UInt8]
    ) throws(FormatError) -> [PrunedJobs.Entry] {
        var reader = ByteReader(try page.bytes.unpack(stored, with: &inflate))
        var jobs: [PrunedJobs.Entry] = []
        jobs.reserveCapacity(min(page.jobCount, reader.remaining / 2))
        var (id, sequence) = (UInt64(0), first.rawValue)
        for _ in 0..<page.jobCount {
            let step = try reader.varint()
            guard step > 0, step <= FormatLimits.jobIDMax - id else {
                throw .damaged("jobs of a page out of order")
            }
            id += step
            sequence &+= UInt64(bitPattern: try reader.zigzag())
            jobs.append(
                PrunedJobs.Entry(
                    id: JobID(rawValue: id),
                    sequence: SequenceNumber(rawValue: sequence)
                )
            )
        }
        try reader.end("the jobs of a page")
        guard jobs.first?.id == page.firstID, jobs.last?.id == page.lastID else {
            throw .damaged("a page does not hold the jobs it should")
        }
        return jobs
    }
}
