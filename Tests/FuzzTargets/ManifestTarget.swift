import LogJobs

/// A manifest, whose checksum is computed.
enum ManifestTarget {
    static func run(_ bytes: [UInt8]) {
        check(completed(bytes))
    }

    /// The bytes with the checksum where their length says.
    static func completed(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 16 else { return bytes }
        let length = Int(SegmentBytes.number(bytes, at: 12, size: 4))
        guard (4...bytes.count).contains(length) else { return bytes }
        var bytes = bytes
        let checksum = CRC32C.checksum(bytes[..<(length - 4)])
        SegmentBytes.set(&bytes, at: length - 4, size: 4, UInt64(checksum))
        return bytes
    }

    private static func check(_ bytes: [UInt8]) {
        guard let manifest = decoded(bytes) else { return }
        // What an unknown feature adds is not kept: nobody writes to such a store.
        guard manifest.features.allowWriting else { return }
        precondition(
            decoded(manifest.encoded()) == manifest,
            "a manifest differs when it is written and read again"
        )
    }

    private static func decoded(_ bytes: [UInt8]) -> Manifest? {
        do throws(FormatError) {
            return try Manifest(decoding: bytes)
        } catch {
            return nil
        }
    }
}
