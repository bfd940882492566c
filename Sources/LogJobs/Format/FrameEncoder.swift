package import JobLedger
package import LazyJobs

/// Makes frames; owned by one writer.
// SAFETY: a value of it cannot be copied, so its zlib stream is used by whoever owns it only.
package struct FrameEncoder: ~Copyable, @unchecked Sendable {
    private var deflate: DeflateStream
    private var block = BlockWriter()
    private var pending = PendingPayload()

    /// - Parameters:
    ///   - dictionary: That of the segment the frames are written to.
    ///   - isPrompt: Whether callers wait for the encoding more than for the disk: small blocks are
    ///     left as they are then.
    package init(dictionary: [UInt8], isPrompt: Bool = false) {
        deflate = DeflateStream(
            dictionary: dictionary,
            sizeMin: isPrompt ? DeflateStream.promptSizeMin : DeflateStream.usefulSizeMin
        )
    }

    /// Encodes a batch.
    ///
    /// - Precondition: One event or more, in order without gaps; each within the limits of the
    ///   format, and all together within a frame's.
    package mutating func payload(of events: [JobEvent]) -> FramePayload {
        precondition((1...FormatLimits.eventCountMax).contains(events.count), "events of a frame")
        var index = 0
        while index < events.count { index = appendBlock(of: events, from: index) }
        return pending.finish(eventCount: events.count)
    }

    package mutating func payload(of baseline: LedgerBaseline) -> FramePayload {
        block.begin()
        block.append(baseline)
        pending.append(block.writer.bytes, eventCount: 0, deflate: &deflate)
        return pending.finish(eventCount: 0)
    }

    /// Encodes as many events as make a block.
    ///
    /// - Returns: The index of the first event that is not in it.
    private mutating func appendBlock(of events: [JobEvent], from start: Int) -> Int {
        let first = events[start]
        block.begin(epoch: first.epoch, time: first.timestamp)
        var end = start
        while end < events.count, events[end].epoch == first.epoch {
            precondition(
                events[end].sequence.rawValue == first.sequence.rawValue + UInt64(end - start),
                "a gap between events"
            )
            let size = block.count
            block.append(events[end])
            if block.count > FormatLimits.blockSizeMax, end > start {
                block.writer.truncate(to: size)
                break
            }
            end += 1
        }
        precondition(block.count <= FormatLimits.eventSizeMax, "an event exceeds its limit")
        pending.append(block.writer.bytes, eventCount: end - start, deflate: &deflate)
        return end
    }
}

/// The blocks of a payload that is being made.
private struct PendingPayload {
    private var stored: [UInt8] = []
    private var table = ByteWriter()
    private var blockCount = 0
    private var rawLength = 0
    private var rawCRC: UInt32 = 0
    private var codec = FrameCodec.stored

    mutating func append(_ raw: [UInt8], eventCount: Int, deflate: inout DeflateStream) {
        let start = stored.count
        if deflate.append(raw, to: &stored) { codec = .deflate }
        table.append(varint: eventCount)
        table.append(varint: raw.count)
        table.append(varint: stored.count - start)
        table.append(fixed: CRC32C.checksum(raw))
        blockCount += 1
        rawLength += raw.count
        rawCRC = CRC32C.checksum(raw, seed: rawCRC)
    }

    /// Gives the payload and begins anew, keeping the room.
    mutating func finish(eventCount: Int) -> FramePayload {
        precondition(rawLength <= FormatLimits.rawSizeMax, "a frame exceeds its limit")
        var writer = ByteWriter(capacity: stored.count + table.count + 4)
        writer.append(varint: blockCount)
        if blockCount > 1 { writer.append(contentsOf: table.bytes) }
        writer.append(contentsOf: stored)
        let payload = FramePayload(
            bytes: writer.bytes,
            rawLength: rawLength,
            rawCRC: rawCRC,
            storedCRC: CRC32C.checksum(writer.bytes),
            codec: codec,
            eventCount: eventCount
        )
        reset()
        return payload
    }

    private mutating func reset() {
        stored.removeAll(keepingCapacity: true)
        table.truncate(to: 0)
        blockCount = 0
        rawLength = 0
        rawCRC = 0
        codec = .stored
    }
}
