import Foundation
import LazyJobs
import Testing

@Suite("JSONPayloadCoder")
struct PayloadCoderTests {
    private struct Sample: Codable, Equatable {
        var zebra: String
        var apple: Date
        var path: String?
    }

    @Test("equal arguments are equal bytes, with sorted keys and plain slashes")
    func encodesDeterministically() throws {
        let coder = JSONPayloadCoder()
        let sample = Sample(zebra: "z", apple: Date(timeIntervalSinceReferenceDate: 1), path: "/a")
        let bytes = try coder.encode(sample)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"apple":1,"path":"/a","zebra":"z"}"#)
        #expect(try coder.encode(sample) == bytes)
        #expect(coder.encoding == "json")
    }

    @Test("dates come back exactly")
    func keepsDates() throws {
        let coder = JSONPayloadCoder()
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<200 {
            let seconds = Double.random(in: -1e10...1e10, using: &generator)
            let sample = Sample(zebra: "", apple: Date(timeIntervalSinceReferenceDate: seconds))
            #expect(try coder.decode(Sample.self, from: coder.encode(sample)) == sample)
        }
    }

    @Test("an encoder of one's own is used")
    func usesGivenEncoder() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let coder = JSONPayloadCoder(encoder: encoder, decoder: decoder)
        struct Long: Codable { var longName: Int }
        let bytes = try coder.encode(Long(longName: 1))
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"long_name":1}"#)
        #expect(try coder.decode(Long.self, from: bytes).longName == 1)
    }
}
