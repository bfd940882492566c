package import LazyJobs

/// What stands where in a checkpoint: parts, one behind the other.
package struct CheckpointDirectory: Hashable, Sendable {
    package enum PartKind: UInt8, Sendable {
        /// What is there beside jobs; the first part.
        case frame = 1
        /// Jobs, the one that changed first at first.
        case jobs = 2
        /// Jobs that were pruned in a segment.
        case pruned = 3
        /// Where the frames of a segment begin.
        case places = 4
        /// Names that the frame has no room for.
        case names = 5
    }

    package struct Part: Hashable, Sendable {
        package var kind: PartKind
        /// For ``PartKind/places`` the segment's id, for ``PartKind/pruned`` the number of its
        /// first event; otherwise 0.
        package var key: UInt64
        package var offset: UInt64
        package var bytes: PackedBytes
    }

    /// The last event whose effect is in it.
    package var sequence: SequenceNumber
    package var parts: [Part] = []

    package init(sequence: SequenceNumber) {
        self.sequence = sequence
    }

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(varint: sequence.rawValue)
        writer.append(varint: parts.count)
        for part in parts {
            writer.append(part.kind.rawValue)
            writer.append(varint: part.key)
            part.bytes.write(to: &writer)
        }
        return writer.bytes
    }

    /// Reads the directory of a file in which it begins at `end`, where the parts end.
    init(decoding raw: ArraySlice<UInt8>, end: UInt64) throws(FormatError) {
        var reader = ByteReader(raw)
        sequence = SequenceNumber(rawValue: try reader.varint())
        var offset = UInt64(NumberedHeader.size)
        for _ in 0..<(try reader.count(max: reader.remaining / Self.entrySizeMin, "parts")) {
            guard let kind = PartKind(rawValue: try reader.byte()) else {
                throw .damaged("a part of an unknown kind")
            }
            let key = try reader.varint()
            let bytes = try PackedBytes(
                from: &reader,
                rawLengthMax: FormatLimits.checkpointPartSizeMax
            )
            parts.append(Part(kind: kind, key: key, offset: offset, bytes: bytes))
            offset += UInt64(bytes.storedLength)
        }
        try reader.end("the directory")
        guard offset == end, parts.first?.kind == .frame else {
            throw .damaged("the directory does not fit the file")
        }
    }

    /// A kind, three varints and a checksum.
    private static let entrySizeMin = 8
}
