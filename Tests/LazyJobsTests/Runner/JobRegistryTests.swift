import Foundation
import Testing

@testable import LazyJobs

@Suite("JobRegistry")
struct JobRegistryTests {
    private func registry<Arguments: JobArguments>(
        _ types: Arguments.Type...
    ) throws -> JobRegistry {
        var registry = JobRegistry()
        for type in types {
            try registry.add(JobRegistry.Registration(type) { _, _ in })
        }
        return registry
    }

    private func reason(
        _ registry: JobRegistry,
        _ job: ClaimedJob,
        coders: [any PayloadCoder] = [JSONPayloadCoder()]
    ) throws -> String {
        try #require(throws: UnreadableJobError.self) {
            _ = try registry.prepare(job, coders: coders)
        }.description
    }

    private func claimed(_ kind: String, _ json: String, version: UInt32 = 0) -> ClaimedJob {
        let payload = JobPayload(bytes: Array(json.utf8), encoding: "json", version: version)
        return .sample(kind: kind, payload: payload)
    }

    @Test("a job is decoded and its retry delay is the type's own")
    func prepares() throws {
        let prepared = try registry(Patient.self)
            .prepare(claimed("patient", "{}"), coders: [JSONPayloadCoder()])
        #expect(prepared.retryDelay(2, TestError()) == .seconds(200))
    }

    @Test("an unknown kind, an unknown encoding and a lost payload each have their reason")
    func namesReasons() throws {
        let registry = try registry(Note.self)
        #expect(
            try reason(registry, .sample(kind: "nobody"))
                == "unknown kind \"nobody\": no such job type is registered"
        )
        #expect(
            try reason(registry, .sample(kind: "note", payload: nil))
                == "payload lost: the store can no longer read it"
        )
        let packed = JobPayload(bytes: [1], encoding: "cbor")
        #expect(
            try reason(registry, .sample(kind: "note", payload: packed))
                == "unknown encoding \"cbor\": no coder has this name"
        )
    }

    @Test("an older payload is upcast, a payload of an alias is worked by the type")
    func upcasts() throws {
        let registry = try registry(Mail.self)
        for kind in ["mail", "letter"] {
            _ = try registry.prepare(
                claimed(kind, #"{"body":"hi"}"#, version: 1),
                coders: [JSONPayloadCoder()]
            )
            _ = try registry.prepare(
                claimed(kind, #"{"text":"hi"}"#, version: 2),
                coders: [JSONPayloadCoder()]
            )
        }
    }

    @Test("a payload from the future is not guessed at")
    func refusesNewerPayloads() throws {
        #expect(
            try reason(registry(Mail.self), claimed("mail", #"{"text":"hi"}"#, version: 3))
                == "payload version 3 is newer than 2, the newest this program knows"
        )
    }

    @Test("a failed upcast is told without what the error says of the payload")
    func hidesUpcastErrors() throws {
        #expect(
            try reason(registry(Mail.self), claimed("mail", #"{"body":"secret"}"#))
                == "payload version 0 could not be brought to 2: UpcastError"
        )
    }

    @Test("the payload is read by the coder of its encoding, whichever comes first")
    func choosesCoder() throws {
        let prepared = try registry(Note.self).prepare(
            claimed("note", #"{"text":"hi"}"#),
            coders: [ReversedCoder(), JSONPayloadCoder()]
        )
        #expect(prepared.retryDelay(1, TestError()) == .seconds(1))
    }

    struct Secretive: JobArguments {
        static let kind = "secretive"
        enum Color: String, Codable { case red }
        var number: Int?
        var color: Color?
        var table: [String: [Int]]?
        var needed: String
    }

    @Test(
        "why a payload cannot be decoded is told by place and type, never by its content",
        arguments: [
            (#"{"number":1}"#, "no value for key \"needed\""),
            (#"{"needed":null}"#, "null instead of String at needed"),
            (#"{"needed":"a","number":"hush"}"#, "not a value of type Int at number"),
            (#"{"needed":"a","color":"hush"}"#, "invalid data at color"),
            (#"{"needed":"a","table":{"hush":[1,"x"]}}"#, "not a value of type Int at table.*.[1]"),
            (#"{"needed":"hush"#, "invalid data"),
            (#"["hush"]"#, "not a value of type Dictionary<String, Any>"),
        ]
    )
    func hidesContent(json: String, reason: String) throws {
        let text = try self.reason(registry(Secretive.self), claimed("secretive", json))
        #expect(text == "undecodable payload: " + reason)
    }
}

/// JSON backwards: another encoding.
struct ReversedCoder: PayloadCoder {
    var encoding: String { "nosj" }

    func encode(_ value: some Encodable) throws -> [UInt8] {
        try JSONPayloadCoder().encode(value).reversed()
    }

    func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONPayloadCoder().decode(type, from: bytes.reversed())
    }
}
