import Testing

@testable import LogJobs

@Suite("ByteReader")
struct ByteReaderTests {
    @Test("numbers survive as varints and zigzags, in their shortest form")
    func numbers() throws {
        let borders: [UInt64] = (0..<64).flatMap { [(1 << $0) - 1, 1 << $0, (1 << $0) + 1] }
        for number in borders + [.max, .max - 1] {
            var writer = ByteWriter()
            writer.append(varint: number)
            writer.append(zigzag: Int64(bitPattern: number))
            var reader = ByteReader(writer.bytes[...])
            #expect(try reader.varint() == number)
            #expect(try reader.zigzag() == Int64(bitPattern: number))
            #expect(reader.remaining == 0)
        }
    }

    @Test(
        "a varint that is cut off, too long or too large is refused",
        arguments: [
            "", "80", "FF FF", "80 00", "81 80 00", "FF FF FF FF FF FF FF FF FF 02",
            "80 80 80 80 80 80 80 80 80 80 01", "FF FF FF FF FF FF FF FF FF FF",
        ]
    )
    func badVarints(_ hex: String) {
        var reader = ByteReader(bytes(hex)[...])
        #expect(throws: FormatError.self) { try reader.varint() }
    }

    @Test("a length is checked against the limit and what remains before anything is read")
    func lengths() throws {
        var reader = ByteReader(bytes("03 61 62 63")[...])
        #expect(throws: FormatError.self) { try reader.text(max: 2, "a text") }
        reader = ByteReader(bytes("03 61 62 63")[...])
        #expect(try reader.text(max: 3, "a text") == "abc")
        reader = ByteReader(bytes("04 61 62 63")[...])
        #expect(throws: FormatError.self) { try reader.text(max: 4, "a text") }
        reader = ByteReader(bytes("FF FF FF FF FF FF FF FF FF 01 61")[...])
        #expect(throws: FormatError.self) { try reader.sized(max: .max, "bytes") }
        #expect(throws: FormatError.self) { try reader.slice(-1) }
    }

    @Test(
        "text that is not UTF-8 is refused",
        arguments: ["01 FF", "02 C0 80", "03 ED A0 80", "01 C3"]
    )
    func badText(_ hex: String) {
        var reader = ByteReader(bytes(hex)[...])
        #expect(throws: FormatError.self) { try reader.text(max: 10, "a text") }
    }
}
