import LazyJobs
import LogJobsTesting
import Testing

@testable import LogJobs

@Suite("Frame")
struct FrameTests {
    private let bench = FrameBench()

    private var frames: [[UInt8]] {
        let first = SequenceNumber(rawValue: 5)
        return [
            bench.frame(EventSamples.all()), bench.frame([EventSamples.all()[1]]),
            bench.frame(EventSamples.baseline), bench.frame(.watermark, nil, first: first),
            bench.frame(.seal, nil, first: first),
        ]
    }

    @Test("the flip of any bit, in header, payload or padding, is refused")
    func flips() {
        for frame in frames {
            for bit in 0..<frame.count * 8 {
                var damaged = frame
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                if isRefused({ try bench.readAll(damaged) }) { continue }
                Issue.record("bit \(bit) of \(frame.count) bytes")
            }
        }
    }

    @Test("a cut at any byte is refused")
    func cuts() {
        for frame in frames {
            for count in 0..<frame.count {
                if isRefused({ try bench.readAll(Array(frame[..<count])) }) { continue }
                Issue.record("\(count) of \(frame.count) bytes")
            }
        }
    }

    @Test("a frame is valid in one place of one segment only")
    func place() throws {
        for frame in frames {
            try bench.readAll(frame)
            var elsewhere = bench
            elsewhere.offset += 8
            #expect(throws: FormatError.self) { try elsewhere.readAll(frame) }
            var other = bench
            other.salt ^= 1
            #expect(throws: FormatError.self) { try other.readAll(frame) }
        }
    }

    @Test(
        "only small blocks stay as they are where somebody waits for them",
        arguments: [DeflateStream.syncedSizeMin, DeflateStream.promptSizeMin]
    )
    func awaited(sizeMin: Int) throws {
        var awaited = bench
        awaited.sizeMin = sizeMin
        let sample = EventSamples.all()[1]
        for count in [1, 8, 16, 32, 64, 128, 256] {
            let events = (0..<count).map { number in
                var event = sample
                event.sequence = SequenceNumber(rawValue: sample.sequence.rawValue + UInt64(number))
                return event
            }
            let payload = awaited.payload(events)
            let isSmall = payload.rawLength < sizeMin
            #expect(payload.codec == (isSmall ? .stored : .deflate), "\(payload.rawLength) bytes")
            let patient = bench.payload(events).codec
            #expect(count == 1 || patient == .deflate, "\(payload.rawLength) bytes")
            #expect(try bench.events(awaited.frame(events)) == events)
        }
    }

    @Test("a large frame is the same by however many it is deflated", arguments: [1, 2, 3, 5])
    func shared(width: Int) throws {
        var generator = SeededGenerator(seed: UInt64(width))
        var shared = bench
        shared.sharing = WorkSharing(width: width) { count, piece in
            #expect(count <= width)
            // In an order of its own.
            for number in (0..<count).shuffled() { piece(number) }
        }
        var threaded = bench
        threaded.sharing = .byProcessors
        for count in [1, 90, 200, 400, 700, 1400] {
            let events = EventSamples.jobs(count, &generator)
            let alone = bench.frame(events)
            #expect(shared.frame(events) == alone)
            #expect(threaded.frame(events) == alone)
            #expect(try bench.events(alone) == events)
        }
    }

    @Test("frames end at the alignment, and zeros are no frame", arguments: [8, 512, 4096])
    func alignment(_ alignment: Int) throws {
        var bench = bench
        bench.alignment = alignment
        let frame = bench.frame(EventSamples.all())
        #expect(frame.count % alignment == 0)
        #expect(try bench.header(frame).frameLength(alignment: alignment) == frame.count)
        #expect(throws: FormatError.self) { try bench.header([UInt8](repeating: 0, count: 4096)) }
    }

    @Test("a payload that was read can be logged again elsewhere, byte for byte")
    func relog() throws {
        let frame = bench.frame(EventSamples.all())
        let payload = FramePayload(try bench.header(frame), stored: frame[FrameHeader.size...])
        #expect(payload == bench.payload(EventSamples.all()))
        var elsewhere = bench
        elsewhere.salt = 1
        elsewhere.offset = 1 << 40
        let first = EventSamples.all()[0].sequence
        let again = elsewhere.frame(.batch, payload, first: first)
        #expect(try elsewhere.events(again) == EventSamples.all())
    }

    @Test("what has a checksum and makes no sense is refused")
    func impossible() {
        let first = SequenceNumber(rawValue: 5)
        let payload = bench.payload([EventSamples.all()[1]])
        var cases: [[UInt8]] = [
            // A batch with no events, and a baseline with one.
            bench.frame(.batch, with(payload) { $0.eventCount = 0 }, first: first),
            bench.frame(.baseline, payload, first: first),
            bench.frame(.batch, with(payload) { $0.rawLength = (64 << 20) + 1 }, first: first),
            bench.frame(.batch, with(payload) { $0.rawLength = 0 }, first: first),
            bench.frame(.batch, with(payload) { $0.rawCRC ^= 1 }, first: first),
            bench.frame(.batch, with(payload) { $0.rawLength += 1 }, first: first),
            bench.frame(.batch, with(payload) { $0.eventCount += 1 }, first: first),
            bench.frame(.batch, payload, first: SequenceNumber(rawValue: .max)),
        ]
        for (offset, value) in [(4, 0), (4, 5), (5, 2), (24, 6), (16, 0)] as [(Int, UInt8)] {
            var frame = bench.frame(.batch, payload, first: first)
            frame[offset] = value
            cases.append(bench.resealed(frame))
        }
        for offset in [5, 6, 8, 12, 32, 36] {
            var frame = bench.frame(.seal, nil, first: first)
            frame[offset] = 1
            cases.append(bench.resealed(frame))
        }
        for (index, frame) in cases.enumerated() {
            #expect(throws: FormatError.self, "case \(index)") { try bench.readAll(frame) }
        }
    }

    private func with(
        _ payload: FramePayload,
        _ change: (inout FramePayload) -> Void
    ) -> FramePayload {
        var payload = payload
        change(&payload)
        return payload
    }
}

extension FrameBench {
    /// The frame with its header checksum made to fit.
    func resealed(_ frame: [UInt8]) -> [UInt8] {
        let crc = FrameHeader.checksum(frame[4..<FrameHeader.size], salt: salt, offset: offset)
        var writer = ByteWriter()
        writer.append(fixed: crc)
        writer.append(contentsOf: frame[4...])
        return writer.bytes
    }
}
