/// Bytes in a file, deflated if that makes them smaller, with what is needed to read them.
package struct PackedBytes: Hashable, Sendable {
    package var rawLength: Int
    package var storedLength: Int
    /// CRC32C of the bytes as stored.
    package var storedCRC: UInt32

    /// Deflates bytes, and gives way to other threads.
    ///
    /// - Returns: What is to be stored, and its description.
    static func pack(
        _ raw: [UInt8],
        with deflate: inout DeflateStream
    ) -> (stored: [UInt8], description: PackedBytes) {
        var stored: [UInt8] = []
        _ = deflate.append(raw, to: &stored)
        giveWay()
        let description = PackedBytes(
            rawLength: raw.count,
            storedLength: stored.count,
            storedCRC: CRC32C.checksum(stored)
        )
        return (stored, description)
    }

    /// Gives back what was packed.
    package func unpack(
        _ stored: [UInt8],
        with inflate: inout InflateStream
    ) throws(FormatError) -> ArraySlice<UInt8> {
        guard stored.count == storedLength else { throw .damaged("the file ends too early") }
        guard CRC32C.checksum(stored) == storedCRC else {
            throw .damaged("bytes do not match their checksum")
        }
        guard storedLength < rawLength else { return stored[...] }
        return try inflate.inflate(stored[...], count: rawLength)[...]
    }

    package func write(to writer: inout ByteWriter) {
        writer.append(varint: rawLength)
        writer.append(varint: storedLength)
        writer.append(fixed: storedCRC)
    }

    init(from reader: inout ByteReader, rawLengthMax: Int) throws(FormatError) {
        rawLength = try reader.count(max: rawLengthMax, "a raw length")
        storedLength = try reader.count(max: rawLength, "a stored length")
        storedCRC = try reader.fixed()
        guard storedLength > 0 else { throw .damaged("a part of a file is empty") }
    }

    package init(rawLength: Int, storedLength: Int, storedCRC: UInt32) {
        self.rawLength = rawLength
        self.storedLength = storedLength
        self.storedCRC = storedCRC
    }
}
