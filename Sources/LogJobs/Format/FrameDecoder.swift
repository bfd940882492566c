package import JobLedger
package import LazyJobs

/// Reads frames' payloads; owned by one reader.
///
/// `stored` is what stands behind the frame's header: the payload and, if they are there, the
/// zeros up to the next frame. Every call checks it against the header first.
// SAFETY: a value of it cannot be copied, so its zlib stream is used by whoever owns it only.
package struct FrameDecoder: ~Copyable, @unchecked Sendable {
    private var inflate: InflateStream

    /// - Parameter dictionary: That of the segment the frames come from.
    package init(dictionary: [UInt8]) {
        inflate = InflateStream(dictionary: dictionary)
    }

    /// Checks that the payload matches its checksum, and that only zeros stand behind it.
    package mutating func check(
        _ header: FrameHeader,
        stored: ArraySlice<UInt8>
    ) throws(FormatError) {
        _ = try payload(header, stored)
    }

    /// All events of a batch.
    package mutating func events(
        _ header: FrameHeader,
        stored: ArraySlice<UInt8>
    ) throws(FormatError) -> [JobEvent] {
        let blocks = try eventBlocks(header, stored: stored)
        var events = try blocks[0].events()
        for block in blocks.dropFirst() { events += try block.events() }
        return events
    }

    /// The blocks of a batch, at least one: inflated and verified, not decoded.
    package mutating func eventBlocks(
        _ header: FrameHeader,
        stored: ArraySlice<UInt8>
    ) throws(FormatError) -> [EventBlock] {
        guard header.kind == .batch else { throw .damaged("the frame is no batch") }
        let entries = try blocks(header, stored)
        var blocks: [EventBlock] = []
        blocks.reserveCapacity(entries.count)
        var next = header.firstSequence.rawValue
        var rawCRC: UInt32 = 0
        for entry in entries {
            let first = SequenceNumber(rawValue: next)
            let raw = try raw(entry)
            blocks.append(EventBlock(first: first, eventCount: entry.eventCount, raw: raw))
            next += UInt64(entry.eventCount)
            // That of a single block is the frame's.
            if entries.count > 1 { rawCRC = CRC32C.checksum(raw, seed: rawCRC) }
        }
        guard entries.count == 1 || rawCRC == header.rawCRC else {
            throw .damaged("the raw payload does not match its checksum")
        }
        return blocks
    }

    /// One event of a batch; inflates one block.
    package mutating func event(
        _ header: FrameHeader,
        stored: ArraySlice<UInt8>,
        sequence: SequenceNumber
    ) throws(FormatError) -> JobEvent {
        guard header.kind == .batch, sequence >= header.firstSequence,
            sequence < header.nextSequence
        else { throw .damaged("event \(sequence) is not in the frame") }
        var index = Int(sequence.rawValue - header.firstSequence.rawValue)
        for entry in try blocks(header, stored) {
            guard index >= entry.eventCount else {
                var reader = BlockReader(try raw(entry))
                let first = SequenceNumber(rawValue: sequence.rawValue - UInt64(index))
                let events = try reader.events(
                    count: entry.eventCount,
                    first: first,
                    through: index
                )
                return events[index]
            }
            index -= entry.eventCount
        }
        throw .damaged("event \(sequence) is not in the frame")
    }

    package mutating func baseline(
        _ header: FrameHeader,
        stored: ArraySlice<UInt8>
    ) throws(FormatError) -> LedgerBaseline {
        guard header.kind == .baseline else { throw .damaged("the frame is no baseline") }
        var reader = BlockReader(try raw(try blocks(header, stored)[0]))
        return try reader.baseline()
    }

    private func payload(
        _ header: FrameHeader,
        _ stored: ArraySlice<UInt8>
    ) throws(FormatError) -> ArraySlice<UInt8> {
        var reader = ByteReader(stored)
        let payload = try reader.slice(header.storedLength)
        guard CRC32C.checksum(payload) == header.storedCRC else {
            throw .damaged("the payload does not match its checksum")
        }
        try reader.zeros("the padding of a frame")
        return payload
    }

    /// The checked payload, cut into blocks.
    private func blocks(
        _ header: FrameHeader,
        _ stored: ArraySlice<UInt8>
    ) throws(FormatError) -> [FrameBlock] {
        let blocks = try FrameBlock.blocks(of: header, in: try payload(header, stored))
        guard blocks.contains(where: \.isDeflated) == (header.codec == .deflate) else {
            throw .damaged("the blocks do not fit the codec")
        }
        return blocks
    }

    private mutating func raw(_ block: FrameBlock) throws(FormatError) -> ArraySlice<UInt8> {
        let raw =
            block.isDeflated
            ? try inflate.inflate(block.stored, count: block.rawLength)[...] : block.stored
        guard CRC32C.checksum(raw) == block.rawCRC else {
            throw .damaged("a raw block does not match its checksum")
        }
        return raw
    }
}
