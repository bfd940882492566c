import LogJobsTesting
import Testing

@testable import LogJobs

@Suite("CRC32C")
struct CRC32CTests {
    @Test(
        "it gives the known checksums",
        arguments: [
            (Array("123456789".utf8), 0xE306_9283),
            ([], 0),
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E),
            (Array((0..<32).reversed()), 0x113F_DB5C),
        ] as [([UInt8], UInt32)]
    )
    func knownChecksums(_ bytes: [UInt8], _ expected: UInt32) {
        #expect(CRC32C.checksum(bytes) == expected)
        #expect(CRC32C.tableChecksum(bytes[...]) == expected)
    }

    @Test("instruction and tables agree at every length and alignment", arguments: [11 as UInt64])
    func instructionAgreesWithTables(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = (0..<1700).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for start in 0..<16 {
            for end in start...bytes.count {
                let slice = bytes[start..<end]
                let crc = UInt32.random(in: 0...UInt32.max, using: &generator)
                let checksum = CRC32C.checksum(slice, seed: crc)
                guard checksum == CRC32C.tableChecksum(slice, seed: crc) else {
                    Issue.record("they differ in \(start)..<\(end)")
                    return
                }
            }
        }
    }

    @Test("a checksum can be computed in parts")
    func parts() {
        let bytes = Array("one part and another".utf8)
        let first = CRC32C.checksum(bytes[..<8])
        #expect(CRC32C.checksum(bytes[8...], seed: first) == CRC32C.checksum(bytes))
    }
}
