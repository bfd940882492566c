import LazyJobs
import Testing

@testable import LogJobs

@Suite("Manifest")
struct ManifestTests {
    private let manifest = Self.sample

    static let sample = Manifest(
        store: StoreID(high: 1, low: 2),
        generation: 3,
        epoch: 4,
        nextSegment: SegmentID(rawValue: 8),
        jobIDEnd: JobID(rawValue: 1025),
        durable: SequenceNumber(rawValue: 77),
        isClosed: true,
        segments: [
            SegmentEntry(
                id: SegmentID(rawValue: 5),
                firstSequence: SequenceNumber(rawValue: 1),
                lastSequence: SequenceNumber(rawValue: 76),
                validEnd: 9000,
                isSealed: true
            ),
            SegmentEntry(
                id: SegmentID(rawValue: 7),
                firstSequence: SequenceNumber(rawValue: 77),
                lastSequence: SequenceNumber(rawValue: 76),
                validEnd: 0,
                isSealed: false
            ),
        ]
    )

    @Test("its bytes never change")
    func golden() throws {
        let golden = bytes(
            """
            89 4C 4A 4D 0D 0A 1A 0A 01 00 00 00 BC 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 02
            03 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00
            08 00 00 00 00 00 00 00 01 04 00 00 00 00 00 00
            4D 00 00 00 00 00 00 00 01 00 00 00 02 00 00 00
            05 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00
            4C 00 00 00 00 00 00 00 28 23 00 00 00 00 00 00
            01 00 00 00 00 00 00 00
            07 00 00 00 00 00 00 00 4D 00 00 00 00 00 00 00
            4C 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00
            """
        )
        var writer = ByteWriter()
        writer.append(contentsOf: golden)
        writer.append(fixed: CRC32C.tableChecksum(golden[...]))
        #expect(manifest.encoded() == writer.bytes)
        #expect(try Manifest(decoding: writer.bytes) == manifest)
    }

    @Test("it survives without segments, and with zeros behind it")
    func roundTrip() throws {
        var manifest = manifest
        let spare = [UInt8](repeating: 0, count: 4096)
        #expect(try Manifest(decoding: manifest.encoded() + spare) == manifest)
        #expect(throws: FormatError.self) {
            try Manifest(decoding: manifest.encoded() + spare + [1])
        }
        manifest.segments = []
        manifest.isClosed = false
        #expect(try Manifest(decoding: manifest.encoded()) == manifest)
    }

    @Test("the flip of any bit and a cut at any byte are refused")
    func damage() {
        let bytes = manifest.encoded()
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            if isRefused({ _ = try Manifest(decoding: damaged) }) { continue }
            Issue.record("bit \(bit)")
        }
        for count in 0..<bytes.count {
            if isRefused({ _ = try Manifest(decoding: Array(bytes[..<count])) }) { continue }
            Issue.record("\(count) bytes")
        }
    }

    @Test("segments out of order or not before the next are refused")
    func order() {
        var swapped = manifest
        swapped.segments.reverse()
        #expect(throws: FormatError.self) { try Manifest(decoding: swapped.encoded()) }
        var late = manifest
        late.nextSegment = SegmentID(rawValue: 7)
        #expect(throws: FormatError.self) { try Manifest(decoding: late.encoded()) }
    }

    @Test("says through which event jobs were carried, only if segments were retired")
    func retired() throws {
        var retired = manifest
        retired.carriedThrough = SequenceNumber(rawValue: 70)
        let bytes = retired.encoded()
        #expect(bytes.count == manifest.encoded().count + 8)
        #expect(bytes[16] == 1)
        #expect(try Manifest(decoding: bytes) == retired)
        #expect(manifest.encoded()[16] == 0)
        // The feature without the number, and the number without the feature.
        for edit in [(bytes.count - 12, 0 as UInt8), (16, 0)] {
            var damaged = bytes
            damaged[edit.0] = edit.1
            let crc = CRC32C.checksum(Array(damaged.dropLast(4)))
            var checksum = ByteWriter(capacity: 4)
            checksum.append(fixed: crc)
            damaged.replaceSubrange((damaged.count - 4)..., with: checksum.bytes)
            #expect(throws: FormatError.self) { try Manifest(decoding: damaged) }
        }
    }

    @Test("says what is known of retired segments")
    func history() throws {
        var retired = manifest
        retired.history = Self.history(archiveCount: 3)
        let bytes = retired.encoded()
        #expect(bytes.count == manifest.encoded().count + 64 + 3 * 88)
        #expect(bytes[24] == 1)
        #expect(try Manifest(decoding: bytes) == retired)
        retired.history.dropped = nil
        #expect(throws: FormatError.self) { try Manifest(decoding: retired.encoded()) }
        retired.history = Self.history(archiveCount: 3)
        retired.history.archives.swapAt(0, 1)
        #expect(throws: FormatError.self) { try Manifest(decoding: retired.encoded()) }
        retired.history = Self.history(archiveCount: 0)
        #expect(try Manifest(decoding: retired.encoded()) == retired)
    }

    @Test("names checkpoints, the oldest first")
    func checkpoints() throws {
        var named = manifest
        named.checkpoints = [1, 7].map { number in
            CheckpointEntry(sequence: SequenceNumber(rawValue: number), fileSize: 12 * number)
        }
        let bytes = named.encoded()
        #expect(bytes.count == manifest.encoded().count + 8 + 2 * 24)
        #expect(bytes[32] == 1)
        #expect(try Manifest(decoding: bytes) == named)
        named.checkpoints.reverse()
        #expect(throws: FormatError.self) { try Manifest(decoding: named.encoded()) }
    }

    /// Something dropped, and archives of a segment each, behind which the manifest's segments go
    /// on.
    private static func history(archiveCount: Int) -> ManifestHistory {
        var history = ManifestHistory(
            dropped: ManifestHistory.Dropped(
                lastSegment: SegmentID(rawValue: 1),
                lastSequence: SequenceNumber(rawValue: 9),
                carriedThrough: SequenceNumber(rawValue: 12),
                link: Digest([UInt8](repeating: 7, count: 32))
            )
        )
        for number in 0..<UInt64(archiveCount) {
            history.archives.append(
                ArchiveEntry(
                    firstSegment: SegmentID(rawValue: 2 + number),
                    lastSegment: SegmentID(rawValue: 2 + number),
                    firstSequence: SequenceNumber(rawValue: 10 + 2 * number),
                    lastSequence: SequenceNumber(rawValue: 11 + 2 * number),
                    carriedThrough: SequenceNumber(rawValue: 30 + number),
                    newest: Timestamp(microseconds: 5),
                    fileSize: 1000,
                    link: Digest([UInt8](repeating: 8, count: 32))
                )
            )
        }
        return history
    }

    @Test("as much as allowed survives, and one segment more is refused")
    func limit() throws {
        var full = manifest
        let count = UInt64(FormatLimits.segmentCountMax)
        full.history = Self.history(archiveCount: FormatLimits.archiveCountMax)
        full.checkpoints = (1...UInt64(FormatLimits.checkpointCountMax)).map { number in
            CheckpointEntry(sequence: SequenceNumber(rawValue: number), fileSize: 9)
        }
        full.segments = (100_000..<100_000 + count).map {
            var entry = manifest.segments[1]
            entry.id = SegmentID(rawValue: $0)
            return entry
        }
        full.nextSegment = SegmentID(rawValue: 100_000 + count)
        full.carriedThrough = SequenceNumber(rawValue: 1)
        let bytes = full.encoded()
        #expect(bytes.count == Manifest.sizeMax)
        #expect(try Manifest(decoding: bytes) == full)
        var longer = bytes + [UInt8](repeating: 0, count: 40)
        longer[12] = UInt8(truncatingIfNeeded: longer.count)
        #expect(throws: FormatError.self) { try Manifest(decoding: longer) }
    }

    @Test("one segment more is refused where there is room for it too")
    func limitWithRoom() throws {
        var full = manifest
        let count = UInt64(FormatLimits.segmentCountMax)
        full.segments = (8..<8 + count).map {
            var entry = manifest.segments[1]
            entry.id = SegmentID(rawValue: $0)
            return entry
        }
        full.nextSegment = SegmentID(rawValue: 1 << 40)
        // The last entry again, with the next id; then the length, the count and the checksum.
        var bytes = Array(full.encoded().dropLast(4))
        var last = Array(bytes.suffix(40))
        last.replaceSubrange(0..<8, with: fixed(8 + count))
        bytes += last
        bytes.replaceSubrange(12..<16, with: fixed(UInt32(bytes.count + 4)))
        bytes.replaceSubrange(100..<104, with: fixed(UInt32(count + 1)))
        bytes += fixed(CRC32C.checksum(bytes))
        #expect(bytes.count <= Manifest.sizeMax)
        #expect(throws: FormatError.self) { try Manifest(decoding: bytes) }
    }

    private func fixed(_ number: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(fixed: number)
        return writer.bytes
    }
}
