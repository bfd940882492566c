/// The last bytes of an archive or a checkpoint: where its directory is.
package struct FileTrailer: Hashable, Sendable {
    package static let size = 24

    package var directoryOffset: UInt64
    package var directory: PackedBytes

    /// The bytes of the trailer, tied to the file's header by its checksum.
    package func encoded(headerChecksum: UInt32) -> [UInt8] {
        var writer = ByteWriter(capacity: Self.size)
        writer.append(fixed: directoryOffset)
        writer.append(fixed: UInt32(directory.storedLength))
        writer.append(fixed: UInt32(directory.rawLength))
        writer.append(fixed: directory.storedCRC)
        writer.append(fixed: Self.checksum(writer.bytes[...], headerChecksum))
        return writer.bytes
    }

    package init(directoryOffset: UInt64, directory: PackedBytes) {
        self.directoryOffset = directoryOffset
        self.directory = directory
    }

    /// Reads the end of a file; its directory must stand right before.
    package init(
        decoding bytes: [UInt8],
        headerChecksum: UInt32,
        fileSize: UInt64
    ) throws(FormatError) {
        guard bytes.count == Self.size else { throw .damaged("the file ends too early") }
        var reader = ByteReader(bytes[...])
        directoryOffset = try reader.fixed()
        let storedLength = Int(try reader.fixed(UInt32.self))
        let rawLength = Int(try reader.fixed(UInt32.self))
        directory = PackedBytes(
            rawLength: rawLength,
            storedLength: storedLength,
            storedCRC: try reader.fixed()
        )
        guard try reader.fixed() == Self.checksum(bytes[..<(Self.size - 4)], headerChecksum) else {
            throw .damaged("the end of the file does not match its checksum")
        }
        let end = fileSize - min(fileSize, UInt64(Self.size))
        guard rawLength <= FormatLimits.directorySizeMax, storedLength <= rawLength,
            directoryOffset <= end, end - directoryOffset == UInt64(storedLength)
        else { throw .damaged("the file's directory is not where it should be") }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>, _ headerChecksum: UInt32) -> UInt32 {
        var seed = ByteWriter(capacity: 4)
        seed.append(fixed: headerChecksum)
        return CRC32C.checksum(bytes, seed: CRC32C.checksum(seed.bytes))
    }
}
