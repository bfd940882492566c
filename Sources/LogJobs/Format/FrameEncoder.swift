package import JobLedger
package import LazyJobs

/// Makes frames; owned by one writer.
package struct FrameEncoder: ~Copyable, Sendable {
    private let deflater: BlockDeflater
    private var block = BlockWriter()
    private var pending = PendingPayload()

    /// - Parameters:
    ///   - dictionary: That of the segment the frames are written to.
    ///   - sizeMin: Blocks of fewer bytes are left as they are.
    ///   - sharing: By whom the blocks of a large frame are deflated.
    package init(
        dictionary: [UInt8],
        sizeMin: Int = DeflateStream.usefulSizeMin,
        sharing: WorkSharing = .none
    ) {
        deflater = BlockDeflater(dictionary: dictionary, sizeMin: sizeMin, sharing)
    }

    /// Encodes a batch.
    ///
    /// - Precondition: One event or more, in order without gaps; each within the limits of the
    ///   format, and all together within a frame's.
    package mutating func payload(of events: [JobEvent]) -> FramePayload {
        precondition((1...FormatLimits.eventCountMax).contains(events.count), "events of a frame")
        var index = 0
        while index < events.count { index = appendBlock(of: events, from: index) }
        return pending.finish(eventCount: events.count, with: deflater)
    }

    package mutating func payload(of baseline: LedgerBaseline) -> FramePayload {
        block.begin()
        block.append(baseline)
        pending.append(block.writer.bytes, eventCount: 0)
        return pending.finish(eventCount: 0, with: deflater)
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
        // The memory of the last block is used again; before, that would be a copy of it.
        let bytes = end == events.count ? block.writer.bytes : block.writer.take()
        pending.append(bytes, eventCount: end - start)
        return end
    }
}

/// The blocks of a payload that is being made.
private struct PendingPayload {
    private var raw: [[UInt8]] = []
    private var eventCounts: [Int] = []
    private var rawLength = 0

    mutating func append(_ block: [UInt8], eventCount: Int) {
        raw.append(block)
        eventCounts.append(eventCount)
        rawLength += block.count
    }

    /// Gives the payload and begins anew, keeping the room.
    mutating func finish(eventCount: Int, with deflater: BlockDeflater) -> FramePayload {
        precondition(rawLength <= FormatLimits.rawSizeMax, "a frame exceeds its limit")
        defer {
            raw.removeAll(keepingCapacity: true)
            eventCounts.removeAll(keepingCapacity: true)
            rawLength = 0
        }
        let stored = deflater.deflate(raw)
        var writer = ByteWriter(capacity: stored.reduce(4) { $0 + $1.bytes.count + Self.entryMax })
        writer.append(varint: raw.count)
        if raw.count > 1 { appendTable(of: stored, to: &writer) }
        for block in stored { writer.append(contentsOf: block.bytes) }
        return FramePayload(
            bytes: writer.bytes,
            rawLength: rawLength,
            rawCRC: raw.reduce(0) { CRC32C.checksum($1, seed: $0) },
            storedCRC: CRC32C.checksum(writer.bytes),
            codec: stored.contains(where: \.isDeflated) ? .deflate : .stored,
            eventCount: eventCount
        )
    }

    private func appendTable(of stored: [BlockDeflater.Block], to writer: inout ByteWriter) {
        for index in raw.indices {
            writer.append(varint: eventCounts[index])
            writer.append(varint: raw[index].count)
            writer.append(varint: stored[index].bytes.count)
            writer.append(fixed: CRC32C.checksum(raw[index]))
        }
    }

    private static let entryMax = 16
}
