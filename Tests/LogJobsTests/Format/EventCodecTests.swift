import JobLedger
import LazyJobs
import LogJobsTesting
import Testing

@testable import LogJobs

@Suite("Event codec")
struct EventCodecTests {
    private let bench = FrameBench()

    @Test("every kind of event survives, with all fields and with none", arguments: [0, 1])
    func everyKind(dictionarySize: Int) throws {
        var bench = bench
        if dictionarySize == 0 { bench.dictionary = [] }
        let events = EventSamples.all()
        #expect(try bench.events(bench.frame(events)) == events)
        for event in events {
            #expect(try bench.events(bench.frame([event])) == [event])
        }
    }

    @Test("the samples have every kind")
    func samplesAreComplete() {
        let kinds = Set(EventSamples.all().compactMap { $0.transition?.kind })
        #expect(kinds.count == JobTransition.Kind.allCases.count)
    }

    @Test("texts keep their bytes, also where they differ and are the same text")
    func spelling() throws {
        let events = EventSamples.all()
        let decoded = try bench.events(bench.frame(events))
        guard case .job(let first)? = decoded.first?.body, case .enqueued(let job, _) = first.change
        else {
            Issue.record("the first event is another")
            return
        }
        #expect(Array(job.tags[2].utf8) == Array("e\u{301}".utf8))
        #expect(Array(job.tags[3].utf8) == Array("\u{e9}".utf8))
    }

    @Test("random batches survive, whole and event by event", arguments: [1, 2, 3] as [UInt64])
    func randomBatches(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            let events = EventSamples.random(countMax: 600, using: &generator)
            let frame = bench.frame(events)
            #expect(try bench.events(frame) == events)
            var decoder = FrameDecoder(dictionary: bench.dictionary)
            let header = try bench.header(frame)
            let stored = frame.dropFirst(FrameHeader.size)
            for event in events.shuffled(using: &generator).prefix(20) {
                let found = try decoder.event(header, stored: stored, sequence: event.sequence)
                #expect(found == event)
            }
        }
    }

    @Test("an encoder gives the same bytes however often it is used")
    func encoderIsReusable() {
        var encoder = FrameEncoder(dictionary: bench.dictionary)
        let first = encoder.payload(of: EventSamples.all())
        _ = encoder.payload(of: EventSamples.baseline)
        #expect(encoder.payload(of: EventSamples.all()) == first)
    }

    @Test("blocks end at 32 KiB, and at a change of epoch")
    func blocks() throws {
        var events = (0..<5000).map { index in
            JobEvent(
                sequence: SequenceNumber(rawValue: UInt64(index + 1)),
                epoch: 1,
                timestamp: EventSamples.time,
                body: .queue(.paused(queue: "q\(index)", reason: "reason \(index)", actor: nil))
            )
        }
        events[4999].epoch = 2
        let frame = bench.frame(events)
        let header = try bench.header(frame)
        let payload = frame.dropFirst(FrameHeader.size).prefix(header.storedLength)
        let blocks = try FrameBlock.blocks(of: header, in: payload)
        #expect(blocks.count > 2)
        #expect(blocks.allSatisfy { $0.rawLength <= FormatLimits.blockSizeMax })
        #expect(blocks.last?.eventCount == 1)
        #expect(try bench.events(frame) == events)
    }

    @Test("a baseline survives, full and empty")
    func baselines() throws {
        #expect(try bench.baseline(bench.frame(EventSamples.baseline)) == EventSamples.baseline)
        var empty = EventSamples.baseline
        empty.schedules = []
        empty.pausedQueues = []
        empty.lastSequence = .zero
        #expect(try bench.baseline(bench.frame(empty)) == empty)
    }

    @Test("a schedule or a paused queue that is there twice is refused")
    func doubles() {
        var doubled = EventSamples.baseline
        doubled.schedules.append(doubled.schedules[0])
        #expect(throws: FormatError.self) { try bench.baseline(bench.frame(doubled)) }
        doubled = EventSamples.baseline
        doubled.pausedQueues.append(doubled.pausedQueues[0])
        #expect(throws: FormatError.self) { try bench.baseline(bench.frame(doubled)) }
    }

    @Test("a fold takes a time that no date has as an event has it")
    func farTime() throws {
        var writer = ByteWriter()
        writer.append(varint: UInt64(1))
        writer.append(zigzag: 0)
        writer.append(contentsOf: [1, 0, 2, 0, 0, 0])
        writer.append(zigzag: 250_000_000_000_000_001)
        writer.append(varint: UInt64(0))
        for name in ["kind", "queue", "json"] {
            writer.append(varint: UInt64(0))
            writer.append(text: name, max: FormatLimits.nameSizeMax)
        }
        writer.append(contentsOf: [0, 0, 0, 5])
        let first = SequenceNumber(rawValue: 9)
        let block = EventBlock(first: first, eventCount: 1, raw: writer.bytes[...])
        guard case .job(let event)? = try block.events().first?.body,
            case .enqueued(_, let runAt) = event.change
        else { throw FormatError.damaged("it is no new job") }
        var plain = PlainTransition()
        var reader = try EventBlockReader(block)
        guard case .plain? = try reader.next(&plain) else {
            throw FormatError.damaged("it is not plain")
        }
        #expect(plain.runAt == Timestamp(runAt))
        #expect(plain.runAt.microseconds != 250_000_000_000_000_001)
        #expect(plain.job.kind == "kind" && plain.job.maxAttempts == 5)
        #expect(try reader.next(&plain) == nil)
    }

    @Test("an event of an unknown kind is refused by its number")
    func unknownKind() {
        var reader = BlockReader([1, 0, 13, 0])
        #expect(throws: FormatError.damaged("event 9 is of the unknown kind 13")) {
            try reader.events(count: 1, first: SequenceNumber(rawValue: 9))
        }
    }
}
