import LazyJobs
import LogJobsTesting
import Testing

@testable import LogJobs

/// The reader's limits, at the limit and one past it; a writer stops at them by precondition.
@Suite("FormatLimits")
struct FormatLimitsTests {
    @Test("names, texts and bytes are read up to their limit")
    func sizes() throws {
        for (isOver, offset) in [(false, 0), (true, 1)] {
            try expect(isOver) {
                try $0.name()
            } from: {
                $0.append(0)
                $0.append(sized: filled(FormatLimits.nameSizeMax + offset), max: .max)
            }
            try expect(isOver) {
                try $0.key()
            } from: {
                $0.append(sized: filled(FormatLimits.nameSizeMax + offset), max: .max)
            }
            try expect(isOver) {
                try $0.text()
            } from: {
                $0.append(sized: filled(FormatLimits.textSizeMax + offset), max: .max)
            }
            try expect(isOver) {
                try $0.bytes()
            } from: {
                $0.append(sized: filled(FormatLimits.bytesSizeMax + offset), max: .max)
            }
            try expect(isOver) {
                try $0.nextJobID()
            } from: {
                $0.append(varint: FormatLimits.jobIDMax + UInt64(offset))
            }
            try expect(isOver) {
                try $0.date()
            } from: {
                let latest = Timestamp(JobLimits.latest).microseconds
                $0.append(zigzag: latest + Int64(offset))
            }
            try expect(isOver) {
                try $0.listCount(max: 7, "a list")
            } from: {
                $0.append(varint: 7 + offset)
                $0.appendZeros(100)
            }
        }
    }

    @Test("a job with the largest of everything survives")
    func largestJob() throws {
        let name = String(repeating: "n", count: FormatLimits.nameSizeMax)
        let job = NewJob(
            kind: name,
            payload: JobPayload(bytes: filled(FormatLimits.bytesSizeMax), version: .max),
            maxAttempts: FormatLimits.attemptMax,
            tags: (0..<FormatLimits.tagCountMax).map { "tag \($0)" },
            metadata: Dictionary(
                uniqueKeysWithValues: (0..<FormatLimits.metadataCountMax).map { ("\($0)", "v") }
            ),
            waitsFor: (1...FormatLimits.waitCountMax).map { JobID(rawValue: UInt64($0)) }
        )
        let transition = JobTransition(
            jobID: JobID(rawValue: FormatLimits.jobIDMax),
            version: .max,
            previous: nil,
            attempt: FormatLimits.attemptMax,
            change: .enqueued(job, runAt: JobLimits.earliest)
        )
        let event = JobEvent(
            sequence: SequenceNumber(rawValue: 1),
            epoch: .max,
            timestamp: Timestamp(JobLimits.latest),
            body: .job(transition)
        )
        let bench = FrameBench()
        #expect(try bench.events(bench.frame([event])) == [event])
    }

    @Test("the limits of jobs lie within those of the format")
    func jobLimits() {
        #expect(JobLimits.payloadSizeMax <= FormatLimits.bytesSizeMax)
        #expect(JobLimits.outputSizeMax <= FormatLimits.bytesSizeMax)
        #expect(JobLimits.errorSizeMax <= FormatLimits.textSizeMax)
        #expect(JobLimits.metadataSizeMax <= FormatLimits.textSizeMax)
        #expect(JobLimits.keySizeMax <= FormatLimits.nameSizeMax)
        #expect(JobLimits.tagCountMax <= FormatLimits.tagCountMax)
        #expect(JobLimits.waitCountMax <= FormatLimits.waitCountMax)
        #expect(JobLimits.attemptsMax <= FormatLimits.attemptMax)
        #expect(FormatDictionary.builtIn.count <= FormatLimits.dictionarySizeMax)
    }

    @Test("as many events as a frame may have survive")
    func fullFrame() throws {
        let events = (1...UInt64(FormatLimits.eventCountMax)).map {
            JobEvent(
                sequence: SequenceNumber(rawValue: $0),
                epoch: 1,
                timestamp: EventSamples.time,
                body: .store(.closed)
            )
        }
        let bench = FrameBench()
        #expect(try bench.events(bench.frame(events)) == events)
    }

    private func filled(_ count: Int) -> [UInt8] {
        [UInt8](repeating: 0x61, count: count)
    }

    private func expect<Value>(
        _ isOver: Bool,
        _ read: (inout BlockReader) throws -> Value,
        from write: (inout ByteWriter) -> Void
    ) throws {
        var writer = ByteWriter()
        write(&writer)
        var reader = BlockReader(writer.bytes[...])
        if isOver {
            #expect(throws: FormatError.self) { _ = try read(&reader) }
        } else {
            _ = try read(&reader)
        }
    }
}
