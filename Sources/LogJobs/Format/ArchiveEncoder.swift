package import JobLedger
package import LazyJobs

/// Makes the parts of an archive, one after another; owned by one writer.
// SAFETY: a value of it cannot be copied, so its zlib stream is used by whoever owns it only.
package struct ArchiveEncoder: ~Copyable, @unchecked Sendable {
    /// How large a block grows: larger ones deflate hardly better, and cost each reading more.
    package static let blockSize = 64 << 10
    private static let pageCount = 4096

    private var deflate = DeflateStream(effort: .thorough)
    private var block = BlockWriter()
    private var events: Run?

    /// Events of one epoch without a gap.
    private struct Run: Sendable {
        let first: SequenceNumber
        let epoch: UInt64
        var count = 0

        init(_ event: JobEvent) {
            first = event.sequence
            epoch = event.epoch
        }

        func goOn(with event: JobEvent) -> Bool {
            event.epoch == epoch && event.sequence.rawValue == first.rawValue + UInt64(count)
        }
    }

    package init() {}

    /// Adds an event behind the others.
    ///
    /// - Returns: The block before, if it is full now.
    package mutating func add(_ event: JobEvent) -> ArchiveBlock? {
        var finished: ArchiveBlock?
        if let events, !events.goOn(with: event) || block.count >= Self.blockSize {
            finished = finishBlock()
        }
        if events == nil {
            begin(event)
        }
        let size = block.count
        block.append(event.archived)
        if block.count > FormatLimits.archiveBlockSizeMax, events?.count ?? 0 > 0 {
            block.writer.truncate(to: size)
            precondition(finished == nil, "a new block is too large for its second event")
            finished = finishBlock()
            begin(event)
            block.append(event.archived)
        }
        events?.count += 1
        return finished
    }

    private mutating func begin(_ event: JobEvent) {
        block.begin(epoch: event.epoch, time: event.timestamp)
        events = Run(event)
    }

    /// Ends the block that is begun, if one is.
    package mutating func finishBlock() -> ArchiveBlock? {
        guard let events else { return nil }
        self.events = nil
        let (stored, bytes) = PackedBytes.pack(block.writer.bytes, with: &deflate)
        return ArchiveBlock(
            stored: stored,
            bytes: bytes,
            firstSequence: events.first,
            eventCount: events.count
        )
    }

    /// The pages that say of pruned jobs which event was their last.
    package mutating func pages(
        of pruned: [PrunedJobs.Entry],
        first: SequenceNumber
    ) -> [(stored: [UInt8], page: ArchiveDirectory.Page)] {
        let sorted = pruned.sorted { $0.id < $1.id }
        return stride(from: 0, to: sorted.count, by: Self.pageCount).map { start in
            page(of: sorted[start..<min(start + Self.pageCount, sorted.count)], first: first)
        }
    }

    private mutating func page(
        of jobs: ArraySlice<PrunedJobs.Entry>,
        first: SequenceNumber
    ) -> (stored: [UInt8], page: ArchiveDirectory.Page) {
        var writer = ByteWriter()
        var (id, sequence) = (UInt64(0), first.rawValue)
        for job in jobs {
            writer.append(varint: job.id.rawValue - id)
            writer.append(zigzag: Int64(bitPattern: job.sequence.rawValue &- sequence))
            (id, sequence) = (job.id.rawValue, job.sequence.rawValue)
        }
        let (stored, bytes) = PackedBytes.pack(writer.bytes, with: &deflate)
        let page = ArchiveDirectory.Page(
            firstID: jobs[jobs.startIndex].id,
            lastID: JobID(rawValue: id),
            jobCount: jobs.count,
            offset: 0,
            bytes: bytes
        )
        return (stored, page)
    }

    /// The end of the file: the directory and the trailer.
    package mutating func ending(
        _ directory: ArchiveDirectory,
        at offset: UInt64,
        header: NumberedHeader
    ) -> [UInt8] {
        let (stored, bytes) = PackedBytes.pack(directory.encoded(), with: &deflate)
        let trailer = FileTrailer(directoryOffset: offset, directory: bytes)
        return stored + trailer.encoded(headerChecksum: header.checksum)
    }
}

/// A block as it is to be stored.
package struct ArchiveBlock: Sendable {
    package var stored: [UInt8]
    package var bytes: PackedBytes
    package var firstSequence: SequenceNumber
    package var eventCount: Int
}

extension JobEvent {
    /// The event without what an archive has elsewhere: a carried payload.
    fileprivate var archived: JobEvent {
        guard case .job(var transition) = body, case .carried(var carried) = transition.change
        else { return self }
        carried.job.payload = JobPayload(
            bytes: [],
            encoding: carried.job.payload.encoding,
            version: carried.job.payload.version
        )
        carried.payloadLost = true
        transition.change = .carried(carried)
        var event = self
        event.body = .job(transition)
        return event
    }
}
