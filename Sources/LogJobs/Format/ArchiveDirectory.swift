package import JobLedger
package import LazyJobs

/// What stands where in an archive.
package struct ArchiveDirectory: Hashable, Sendable {
    /// A segment whose events are in it.
    package struct Segment: Hashable, Sendable {
        package var id: SegmentID
        /// One less than its first when it has no events.
        package var lastSequence: SequenceNumber
        /// Its link of the chain.
        package var link: Digest

        package init(id: SegmentID, lastSequence: SequenceNumber, link: Digest) {
            self.id = id
            self.lastSequence = lastSequence
            self.link = link
        }
    }

    /// Events, one block.
    package struct Block: Hashable, Sendable {
        package var firstSequence: SequenceNumber
        package var eventCount: Int
        package var offset: UInt64
        package var bytes: PackedBytes

        /// The event behind its last.
        package var nextSequence: SequenceNumber {
            SequenceNumber(rawValue: firstSequence.rawValue + UInt64(eventCount))
        }
    }

    /// Pruned jobs, one page.
    package struct Page: Hashable, Sendable {
        package var firstID: JobID
        package var lastID: JobID
        package var jobCount: Int
        package var offset: UInt64
        package var bytes: PackedBytes
    }

    package var firstSequence: SequenceNumber
    /// The state before the first event, without jobs.
    package var baseline: LedgerBaseline
    package var segments: [Segment] = []
    package var blocks: [Block] = []
    package var pages: [Page] = []

    package init(firstSequence: SequenceNumber, baseline: LedgerBaseline) {
        self.firstSequence = firstSequence
        self.baseline = baseline
    }

    /// The event behind the last.
    package var nextSequence: SequenceNumber { segments.last?.lastSequence.next ?? firstSequence }

    /// How many events could not be read when the archive was written.
    package var lostCount: UInt64 {
        let count = nextSequence.rawValue - firstSequence.rawValue
        return count - blocks.reduce(0) { $0 + UInt64($1.eventCount) }
    }

    /// The block that has an event, unless the event was lost.
    package func block(of sequence: SequenceNumber) -> Block? {
        var (low, high) = (0, blocks.count)
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].firstSequence <= sequence { low = middle + 1 } else { high = middle }
        }
        guard low > 0, sequence < blocks[low - 1].nextSequence else { return nil }
        return blocks[low - 1]
    }

    /// The page that has a job, if any does.
    package func page(of id: JobID) -> Page? {
        pages.first { $0.firstID <= id && id <= $0.lastID }
    }
}

// MARK: - Bytes

extension ArchiveDirectory {
    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(varint: firstSequence.rawValue)
        var block = BlockWriter()
        block.begin()
        block.append(baseline)
        writer.append(sized: block.writer.bytes, max: FormatLimits.rawSizeMax)
        writer.append(varint: segments.count)
        var lastSegment: UInt64 = 0
        var next = firstSequence.rawValue
        for segment in segments {
            writer.append(varint: segment.id.rawValue - lastSegment)
            lastSegment = segment.id.rawValue
            writer.append(varint: segment.lastSequence.rawValue + 1 - next)
            next = segment.lastSequence.rawValue + 1
            writer.append(contentsOf: segment.link.bytes)
        }
        writer.append(varint: blocks.count)
        next = firstSequence.rawValue
        for block in blocks {
            writer.append(varint: block.firstSequence.rawValue - next)
            next = block.nextSequence.rawValue
            writer.append(varint: block.eventCount)
            block.bytes.write(to: &writer)
        }
        writer.append(varint: pages.count)
        var lastID: UInt64 = 0
        for page in pages {
            writer.append(varint: page.firstID.rawValue - lastID)
            writer.append(varint: page.lastID.rawValue - page.firstID.rawValue)
            lastID = page.lastID.rawValue
            writer.append(varint: page.jobCount)
            page.bytes.write(to: &writer)
        }
        return writer.bytes
    }

    /// Reads the directory of a file in which it begins at `end`, where the pages end.
    init(decoding raw: ArraySlice<UInt8>, end: UInt64) throws(FormatError) {
        var reader = ByteReader(raw)
        firstSequence = SequenceNumber(rawValue: try reader.varint())
        guard firstSequence > .zero else { throw .damaged("there is no event 0") }
        var block = BlockReader(try reader.slice(try reader.count(max: raw.count, "a baseline")))
        baseline = try block.baseline()
        try readSegments(from: &reader)
        var offset = UInt64(NumberedHeader.size)
        try readBlocks(from: &reader, &offset)
        try readPages(from: &reader, &offset)
        try reader.end("the directory")
        guard offset == end else { throw .damaged("the directory does not fit the file") }
        guard !segments.isEmpty, blocks.last?.nextSequence ?? firstSequence <= nextSequence else {
            throw .damaged("the blocks hold other events than the segments")
        }
    }

    private mutating func readSegments(from reader: inout ByteReader) throws(FormatError) {
        let count = try reader.count(max: reader.remaining / Digest.size, "segments")
        var id: UInt64 = 0
        var last = firstSequence.rawValue - 1
        for _ in 0..<count {
            let step = try reader.varint()
            let eventCount = try reader.varint()
            guard step > 0, step <= .max - id, eventCount < .max - last else {
                throw .damaged("segments out of order")
            }
            id += step
            last += eventCount
            segments.append(
                Segment(
                    id: SegmentID(rawValue: id),
                    lastSequence: SequenceNumber(rawValue: last),
                    link: Digest(Array(try reader.slice(Digest.size)))
                )
            )
        }
    }

    private mutating func readBlocks(
        from reader: inout ByteReader,
        _ offset: inout UInt64
    ) throws(FormatError) {
        var next = firstSequence.rawValue
        for _ in 0..<(try reader.count(max: reader.remaining / Self.entrySizeMin, "blocks")) {
            let lostCount = try reader.varint()
            let eventCount = try reader.count(max: FormatLimits.archiveBlockSizeMax, "events")
            let sizeMax =
                eventCount > 1 ? FormatLimits.archiveBlockSizeMax : FormatLimits.eventSizeMax
            let bytes = try PackedBytes(from: &reader, rawLengthMax: sizeMax)
            guard eventCount > 0, lostCount < .max - next,
                UInt64(eventCount) < .max - next - lostCount
            else { throw .damaged("a block without events") }
            next += lostCount
            blocks.append(
                Block(
                    firstSequence: SequenceNumber(rawValue: next),
                    eventCount: eventCount,
                    offset: offset,
                    bytes: bytes
                )
            )
            next += UInt64(eventCount)
            offset += UInt64(bytes.storedLength)
        }
    }

    private mutating func readPages(
        from reader: inout ByteReader,
        _ offset: inout UInt64
    ) throws(FormatError) {
        var last: UInt64 = 0
        for _ in 0..<(try reader.count(max: reader.remaining / Self.entrySizeMin, "pages")) {
            let (step, span) = (try reader.varint(), try reader.varint())
            guard step > 0, step <= FormatLimits.jobIDMax - last,
                span <= FormatLimits.jobIDMax - last - step
            else { throw .damaged("pages out of order") }
            let first = last + step
            last = first + span
            let count = try reader.count(max: FormatLimits.archivePageSizeMax, "jobs of a page")
            let bytes = try PackedBytes(
                from: &reader,
                rawLengthMax: FormatLimits.archivePageSizeMax
            )
            pages.append(
                Page(
                    firstID: JobID(rawValue: first),
                    lastID: JobID(rawValue: last),
                    jobCount: count,
                    offset: offset,
                    bytes: bytes
                )
            )
            offset += UInt64(bytes.storedLength)
        }
    }

    /// Three varints and a checksum.
    private static let entrySizeMin = 7
}
