/// A frame's payload as it is stored, independent of where.
///
/// It can be logged again in another segment, byte for byte, if that has the same dictionary or
/// the codec is ``FrameCodec/stored``.
package struct FramePayload: Hashable, Sendable {
    package var bytes: [UInt8]
    package var rawLength: Int
    package var rawCRC: UInt32
    package var storedCRC: UInt32
    package var codec: FrameCodec
    package var eventCount: Int

    package init(
        bytes: [UInt8],
        rawLength: Int,
        rawCRC: UInt32,
        storedCRC: UInt32,
        codec: FrameCodec,
        eventCount: Int
    ) {
        self.bytes = bytes
        self.rawLength = rawLength
        self.rawCRC = rawCRC
        self.storedCRC = storedCRC
        self.codec = codec
        self.eventCount = eventCount
    }

    /// The payload of a frame that was read and checked; padding behind it is left out.
    package init(_ header: FrameHeader, stored: ArraySlice<UInt8>) {
        self.init(
            bytes: Array(stored.prefix(header.storedLength)),
            rawLength: header.rawLength,
            rawCRC: header.rawCRC,
            storedCRC: header.storedCRC,
            codec: header.codec,
            eventCount: header.eventCount
        )
    }
}
