import LazyJobs
import Testing

@testable import LogJobsTool

@Suite("RecordOutput") struct RecordOutputTests {
    @Test("list prints a row for each job, with controls escaped")
    func listsText() throws {
        let expected = """
            ID  STATE     ATTEMPT  KIND                 QUEUE  UPDATED                 ERROR
            12  retrying     2/25  send\\u{1b}[31m-mail  mail   \
            2026-07-24T09:30:04.5Z  host\\nunknown
            """
        let lines = try RecordList(records: [sampleRecord()]).lines(.text)
        #expect(lines.joined(separator: "\n") == expected)
        #expect(try RecordList(records: []).lines(.text) == ["no jobs"])
    }

    @Test("list prints the record's own JSON for programs, and nothing when there is none")
    func listsJSON() throws {
        let expected = """
            {"attempt":2,"created_at":"2026-07-24T09:30:00Z","id":12,\
            "kind":"send\\u001b[31m-mail",\
            "last_error":"host\\nunknown","max_attempts":25,"metadata":{"trace":"4f"},\
            "priority":10,"queue":"mail","run_at":"2026-07-24T09:31:00Z","state":"retrying",\
            "tags":["eu"],\
            "updated_at":"2026-07-24T09:30:04.5Z","worker":"worker-1"}
            """
        #expect(try RecordList(records: [sampleRecord()]).lines(.json) == [expected])
        #expect(try RecordList(records: []).lines(.json).isEmpty)
    }

    @Test("show prints all of a job but its payload and output")
    func showsText() throws {
        var record = sampleRecord()
        record.output = Array("secret".utf8)
        let payload = JobPayload(bytes: Array("secret".utf8), version: 3)
        let lines = try RecordDetails(record: record, payload: payload).lines(.text)
        let expected = """
            id        12
            kind      send\\u{1b}[31m-mail
            queue     mail
            state     retrying
            attempt   2 of 25
            priority  10
            created   2026-07-24T09:30:00Z
            updated   2026-07-24T09:30:04.5Z
            run at    2026-07-24T09:31:00Z
            payload   6 bytes of json, version 3
            output    6 bytes
            error     host\\nunknown
            worker    worker-1
            tag       eu
            metadata  trace = 4f
            """
        #expect(lines.joined(separator: "\n") == expected)
    }

    @Test("show adds the sizes to the record's JSON")
    func showsJSON() throws {
        var record = sampleRecord()
        record.output = [1, 2]
        let payload = JobPayload(bytes: Array("secret".utf8), version: 3)
        let lines = try RecordDetails(record: record, payload: payload).lines(.json)
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.contains("\"payload\":{\"encoding\":\"json\",\"size\":6,\"version\":3}"))
        #expect(line.contains("\"output_size\":2"))
        #expect(line.contains("\"state\":\"retrying\""))
        #expect(!line.contains("secret"))
    }

    @Test("a payload that was lost is said to be")
    func showsLostPayload() throws {
        let lines = try RecordDetails(record: sampleRecord(), payload: nil).lines(.text)
        #expect(lines.contains("payload   lost: it can no longer be read"))
    }
}
