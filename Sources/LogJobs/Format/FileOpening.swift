/// The first bytes that segments and manifests share: magic, version, length, features.
struct FileOpening {
    static let size = 40
    static let major: UInt16 = 1

    let magic: [UInt8]

    static let segment = FileOpening(magic: [0x89, 0x4C, 0x4A, 0x53, 0x0D, 0x0A, 0x1A, 0x0A])
    static let archive = FileOpening(magic: [0x89, 0x4C, 0x4A, 0x41, 0x0D, 0x0A, 0x1A, 0x0A])
    static let checkpoint = FileOpening(magic: [0x89, 0x4C, 0x4A, 0x43, 0x0D, 0x0A, 0x1A, 0x0A])
    static let manifest = FileOpening(magic: [0x89, 0x4C, 0x4A, 0x4D, 0x0D, 0x0A, 0x1A, 0x0A])

    func write(length: Int, features: FeatureBits, to writer: inout ByteWriter) {
        writer.append(contentsOf: magic)
        writer.append(fixed: Self.major)
        writer.append(fixed: UInt16(0))
        writer.append(fixed: UInt32(length))
        writer.append(fixed: features.incompatible)
        writer.append(fixed: features.readOnlyCompatible)
        writer.append(fixed: features.compatible)
    }

    /// The length that a file of ours gives, before its checksum is known to hold.
    func length(of bytes: ArraySlice<UInt8>) throws(FormatError) -> Int {
        guard bytes.starts(with: magic) else { throw .notOurs }
        var reader = ByteReader(bytes.dropFirst(12))
        return Int(try reader.fixed(UInt32.self))
    }

    /// Reads features, once the checksum holds; refuses incompatible ones that are not known.
    func features(
        from reader: inout ByteReader,
        known: UInt64 = 0
    ) throws(FormatError) -> FeatureBits {
        _ = try reader.slice(magic.count)
        let major: UInt16 = try reader.fixed()
        let minor: UInt16 = try reader.fixed()
        guard major <= Self.major else {
            throw .tooNew("format version \(major).\(minor); this is \(Self.major)")
        }
        guard major == Self.major else { throw .damaged("there is no format version \(major)") }
        _ = try reader.slice(4)
        let features = FeatureBits(
            incompatible: try reader.fixed(),
            readOnlyCompatible: try reader.fixed(),
            compatible: try reader.fixed()
        )
        let unknown = features.incompatible & ~known
        guard unknown == 0 else {
            throw .tooNew("unknown features 0x\(String(unknown, radix: 16))")
        }
        return features
    }
}

/// What a file needs its readers and writers to know.
///
/// Version 1.0 knows three bits, all of a manifest; see ``Manifest``.
package struct FeatureBits: Hashable, Sendable {
    /// Who does not know one of them must not read; decoding refuses.
    package var incompatible: UInt64 = 0
    /// Who does not know one of them must not write.
    package var readOnlyCompatible: UInt64 = 0
    /// Whoever does not know them ignores them.
    package var compatible: UInt64 = 0

    package init(
        incompatible: UInt64 = 0,
        readOnlyCompatible: UInt64 = 0,
        compatible: UInt64 = 0
    ) {
        self.incompatible = incompatible
        self.readOnlyCompatible = readOnlyCompatible
        self.compatible = compatible
    }

    /// Whether this version may write to a store with these.
    package var allowWriting: Bool { incompatible == 0 && readOnlyCompatible == 0 }
}
