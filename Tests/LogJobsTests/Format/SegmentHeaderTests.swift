import LazyJobs
import LogJobsTesting
import Testing

@testable import LogJobs

@Suite("SegmentHeader")
struct SegmentHeaderTests {
    private let header = SegmentHeader(
        store: StoreID(high: 0x0011_2233_4455_4677, low: 0x8899_AABB_CCDD_EEFF),
        segment: SegmentID(rawValue: 9),
        salt: .max,
        epoch: 4,
        firstSequence: SequenceNumber(rawValue: 501),
        predecessor: SegmentHeader.Predecessor(
            segment: SegmentID(rawValue: 7),
            validEnd: 65_536,
            lastSequence: SequenceNumber(rawValue: 500)
        ),
        createdAt: EventSamples.time,
        commitAlignment: 4096
    )

    @Test("it survives, with a predecessor and without, with a dictionary of every size")
    func roundTrip() throws {
        var header = header
        #expect(header.encoded().count == SegmentHeader.size)
        #expect(try SegmentHeader(decoding: header.encoded()) == header)
        header.predecessor = nil
        header.features.compatible = 1
        for size in [0, 1, FormatLimits.dictionarySizeMax] {
            header.dictionary = [UInt8](repeating: 0xFF, count: size)
            #expect(try SegmentHeader(decoding: header.encoded()) == header)
        }
    }

    @Test("the flip of any bit is refused, and a foreign magic is not ours")
    func flips() {
        let bytes = header.encoded()
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            do {
                _ = try SegmentHeader(decoding: damaged)
                Issue.record("bit \(bit)")
            } catch {
                if (error == .notOurs) != (bit < 64) { Issue.record("bit \(bit): \(error)") }
            }
        }
    }

    @Test("the header is refused when cut at any byte, or longer")
    func cuts() {
        let bytes = header.encoded()
        for count in 0..<bytes.count {
            if isRefused({ _ = try SegmentHeader(decoding: Array(bytes[..<count])) }) { continue }
            Issue.record("\(count) bytes")
        }
        #expect(throws: FormatError.self) { try SegmentHeader(decoding: bytes + [0]) }
    }

    @Test(
        "what has a checksum and makes no sense is refused",
        arguments: [
            (12, 1), (56, 0), (72, 0), (80, 0), (88, 9), (104, 501), (112, 1), (143, 1), (152, 0),
            (152, 24), (152, 8192), (156, 2049), (4091, 1),
        ] as [(Int, UInt64)]
    )
    func impossible(_ offset: Int, _ value: UInt64) {
        var bytes = header.encoded()
        let width = [12, 152, 156].contains(offset) ? 4 : [143, 4091].contains(offset) ? 1 : 8
        for index in 0..<width { bytes[offset + index] = UInt8(value >> UInt64(index * 8) & 0xFF) }
        let error = #expect(throws: FormatError.self) {
            try SegmentHeader(decoding: withChecksum(bytes))
        }
        guard case .damaged? = error else {
            Issue.record("it is \(error as Any)")
            return
        }
    }

    @Test("a newer version and an unknown incompatible feature are too new")
    func tooNew() throws {
        for offset in [8, 16, 23] {
            var bytes = header.encoded()
            bytes[offset] = 2
            let error = #expect(throws: FormatError.self) {
                try SegmentHeader(decoding: withChecksum(bytes))
            }
            guard case .tooNew? = error else {
                Issue.record("it is \(error as Any)")
                continue
            }
        }
        var readable = header.encoded()
        readable[10] = 7
        readable[24] = 1
        let decoded = try SegmentHeader(decoding: withChecksum(readable))
        #expect(!decoded.features.allowWriting)
    }

    private func withChecksum(_ bytes: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(contentsOf: bytes[..<4092])
        writer.append(fixed: CRC32C.checksum(bytes[..<4092]))
        return writer.bytes
    }
}

@Suite("SegmentID")
struct SegmentIDTests {
    @Test("it gives a file name and is found in it", arguments: [1, 255, UInt64.max])
    func fileNames(number: UInt64) {
        let id = SegmentID(rawValue: number)
        #expect(SegmentID(fileName: id.fileName) == id)
        #expect(id.fileName.count == 24)
    }

    @Test(
        "other names are no segments",
        arguments: [
            "", "seg-.ljs", "seg-1.ljs", "seg-0000000000000000.ljs", "seg-000000000000000A.ljs",
            "seg-+00000000000000a.ljs", "seg-000000000000000a.ljx", "xeg-000000000000000a.ljs",
            "seg-0000000000000000a.ljs", "seg-000000000000000a.ljs.tmp",
        ]
    )
    func otherNames(name: String) {
        #expect(SegmentID(fileName: name) == nil)
    }

    @Test("a store's id is a version 4 UUID")
    func storeID() {
        var generator = SeededGenerator(seed: 4)
        let text = StoreID(using: &generator).description
        #expect(text.count == 36)
        #expect(text.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        #expect(text.split(separator: "-")[2].first == "4")
        #expect(["8", "9", "a", "b"].contains(text.split(separator: "-")[3].first))
    }
}
