import LazyJobs
import LogJobsTesting
import Testing

@testable import LogJobs

/// Bytes whose checksums fit and whose content was made by nobody: they may decode or throw.
@Suite("Hostile bytes")
struct HostileBytesTests {
    private let bench = FrameBench()

    @Test("mutated raw blocks never trap", arguments: [1, 2, 3, 4] as [UInt64])
    func mutatedBlocks(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let events = EventSamples.all()
        var writer = BlockWriter()
        writer.begin(epoch: 1, time: EventSamples.time)
        for event in events { writer.append(event) }
        let first = SequenceNumber(rawValue: 1000)
        for _ in 0..<5000 {
            let raw = mutate(writer.writer.bytes, &generator)
            decode {
                var reader = BlockReader(raw[...])
                _ = try reader.events(count: events.count, first: first)
            }
        }
        writer.begin()
        writer.append(EventSamples.baseline)
        for _ in 0..<5000 {
            let raw = mutate(writer.writer.bytes, &generator)
            decode {
                var reader = BlockReader(raw[...])
                _ = try reader.baseline()
            }
        }
    }

    @Test("random raw blocks never trap", arguments: [5, 6] as [UInt64])
    func randomBlocks(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let raw = random(200, &generator)
            decode {
                var reader = BlockReader(raw[...])
                _ = try reader.events(count: 65_535, first: SequenceNumber(rawValue: 1))
            }
            decode {
                var reader = BlockReader(raw[...])
                _ = try reader.baseline()
            }
        }
    }

    @Test("mutated payloads and headers under fitting checksums never trap", arguments: [7, 8])
    func mutatedFrames(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let frames = [
            bench.frame(EventSamples.all()), bench.frame(EventSamples.baseline),
            bench.frame(EventSamples.random(countMax: 600, using: &generator)),
        ]
        for frame in frames {
            for _ in 0..<600 {
                var hostile = frame
                let end = Bool.random(using: &generator) ? FrameHeader.size + 20 : frame.count
                for _ in 0...Int.random(in: 0..<4, using: &generator) {
                    let place = Int.random(in: 4..<min(end, frame.count), using: &generator)
                    hostile[place] = .random(in: 0...255, using: &generator)
                }
                let sealed = bench.fitted(hostile)
                decode { try bench.readAll(sealed) }
            }
        }
    }

    @Test("random payloads never inflate beyond what their headers say", arguments: [9])
    func randomPayloads(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let stored = random(300, &generator)
            let payload = FramePayload(
                bytes: [UInt8.random(in: 0...3, using: &generator)] + stored,
                rawLength: Int.random(in: 1...2000, using: &generator),
                rawCRC: 0,
                storedCRC: 0,
                codec: Bool.random(using: &generator) ? .stored : .deflate,
                eventCount: Int.random(in: 1...5, using: &generator)
            )
            let frame = bench.frame(.batch, payload, first: SequenceNumber(rawValue: 1))
            decode { try bench.readAll(bench.fitted(frame)) }
        }
    }

    @Test("mutated headers and manifests under fitting checksums never trap", arguments: [10])
    func mutatedFiles(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let header = LogFormatExampleTests.segment.encoded()
        let manifest = ManifestTests.sample.encoded()
        for _ in 0..<5000 {
            var hostile = header
            hostile[Int.random(in: 8..<200, using: &generator)] = .random(
                in: 0...255,
                using: &generator
            )
            decode { _ = try SegmentHeader(decoding: fitted(hostile)) }
            hostile = manifest
            hostile[Int.random(in: 8..<184, using: &generator)] =
                .random(in: 0...255, using: &generator)
            decode { _ = try Manifest(decoding: fitted(hostile)) }
        }
    }

    /// A refusal is as good as an answer here; a trap would end the run.
    private func decode(_ body: () throws -> Void) {
        do { try body() } catch {}
    }

    private func random(_ countMax: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...countMax, using: &generator)).map { _ in
            // Small numbers lead deeper than large ones.
            .random(in: 0...(Bool.random(using: &generator) ? 11 : 255), using: &generator)
        }
    }

    private func mutate(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<3, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(.random(in: 0...255, using: &generator), at: place)
            case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
            default: bytes[place] = .random(in: 0...255, using: &generator)
            }
        }
        return bytes
    }

    private func fitted(_ bytes: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(contentsOf: bytes.dropLast(4))
        writer.append(fixed: CRC32C.checksum(bytes.dropLast(4)))
        return writer.bytes
    }
}

extension FrameBench {
    /// The frame with the checksums of payload and header made to fit.
    func fitted(_ frame: [UInt8]) -> [UInt8] {
        let length = (0..<4).reduce(0) { $0 | Int(frame[8 + $1]) << ($1 * 8) }
        var writer = ByteWriter()
        writer.append(contentsOf: frame[..<32])
        writer.append(fixed: CRC32C.checksum(frame.dropFirst(FrameHeader.size).prefix(length)))
        writer.append(contentsOf: frame[36...])
        return resealed(writer.bytes)
    }
}
