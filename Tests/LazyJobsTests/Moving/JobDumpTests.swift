import Foundation
import InMemoryJobs
import LazyJobs
import LazyJobsTesting
import Testing

@Suite("JobMove dumps")
struct JobDumpTests {
    private let clock = ManualClock()

    @Test("what is loaded from a dump is what a move would bring")
    func roundTrip() async throws {
        let old = try await filledStore()
        let (moved, loaded) = (InMemoryBackend(clock: clock), InMemoryBackend(clock: clock))
        let report = try await moveJobs(from: old, to: moved, source: "shop")
        let lines = try await lines(of: old)
        #expect(lines.count == 7)
        #expect(try await load(lines, into: loaded) == report)
        let query = JobQuery(order: .byID(after: nil))
        #expect(try await loaded.list(query) == moved.list(query))
        for record in try await loaded.list(query) {
            #expect(try await loaded.payload(of: record.id) == moved.payload(of: record.id))
        }
        #expect(try await loaded.schedules() == moved.schedules())
        #expect(try await loaded.pausedQueues() == ["mail"])
        #expect(try await load(lines, into: loaded).alreadyThereCount == 3)
    }

    @Test("the lines of a dump stay as they are, release after release")
    func format() async throws {
        let old = InMemoryBackend(clock: clock)
        let payload = JobPayload(bytes: [0, 255], encoding: "raw", version: 2)
        _ = try await old.enqueue([
            NewJob(kind: "k", queue: "q", payload: payload, maxAttempts: 5, tags: ["t"])
        ])
        let start = Int64(ManualClock.defaultStart.timeIntervalSince1970) * 1_000_000
        let expected = [
            #"{"lazyjobs_dump":{"source":"shop","version":1}}"#,
            #"{"job":{"encoding":"raw","id":1,"kind":"k","max_attempts":5,"payload":"AP8=","#
                + #""queue":"q","run_at_us":\#(start),"tags":["t"],"version":2}}"#,
            #"{"end":{"jobs":1}}"#,
        ]
        #expect(try await lines(of: old).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test("a dump that was cut off anywhere is refused, and can be loaded again")
    func cuts() async throws {
        let lines = try await lines(of: try await filledStore())
        let store = InMemoryBackend(clock: clock)
        for count in 0..<lines.count {
            await #expect(throws: JobDumpError.self) {
                try await load(Array(lines.prefix(count)), into: store)
            }
        }
        _ = try await load(lines, into: store)
        #expect(try await store.stats().total == 3)
    }

    @Test("a line that is none of a dump is refused by its number")
    func damage() async throws {
        let lines = try await lines(of: try await filledStore())
        let bad = [
            "", "{}", "[1]", #"{"job":{"kind":"k"}}"#, #"{"lazyjobs_dump":{"source":"a"}}"#,
            #"{"job":{"id":-1}}"#, #"{"end":{"jobs":9}}"#,
            String(decoding: lines[0], as: UTF8.self),
        ]
        for text in bad {
            var copy = lines
            copy[3] = Data(text.utf8)
            let error = await #expect(throws: JobDumpError.self) {
                try await load(copy, into: InMemoryBackend(clock: clock))
            }
            #expect(error?.line == 4, "\(text)")
        }
        let newer = [Data(#"{"lazyjobs_dump":{"source":"a","version":2}}"#.utf8)]
        await #expect(throws: JobDumpError.self) {
            try await load(newer, into: InMemoryBackend(clock: clock))
        }
    }

    @Test("what stands behind the end is refused, and what came before it stays")
    func behindEnd() async throws {
        let lines = try await lines(of: try await filledStore())
        for more in [[Data("garbage".utf8)], [Data()], [lines[2]], lines] {
            let store = InMemoryBackend(clock: clock)
            let error = await #expect(throws: JobDumpError.self) {
                try await load(lines + more, into: store)
            }
            #expect(error?.line == lines.count + 1)
            #expect(error?.reason.contains("behind the end") ?? false)
            #expect(error?.reason.contains("another dump") == (more == lines))
            #expect(try await store.stats().total == 3)
        }
    }

    @Test("a job that the store refuses is named by its line; those before it are loaded")
    func refusal() async throws {
        func job(_ id: Int, kind: String) -> String {
            #"{"job":{"id":\#(id),"max_attempts":1,"kind":"\#(kind)","queue":"q","payload":"","#
                + #""encoding":"json"}}"#
        }
        for bad in 1...20 {
            let store = InMemoryBackend(clock: clock)
            let texts =
                [#"{"lazyjobs_dump":{"source":"a","version":1}}"#]
                + (1...20).map { job($0, kind: $0 >= bad ? "" : "k") } + [#"{"end":{"jobs":20}}"#]
            let error = await #expect(throws: JobDumpError.self) {
                try await load(texts.map { Data($0.utf8) }, into: store)
            }
            #expect(error?.line == bad + 1)
            #expect(error?.reason.hasSuffix("the kind has 0 bytes, allowed are 1 to 255") ?? false)
            #expect(try await store.stats().total == bad - 1)
        }
    }

    @Test("an actor's name that is too long is no fault of the dump")
    func actor() async throws {
        let lines = try await lines(of: try await filledStore())
        let name = String(repeating: "n", count: JobLimits.nameSizeMax + 1)
        var rest = lines[...]
        let error = await #expect(throws: BackendError.self) {
            try await JobMove.load(
                into: InMemoryBackend(clock: clock),
                actor: name,
                takingLines: { rest.popFirst() }
            )
        }
        #expect(error?.code == .invalidRequest)
    }

    @Test("numbers and times past all bounds are refused by the store, not by a trap")
    func hostileNumbers() async throws {
        let job = #""kind":"k","queue":"q","payload":"","encoding":"json""#
        let bad = [
            #"{"job":{"id":1,"max_attempts":9223372036854775807,\#(job)}}"#,
            #"{"job":{"id":1,"max_attempts":1,"run_at_us":9223372036854775807,\#(job)}}"#,
            #"{"job":{"id":0,"max_attempts":-1,"timeout_us":-9223372036854775808,\#(job)}}"#,
            #"{"schedule":{"key":"a","interval_us":0,"next_run_at_us":0,"job":"#
                + #"{"max_attempts":1,\#(job)}}}"#,
        ]
        for text in bad {
            let lines = [#"{"lazyjobs_dump":{"source":"a","version":1}}"#, text].map {
                Data($0.utf8)
            }
            let error = await #expect(throws: JobDumpError.self) {
                try await load(lines, into: InMemoryBackend(clock: clock))
            }
            #expect(error?.line == 2, "\(text)")
        }
    }

    private func filledStore() async throws -> InMemoryBackend {
        let store = InMemoryBackend(clock: clock)
        var job = NewJob(kind: "a", payload: JobPayload(bytes: [0, 1, 2]), uniqueKey: "u")
        job.timeout = .milliseconds(1500)
        job.metadata = ["line": "a\nb", "e\u{301}": "\u{e9}"]
        _ = try await store.enqueue([job, NewJob(kind: "b", payload: JobPayload(bytes: []))])
        let claim = try await store.claim(ClaimRequest(worker: "w")).jobs[0]
        let outcome = JobOutcome.retry(error: "no", runAt: clock.now)
        let end = FinishRequest(jobID: claim.record.id, lease: claim.lease, outcome: outcome)
        _ = try await store.finish([end])
        let schedule = JobSchedule(
            key: "nightly",
            interval: .seconds(60),
            nextRunAt: clock.now,
            job: job
        )
        _ = try await store.setSchedule(schedule, actor: nil)
        _ = try await store.enqueue([NewJob(kind: "c", payload: JobPayload(bytes: [9]))])
        try await store.pauseQueue("mail", reason: nil, actor: nil)
        return store
    }

    private func lines(of store: InMemoryBackend) async throws -> [Data] {
        var lines: [Data] = []
        let report = try await JobMove(source: "shop").writeDump(of: store) {
            lines.append($0)
        }
        #expect(report.jobCount == (try await store.stats().total))
        #expect(report.lostJobs.isEmpty)
        return lines
    }

    private func load(_ lines: [Data], into store: InMemoryBackend) async throws -> JobMoveReport {
        var rest = lines[...]
        return try await JobMove.load(into: store, takingLines: { rest.popFirst() })
    }
}
