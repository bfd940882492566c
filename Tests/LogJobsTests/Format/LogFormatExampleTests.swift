import Foundation
import JobLedger
import LazyJobs
import Testing

@testable import LogJobs

/// The bytes of LogFormat.md's worked example, both ways; they are never changed.
@Suite("LogFormat example")
struct LogFormatExampleTests {
    private static let header = """
        89 4C 4A 53 0D 0A 1A 0A
        01 00 00 00 00 10 00 00
        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        00 00 00 00 00 00 00 00
        00 11 22 33 44 55 46 77 88 99 AA BB CC DD EE FF
        01 00 00 00 00 00 00 00
        EF CD AB 89 67 45 23 01
        01 00 00 00 00 00 00 00
        01 00 00 00 00 00 00 00
        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        00 00 00 00 00 00 00 00
        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        00 40 1E 18 24 0A 06 00
        08 00 00 00 00 00 00 00
        """
    private static let headerChecksum = "76 1F F5 B3"

    private static let frames = """
        B4 1F 59 3C 02 00 00 00 07 00 00 00 06 00 00 00
        01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00
        1D EC 78 0E 32 D6 6F 8A
        00 00 00 00 00 F1 53 65
        01
        00 00 01 00 00 00
        00
        60 70 3B 31 01 00 03 00 4C 00 00 00 4B 00 00 00
        01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00
        07 3F 64 5C 86 CA 23 26
        B4 1F 59 3C 00 F1 53 65
        01
        01 80 80 F2 81 83 89 85 06
        40 00
        CE 49
        00 04 62 30 30 74
        00 04 63 72 6F 77
        01
        01 00 02 00 00 00
        00
        00
        00 04 73 65 6E 64
        00 04 6D 61 69 6C
        00 04 6A 73 6F 6E
        00
        08 7B 22 74 6F 22 3A 37 7D
        00 05
        02 F4 03
        00 01 01 01
        00 02 77 31
        00 00 00 00
        96 59 36 29 04 00 00 00 00 00 00 00 00 00 00 00
        04 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00
        00 00 00 00 00 00 00 00
        60 70 3B 31 01 F1 53 65
        """

    static let segment = SegmentHeader(
        store: StoreID(high: 0x0011_2233_4455_4677, low: 0x8899_AABB_CCDD_EEFF),
        segment: SegmentID(rawValue: 1),
        salt: 0x0123_4567_89AB_CDEF,
        epoch: 1,
        firstSequence: SequenceNumber(rawValue: 1),
        predecessor: nil,
        createdAt: Timestamp(microseconds: 1_700_000_000_000_000),
        dictionary: []
    )

    private static let baseline = LedgerBaseline(
        lastSequence: .zero,
        epoch: 0,
        nextJobID: JobID(rawValue: 1),
        isOpen: false,
        schedules: [],
        pausedQueues: []
    )

    private var events: [JobEvent] {
        let runAt = Timestamp(microseconds: 1_700_000_000_000_000).date
        let job = NewJob(
            kind: "send",
            queue: "mail",
            payload: JobPayload(bytes: Array(#"{"to":7}"#.utf8)),
            maxAttempts: 5
        )
        func transition(_ version: UInt32, _ change: JobTransition.Change) -> JobEvent.Body {
            .job(
                JobTransition(
                    jobID: JobID(rawValue: 1),
                    version: version,
                    previous: version == 0 ? nil : SequenceNumber(rawValue: 2),
                    attempt: Int(version),
                    change: change
                )
            )
        }
        let owner = StoreOwner(processID: 4711, bootID: "b00t", host: "crow")
        return [
            (0, .store(.opened(owner, firstJobID: JobID(rawValue: 1)))),
            (0, transition(0, .enqueued(job, runAt: runAt))),
            (250, transition(1, .claimed(worker: "w1"))),
        ].enumerated().map { index, event in
            JobEvent(
                sequence: SequenceNumber(rawValue: UInt64(index + 1)),
                epoch: 1,
                timestamp: Timestamp(microseconds: 1_700_000_000_000_000 + event.0),
                body: event.1
            )
        }
    }

    private var headerBytes: [UInt8] {
        let head = bytes(Self.header)
        return head + [UInt8](repeating: 0, count: 4092 - head.count) + bytes(Self.headerChecksum)
    }

    @Test("the example encodes to its bytes")
    func encodes() {
        #expect(Self.segment.encoded() == headerBytes)
        var encoder = FrameEncoder(dictionary: [])
        var file: [UInt8] = []
        var link: UInt32 = 0
        let baseline = encoder.payload(of: Self.baseline)
        let batch = encoder.payload(of: events)
        let frames: [(FrameKind, FramePayload?, UInt64, UInt32)] = [
            (.baseline, baseline, 1, 0), (.batch, batch, 1, 0), (.seal, nil, 4, 1),
        ]
        for (kind, payload, sequence, secondsLater) in frames {
            let frame = FrameEncoder.frame(
                kind: kind,
                payload: payload,
                firstSequence: SequenceNumber(rawValue: sequence),
                durable: SequenceNumber(rawValue: sequence),
                link: link,
                seconds: 1_700_000_000 + secondsLater,
                salt: Self.segment.salt,
                offset: UInt64(SegmentHeader.size + file.count),
                alignment: 8
            )
            file += frame.bytes
            link = frame.headerCRC
        }
        #expect(file == bytes(Self.frames))
    }

    @Test("the example decodes from its bytes")
    func decodes() throws {
        #expect(try SegmentHeader(decoding: headerBytes) == Self.segment)
        let file = bytes(Self.frames)
        var headers: [FrameHeader] = []
        var start = 0
        while start < file.count {
            let header = try FrameHeader(
                decoding: file[start...],
                salt: Self.segment.salt,
                offset: UInt64(SegmentHeader.size + start)
            )
            #expect(header.link == headers.last?.headerCRC ?? 0)
            headers.append(header)
            start += header.frameLength(alignment: 8)
        }
        #expect(headers.map(\.kind) == [.baseline, .batch, .seal])
        var decoder = FrameDecoder(dictionary: [])
        #expect(try decoder.baseline(headers[0], stored: file[48..<56]) == Self.baseline)
        #expect(try decoder.events(headers[1], stored: file[104..<184]) == events)
        #expect(headers[2].durable == SequenceNumber(rawValue: 4))
    }

    @Test("a frame deflated with a dictionary decodes, whatever zlib writes today")
    func decodesDeflated() throws {
        var bench = FrameBench()
        bench.dictionary = Array("a reason that is long enough to be worth a reference".utf8)
        #expect(try bench.events(bytes(Self.deflated)) == [Self.deflatedEvent])
    }

    static let deflatedEvent = JobEvent(
        sequence: SequenceNumber(rawValue: 9),
        epoch: 2,
        timestamp: Timestamp(microseconds: 1_700_000_000_000_000),
        body: .queue(
            .paused(
                queue: "mail",
                reason: "a reason that is long enough to be worth a reference",
                actor: nil
            )
        )
    )

    private static let deflated = """
        C4 7B 3E 9C 01 01 01 00 19 00 00 00 47 00 00 00
        09 00 00 00 00 00 00 00 09 00 00 00 00 00 00 00
        D4 B4 1D 22 3D 30 86 D5 07 00 00 00 00 F1 53 65
        01 63 6A 68 F8 D4 D8 DC D9 CA 66 C0 C0 C8 C0 92
        9B 98 99 63 92 48 86 31 00 00 00 00 00 00 00 00
        """

    @Test("the page has the same bytes")
    func page() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = "Sources/LogJobs/LogJobs.docc/LogFormat.md"
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        let heading = try #require(text.range(of: "## A worked example"))
        let inPage = text[heading.upperBound...].split(separator: "\n").map { $0.prefix(48) }
            .filter { $0.count > 1 && $0.allSatisfy { "0123456789ABCDEF ".contains($0) } }
            .map { $0.split(separator: " ").joined(separator: " ") }
        let expected = [Self.header, Self.headerChecksum, Self.frames].joined(separator: "\n")
        #expect(inPage == expected.split(separator: "\n").map(String.init))
    }
}
