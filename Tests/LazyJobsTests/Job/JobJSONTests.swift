import Foundation
import LazyJobs
import Testing

@Suite("JSON of Go's lazyjobs")
struct JobJSONTests {
    @Test("a record has the seed's keys, and leaves out what is empty")
    func writesPlainRecord() throws {
        try expect(
            Self.record,
            #"""
            {"attempt":1,"created_at":"2026-01-01T00:00:00Z","id":7,"kind":"greet",\#
            "max_attempts":25,\#
            "queue":"default","run_at":"2026-01-01T00:00:00Z","state":"running",\#
            "updated_at":"2026-01-01T00:00:00.25Z"}
            """#
        )
    }

    @Test("a record shows its further fields when they are set; payload and output never")
    func writesFullRecord() throws {
        var record = Self.record
        record.lastError = "no route"
        record.priority = .high
        record.worker = "runner"
        record.timeout = .seconds(90)
        record.output = [1, 2, 3]
        record.uniqueKey = "u"
        record.concurrencyKey = "c"
        record.idempotencyKey = "i"
        record.scheduleKey = "s"
        record.tags = ["a"]
        record.metadata = ["k": "v"]
        record.waitsFor = [JobID(rawValue: 3)]
        try expect(
            record,
            #"""
            {"attempt":1,"concurrency_key":"c","created_at":"2026-01-01T00:00:00Z","id":7,\#
            "idempotency_key":"i","kind":"greet","last_error":"no route","max_attempts":25,\#
            "metadata":{"k":"v"},"priority":10,"queue":"default","run_at":"2026-01-01T00:00:00Z",\#
            "schedule_key":"s","state":"running","tags":["a"],"timeout":"1m30s","unique_key":"u",\#
            "updated_at":"2026-01-01T00:00:00.25Z","waits_for":[3],"worker":"runner"}
            """#
        )
    }

    @Test("statistics are objects keyed by the states' names")
    func writesStats() throws {
        let stats = JobStats(
            total: 3,
            byState: [.pending: 2, .succeeded: 1],
            byKind: ["greet": 3],
            byQueue: ["default": 3],
            byQueueState: ["default": [.pending: 2, .succeeded: 1]]
        )
        try expect(
            stats,
            #"""
            {"by_kind":{"greet":3},"by_queue":{"default":3},\#
            "by_queue_state":{"default":{"pending":2,"succeeded":1}},\#
            "by_state":{"pending":2,"succeeded":1},"total":3}
            """#
        )
        try expect(JobStats(), #"{"by_kind":{},"by_queue":{},"by_state":{},"total":0}"#)
    }

    @Test("a definition has the seed's four keys")
    func writesDefinition() throws {
        try expect(
            Self.definition,
            #"{"kind":"greet","max_attempts":25,"queue":"default","type":"Greet"}"#
        )
    }

    @Test("a schedule has its interval as a Go duration, and not its payload")
    func writesSchedule() throws {
        try expect(
            Self.schedule,
            #"""
            {"interval":"1m0s","key":"hourly","kind":"greet","next_run_at":"2026-01-01T00:00:00Z",\#
            "queue":"default"}
            """#
        )
    }

    @Test("a snapshot leaves out schedules and queue limits when there are none")
    func writesSnapshot() throws {
        let empty = JobSnapshot(
            running: false,
            definitions: [],
            schedules: [],
            queueLimits: [],
            stats: JobStats(),
            recent: []
        )
        try expect(
            empty,
            #"""
            {"definitions":[],"recent":[],"running":false,\#
            "stats":{"by_kind":{},"by_queue":{},"by_state":{},"total":0}}
            """#
        )
        let full = JobSnapshot(
            running: true,
            definitions: [Self.definition],
            schedules: [Self.schedule],
            queueLimits: [QueueLimitState(queue: "mail", maxRunning: 3, running: 5)],
            stats: JobStats(),
            recent: [Self.record]
        )
        let object = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(full)) as? [String: Any]
        )
        #expect(
            Set(object.keys)
                == ["running", "definitions", "schedules", "queue_limits", "stats", "recent"]
        )
    }

    @Test("what is available under a queue limit is never less than nothing")
    func writesQueueLimit() throws {
        try expect(
            QueueLimitState(queue: "mail", maxRunning: 3, running: 5),
            #"{"available":0,"max_running":3,"queue":"mail","running":5}"#
        )
        try expect(
            QueueLimitState(queue: "mail", maxRunning: 3, running: 1),
            #"{"available":2,"max_running":3,"queue":"mail","running":1}"#
        )
    }

    @Test("states have the seed's spelling, and cancelled")
    func spellsStates() {
        #expect(
            JobState.allCases.map(\.rawValue)
                == ["pending", "running", "retrying", "succeeded", "discarded", "cancelled"]
        )
    }

    @Test("a text made of a record, or of a new job, says what is in it")
    func describesJobs() {
        let text = "\(Self.record)"
        #expect(text.hasPrefix("JobRecord(id: 7, kind: \"greet\", queue: \"default\", state: "))
        #expect(text.hasSuffix("waitsFor: [])"))
        let job = "\(Self.schedule.job)"
        #expect(job.hasPrefix("NewJob(kind: \"greet\", queue: \"default\", payload: "))
        #expect(job.hasSuffix("waitsFor: [], actor: nil)"))
    }

    private static let record = JobRecord(
        id: JobID(rawValue: 7),
        kind: "greet",
        queue: "default",
        state: .running,
        attempt: 1,
        maxAttempts: 25,
        priority: .normal,
        runAt: .sample,
        createdAt: .sample,
        updatedAt: .sample + 0.25
    )

    private static let definition = JobDefinition(
        kind: "greet",
        type: "Greet",
        queue: "default",
        maxAttempts: 25
    )

    private static let schedule = JobSchedule(
        key: "hourly",
        interval: .seconds(60),
        nextRunAt: .sample,
        job: NewJob(kind: "greet", payload: JobPayload(bytes: Array("{}".utf8)))
    )

    private func expect(
        _ value: some Encodable,
        _ json: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        #expect(text == json, sourceLocation: sourceLocation)
    }
}
