package import LazyJobs

extension FrameEncoder {
    /// A frame's bytes for one place in one segment.
    ///
    /// `payload` is `nil` for a watermark or a seal; without events, `firstSequence` is that of the
    /// next one; every event before `durable` has been synced; `link` is the header checksum of the
    /// frame before, 0 for the first of a segment; the frame begins at `offset` of the file.
    package static func frame(
        kind: FrameKind,
        payload: FramePayload?,
        firstSequence: SequenceNumber,
        durable: SequenceNumber,
        link: UInt32,
        seconds: UInt32,
        salt: UInt64,
        offset: UInt64,
        alignment: Int
    ) -> (bytes: [UInt8], headerCRC: UInt32) {
        precondition(FormatLimits.isAlignment(alignment), "no commit alignment")
        precondition((payload != nil) == (kind == .batch || kind == .baseline), "payload and kind")
        precondition(firstSequence > .zero && durable <= firstSequence, "sequence numbers")
        let length = FrameHeader.size + (payload?.bytes.count ?? 0)
        let padded = (length + alignment - 1) & ~(alignment - 1)
        var writer = ByteWriter(capacity: FrameHeader.size)
        writer.append(kind.rawValue)
        writer.append(payload?.codec.rawValue ?? 0)
        writer.append(fixed: UInt16(payload?.eventCount ?? 0))
        writer.append(fixed: UInt32(payload?.bytes.count ?? 0))
        writer.append(fixed: UInt32(payload?.rawLength ?? 0))
        writer.append(fixed: firstSequence.rawValue)
        writer.append(fixed: durable.rawValue)
        writer.append(fixed: payload?.storedCRC ?? 0)
        writer.append(fixed: payload?.rawCRC ?? 0)
        writer.append(fixed: link)
        writer.append(fixed: seconds)
        let crc = FrameHeader.checksum(writer.bytes[...], salt: salt, offset: offset)
        var frame = ByteWriter(capacity: padded)
        frame.append(fixed: crc)
        frame.append(contentsOf: writer.bytes)
        if let payload { frame.append(contentsOf: payload.bytes) }
        frame.appendZeros(padded - length)
        return (frame.bytes, crc)
    }
}
