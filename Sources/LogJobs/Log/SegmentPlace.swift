package import LazyJobs

/// Where in the active segment the next frame goes, and what ties it to that place.
///
/// Invariant: `offset` is the end of the last frame and a multiple of the alignment, and a seal
/// always still fits behind it.
package struct SegmentPlace: Hashable, Sendable {
    package let segment: SegmentID
    package let salt: UInt64
    package let alignment: Int
    /// The size of the prepared file.
    package let size: UInt64
    package private(set) var offset: UInt64
    /// The checksum of the last frame's header; zero before the first.
    package private(set) var link: UInt32

    package init(header: SegmentHeader, size: UInt64) {
        segment = header.segment
        salt = header.salt
        alignment = header.commitAlignment
        self.size = size
        offset = UInt64(SegmentHeader.size)
        link = 0
    }

    /// How many bytes of payload a frame may have here.
    package var room: Int {
        let overhead = UInt64(FrameHeader.size + 2 * sealSize)
        return size > offset + overhead ? Int(size - offset - overhead) : 0
    }

    /// What a seal takes, and what aligning a frame may.
    private var sealSize: Int { Self.aligned(FrameHeader.size, to: alignment) }

    /// What a commit with so many bytes of payload may take; nothing for none.
    ///
    /// The frame has blocks of its own where a write would harm what is beside it, and so has the
    /// watermark behind it.
    func commitSize(_ payloadBytes: Int) -> Int {
        guard payloadBytes > 0 else { return 0 }
        return Self.aligned(FrameHeader.size + payloadBytes, to: alignment) + sealSize
    }

    /// Encodes a frame for this place, and moves on behind it.
    package mutating func append(
        _ kind: FrameKind,
        _ payload: FramePayload? = nil,
        firstSequence: SequenceNumber,
        durable: SequenceNumber,
        seconds: UInt32
    ) -> PlacedFrame {
        let (bytes, headerCRC) = FrameEncoder.frame(
            kind: kind,
            payload: payload,
            firstSequence: firstSequence,
            durable: durable,
            link: link,
            seconds: seconds,
            salt: salt,
            offset: offset,
            alignment: alignment
        )
        precondition(offset + UInt64(bytes.count) <= size, "A frame goes past its segment's end")
        defer {
            offset += UInt64(bytes.count)
            link = headerCRC
        }
        return PlacedFrame(
            bytes: bytes,
            offset: offset,
            firstSequence: firstSequence,
            eventCount: payload?.eventCount ?? 0
        )
    }

    package static func aligned(_ count: Int, to alignment: Int) -> Int {
        (count + alignment - 1) / alignment * alignment
    }
}

/// A frame as bytes for one place.
package struct PlacedFrame: Hashable, Sendable {
    package var bytes: [UInt8]
    package var offset: UInt64
    package var firstSequence: SequenceNumber
    package var eventCount: Int
}
