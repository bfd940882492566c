import LogJobsTesting
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

    @Test("what is no stream is refused, of whatever length", arguments: [0, 1, 64])
    func rubbish(count: Int) {
        var inflate = InflateStream()
        let error = #expect(throws: FormatError.self) {
            try inflate.inflate([0xFF, 0xFF, 0xFF], count: count)
        }
        #expect(error == .damaged("a block does not inflate to its length"))
    }

    @Test("what is deflated in pieces inflates, and what does not become smaller is kept")
    func pieces() throws {
        var generator = SeededGenerator(seed: 1)
        for size in [512, 4095, 4096, 4097, 8192, 12_289, 256 << 10] {
            let noise = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = noise.map { $0 & 7 }
            // Half of it deflates, so that the room ends within a piece.
            let mixed = Array(text.prefix(size / 2)) + noise.suffix(size / 5)
            for raw in [noise, text, mixed] {
                var deflate = DeflateStream(effort: .thorough)
                var stored: [UInt8] = [1, 2]
                let isDeflated = deflate.append(raw, to: &stored)
                #expect(stored.starts(with: [1, 2]))
                #expect(isDeflated == (raw != noise))
                var inflate = InflateStream()
                let found =
                    isDeflated
                    ? try inflate.inflate(stored.dropFirst(2), count: raw.count)
                    : Array(stored.dropFirst(2))
                #expect(found == raw, "\(size)")
            }
        }
    }
}
