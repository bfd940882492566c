package import LazyJobs

/// What a frame is for.
package enum FrameKind: UInt8, Hashable, Sendable, CaseIterable {
    /// Events, all or none.
    case batch = 1
    /// What must outlive the segments before.
    case baseline = 2
    /// Only its durable number: everything before is synced.
    case watermark = 3
    /// The end of a segment that was ended in order.
    case seal = 4
}

/// How blocks are stored.
package enum FrameCodec: UInt8, Hashable, Sendable {
    case stored = 0
    /// Raw deflate with the segment's dictionary, of each block that it makes smaller.
    case deflate = 1
}

/// The first 48 bytes of a frame.
package struct FrameHeader: Hashable, Sendable {
    package static let size = 48

    package let kind: FrameKind
    package let codec: FrameCodec
    package let eventCount: Int
    package let storedLength: Int
    package let rawLength: Int
    /// Of the first event; without events, of the next one.
    package let firstSequence: SequenceNumber
    /// Every event with a smaller number had been synced before this frame was written.
    package let durable: SequenceNumber
    package let storedCRC: UInt32
    package let rawCRC: UInt32
    /// The header checksum of the frame before; 0 in the first of a segment.
    package let link: UInt32
    package let seconds: UInt32
    /// The checksum of this header in its place: the next frame's link.
    package let headerCRC: UInt32

    /// Reads the 48 bytes at an offset of the segment with this salt.
    package init(
        decoding bytes: ArraySlice<UInt8>,
        salt: UInt64,
        offset: UInt64
    ) throws(FormatError) {
        guard bytes.count >= Self.size else { throw .damaged("a frame header is cut off") }
        let bytes = bytes.prefix(Self.size)
        var reader = ByteReader(bytes)
        headerCRC = try reader.fixed()
        guard headerCRC == Self.checksum(bytes.dropFirst(4), salt: salt, offset: offset) else {
            throw .damaged("a frame header does not match its checksum")
        }
        let kindNumber = try reader.byte()
        guard let kind = FrameKind(rawValue: kindNumber) else {
            throw .damaged("there is no kind of frame \(kindNumber)")
        }
        let codecNumber = try reader.byte()
        guard let codec = FrameCodec(rawValue: codecNumber) else {
            throw .damaged("there is no codec \(codecNumber)")
        }
        self.kind = kind
        self.codec = codec
        eventCount = Int(try reader.fixed(UInt16.self))
        storedLength = Int(try reader.fixed(UInt32.self))
        rawLength = Int(try reader.fixed(UInt32.self))
        firstSequence = SequenceNumber(rawValue: try reader.fixed())
        durable = SequenceNumber(rawValue: try reader.fixed())
        storedCRC = try reader.fixed()
        rawCRC = try reader.fixed()
        link = try reader.fixed()
        seconds = try reader.fixed()
        try validate()
    }

    /// The sequence number that follows the frame's last event.
    package var nextSequence: SequenceNumber {
        SequenceNumber(rawValue: firstSequence.rawValue + UInt64(eventCount))
    }

    /// Header, stored payload and the zeros behind it.
    package func frameLength(alignment: Int) -> Int {
        (Self.size + storedLength + alignment - 1) & ~(alignment - 1)
    }

    /// The checksum of bytes 4 to 47 in their place.
    package static func checksum(
        _ fields: ArraySlice<UInt8>,
        salt: UInt64,
        offset: UInt64
    ) -> UInt32 {
        var place = ByteWriter(capacity: 16)
        place.append(fixed: salt)
        place.append(fixed: offset)
        return CRC32C.checksum(fields, seed: CRC32C.checksum(place.bytes))
    }

    private func validate() throws(FormatError) {
        guard rawLength <= FormatLimits.rawSizeMax, storedLength <= FormatLimits.storedSizeMax
        else { throw .damaged("a frame is larger than allowed") }
        guard firstSequence > .zero, durable <= firstSequence,
            firstSequence.rawValue <= .max - UInt64(eventCount)
        else { throw .damaged("a frame's sequence numbers are impossible") }
        switch kind {
        case .batch, .baseline:
            guard (eventCount > 0) == (kind == .batch), rawLength > 0, storedLength > 0 else {
                throw .damaged("a frame's counts do not fit its kind")
            }
        case .watermark, .seal:
            guard codec == .stored, eventCount == 0, storedLength == 0, rawLength == 0,
                storedCRC == 0, rawCRC == 0
            else { throw .damaged("a frame without a payload has one") }
        }
    }
}
