import LazyJobs
import LogJobs
import Testing

@testable import LogJobsTool

@Suite("StoreOutput") struct StoreOutputTests {
    private var report: RecoveryReport {
        var report = RecoveryReport()
        report.epoch = 3
        report.segmentCount = 2
        report.frameCount = 40
        report.eventCount = 1234
        report.byteCount = 1_572_864
        report.lastSequence = SequenceNumber(rawValue: 1234)
        report.wasClosed = true
        return report
    }

    private var info: StoreInfo {
        var info = StoreInfo(
            folder: "shop.jobs",
            report: report,
            segments: [
                segment("seg-0000000000000001.ljs", 1, 1...1000, end: 90_000, isSealed: true),
                segment("seg-0000000000000002.ljs", 3, 1001...1234, end: 30_000, isSealed: false),
            ],
            stats: JobStats(
                total: 500,
                byState: [.succeeded: 498, .pending: 2],
                byQueueState: ["default": [.succeeded: 498], "mail": [.pending: 2]]
            ),
            schedules: [
                JobSchedule(
                    key: "clean",
                    interval: .seconds(600),
                    nextRunAt: moment(),
                    job: NewJob(kind: "clean-up", payload: JobPayload(bytes: []))
                )
            ],
            pausedQueues: ["mail"]
        )
        info.uses = [
            SegmentUse(liveByteCount: 20_000, deadByteCount: 70_000, jobCount: 5),
            SegmentUse(liveByteCount: 30_000, deadByteCount: 0, jobCount: 495),
        ]
        info.pins = SegmentPins(byState: [.succeeded: 3, .pending: 2], oldest: JobID(rawValue: 7))
        return info
    }

    private func segment(
        _ name: String,
        _ epoch: UInt64,
        _ events: ClosedRange<UInt64>,
        end: UInt64,
        isSealed: Bool
    ) -> SegmentSummary {
        SegmentSummary(
            fileName: name,
            epoch: epoch,
            firstSequence: SequenceNumber(rawValue: events.lowerBound),
            lastSequence: SequenceNumber(rawValue: events.upperBound),
            validEnd: end,
            fileSize: 1 << 20,
            isSealed: isSealed
        )
    }

    @Test("info tells people what the store holds and how it was left")
    func printsInfo() throws {
        let expected = """
            folder    shop.jobs
            state     closed in order
            opened    for writing 3 times
            events    1,234
            segments  2, 117.2 KiB written of 2.0 MiB prepared
            oldest    segment is needed by 2 pending, 3 succeeded, the first is job 7
            jobs      500, 2 pending, 498 succeeded
            queue     default: 498 succeeded
            queue     mail: paused, 2 pending
            schedule  clean: clean-up every 10m0s, next at 2026-07-24T09:30:00Z

            SEGMENT                   EPOCH  FIRST  LAST      LIVE      DEAD     SIZE  STATE
            seg-0000000000000001.ljs      1      1  1000  19.5 KiB  68.4 KiB  1.0 MiB  sealed
            seg-0000000000000002.ljs      3   1001  1234  29.3 KiB   0 bytes  1.0 MiB  active
            """
        #expect(try info.lines(.text).joined(separator: "\n") == expected)
    }

    @Test("info tells of archives, and of checkpoints how old they are")
    func printsFiles() throws {
        var info = info
        info.archives = [
            ArchiveSummary(
                fileName: "arc-0000000000000001.lja",
                firstSequence: SequenceNumber(rawValue: 1),
                lastSequence: SequenceNumber(rawValue: 900),
                fileSize: 4096
            )
        ]
        let checkpoint = CheckpointSummary(
            fileName: "ckp-00000000000004d0.ljc",
            sequence: SequenceNumber(rawValue: 1232),
            fileSize: 2048,
            failure: nil
        )
        info.checkpoints = [StoreInfo.Checkpoint(summary: checkpoint, time: moment())]
        let lines = try info.lines(.text)
        #expect(lines.contains("archives    1, 4.0 KiB, events 1 to 900"))
        let text = "event 1,232 of 2026-07-24T09:30:00Z, 2 events ago, 2.0 KiB"
        #expect(lines.contains("checkpoint  " + text))
        info.checkpoints[0].summary.failure = "it is damaged"
        #expect(try info.lines(.text).contains("checkpoint  \(text), not used: it is damaged"))
        info.oldestEvent = SequenceNumber(rawValue: 1100)
        info.oldestTime = moment()
        let since = "known since  event 1,100 of 2026-07-24T09:30:00Z"
        #expect(try info.lines(.text).contains(since))
        let json = try info.lines(.json)[0]
        #expect(json.contains("\"oldest_event\":1100,"))
        #expect(json.contains("\"archives\":[{\"file\":\"arc-0000000000000001.lja\""))
        #expect(json.contains("\"failure\":\"it is damaged\",\"file\":\"ckp-"))
    }

    @Test("info is one object for programs")
    func printsInfoJSON() throws {
        var info = info
        info.segments.removeLast()
        let expected = """
            {"archives":[],"checkpoints":[],"closed":true,"epoch":3,"folder":"shop.jobs",\
            "last_sequence":1234,"oldest_event":1,\
            "oldest_segment":{"by_state":{"pending":2,"succeeded":3},"job":7},\
            "paused_queues":["mail"],\
            "schedules":[{"interval":"10m0s","key":"clean","kind":"clean-up",\
            "next_run_at":"2026-07-24T09:30:00Z","queue":"default"}],\
            "segments":[{"dead_bytes":70000,"epoch":1,"file":"seg-0000000000000001.ljs",\
            "first_sequence":1,"jobs":5,"last_sequence":1000,"live_bytes":20000,"sealed":true,\
            "size":1048576,"valid_end":90000}],"states_since":0,\
            "stats":{"by_kind":{},"by_queue":{},\
            "by_queue_state":{"default":{"succeeded":498},"mail":{"pending":2}},\
            "by_state":{"pending":2,"succeeded":498},"total":500}}
            """
        #expect(try info.lines(.json) == [expected])
    }

    @Test("verify says how much it has read, and of a torn tail that it is none of damage")
    func printsVerification() throws {
        #expect(
            try Verification(report: report).lines(.text) == [
                "verified 2 segments, 40 frames, 1,234 events, 1.5 MiB: no damage"
            ]
        )
        var report = report
        report.wasClosed = false
        report.tornTail = .init(segment: "seg-2.ljs", offset: 4096, reason: "checksum")
        #expect(
            try Verification(report: report).lines(.text).last
                == "the log ends with an unfinished write, as of a crash: "
                + "seg-2.ljs at byte 4096: checksum"
        )
        let json = """
            {"archives":0,"bytes":1572864,"closed":false,"damaged":false,"epoch":3,\
            "events":1234,"frames":40,"ignored_checkpoints":[],"last_sequence":1234,"segments":2,\
            "torn_tail":{"file":"seg-2.ljs","offset":4096,"reason":"checksum"}}
            """
        #expect(try Verification(report: report).lines(.json) == [json])
    }

    @Test("a checkpoint that cannot be used is damage, and named")
    func printsIgnoredCheckpoints() throws {
        var report = report
        report.ignoredCheckpoints = [.init(file: "ckp-1.ljc", reason: "bad\u{1B}sum")]
        let text = try Verification(report: report).answer(.text)
        #expect(text.status == .damage)
        #expect(
            text.remarks == [
                "ckp-1.ljc cannot be used: bad\\u{1b}sum. No job is lost, but opening takes longer "
                    + "until the next checkpoint; look after the disk."
            ]
        )
        #expect(text.lines[0].hasSuffix(": no damage but to checkpoints"))
        let json = try Verification(report: report).lines(.json)[0]
        #expect(json.contains("\"damaged\":true,"))
        let field = #""ignored_checkpoints":[{"file":"ckp-1.ljc","reason":"bad\u001bsum"}]"#
        #expect(json.contains(field))
    }

    @Test("damage is an answer with status 1, for programs an object too")
    func reportsDamage() throws {
        let error = LogStoreError(.corruption, "It is bad.", file: "seg-1.ljs", offset: 8192)
        let text = try Verification.report(error, .text)
        #expect(text == Report(lines: [], remarks: ["It is bad."], status: .damage))
        let json = try Verification.report(error, .json)
        let expected = """
            {"code":"corruption","damaged":true,"file":"seg-1.ljs","message":"It is bad.",\
            "offset":8192}
            """
        #expect(json == Report(lines: [expected], remarks: ["It is bad."], status: .damage))
        let locked = LogStoreError(.locked, "It is locked.")
        #expect(throws: LogStoreError.self) { try Verification.report(locked, .json) }
    }

    @Test("the exit status tells damage from what keeps one from looking")
    func choosesStatus() {
        let damages: Set<LogStoreError.Code> = [.corruption, .missingSegment, .manifestMissing]
        for code in LogStoreError.Code.allCases {
            let status = Failure(LogStoreError(code, "a\u{1B}b"))
            #expect(
                status.status
                    == (damages.contains(code)
                        ? .damage : code == .unknownPast ? .usage : .inputOutput)
            )
            #expect(status.message == "a\\u{1b}b")
        }
        #expect(Failure(UsageError("x")).status == .usage)
        #expect(Failure(BackendError(.invalidRequest, "x")).status == .usage)
        #expect(Failure(BackendError(.corruption, "x")).status == .inputOutput)
    }
}
