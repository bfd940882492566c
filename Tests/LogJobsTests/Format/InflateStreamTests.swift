import Testing

@testable import LogJobs

@Suite("InflateStream")
struct InflateStreamTests {
    @Test("what deflates best inflates, and a length that so few bytes cannot give is refused")
    func ratio() throws {
        let zeros = [UInt8](repeating: 0, count: 4 << 20)
        var deflate = DeflateStream(effort: .thorough)
        var stored: [UInt8] = []
        let isDeflated = deflate.append(zeros, to: &stored)
        #expect(isDeflated)
        var inflate = InflateStream()
        let raw = try inflate.inflate(stored[...], count: zeros.count)
        #expect(raw == zeros)
        // It would otherwise make room for more memory than any machine has.
        let error = #expect(throws: FormatError.self) {
            try inflate.inflate(stored[...], count: 1 << 60)
        }
        #expect(error == .damaged("a block is too short for its length"))
    }
}
