/// The first bytes of an archive or a checkpoint.
package struct NumberedHeader: Hashable, Sendable {
    package static let size = 72

    /// What kind of file it is.
    package enum Kind: Hashable, Sendable {
        /// Its number is the id of the first segment.
        case archive
        /// Its number is that of the last event in it.
        case checkpoint

        fileprivate var opening: FileOpening {
            switch self {
            case .archive: .archive
            case .checkpoint: .checkpoint
            }
        }
    }

    package var kind: Kind
    package var store: StoreID
    package var number: UInt64

    package init(_ kind: Kind, store: StoreID, number: UInt64) {
        self.kind = kind
        self.store = store
        self.number = number
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: Self.size)
        kind.opening.write(length: Self.size, features: FeatureBits(), to: &writer)
        store.write(to: &writer)
        writer.append(fixed: number)
        writer.append(fixed: UInt32(0))
        writer.append(fixed: CRC32C.checksum(writer.bytes))
        return writer.bytes
    }

    package init(_ kind: Kind, decoding bytes: [UInt8]) throws(FormatError) {
        let length = try kind.opening.length(of: bytes[...])
        guard length == Self.size, bytes.count == Self.size else {
            throw .damaged("the header is cut off")
        }
        var reader = ByteReader(bytes[(Self.size - 4)...])
        guard try reader.fixed() == CRC32C.checksum(bytes[..<(Self.size - 4)]) else {
            throw .damaged("the header does not match its checksum")
        }
        reader = ByteReader(bytes[..<(Self.size - 4)])
        _ = try kind.opening.features(from: &reader)
        self.kind = kind
        store = try StoreID(from: &reader)
        number = try reader.fixed()
        try reader.zeros("the reserved word")
    }

    /// The checksum in the header, which the trailer repeats.
    package var checksum: UInt32 { CRC32C.checksum(encoded()[..<(Self.size - 4)]) }
}
