import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import Testing

@testable import LogJobsTool

/// The answer to `why`, from stores that a backend has written.
@Suite("Explanation") struct ExplanationTests {
    private static let now = ManualClock().now

    @Test("a job that nothing holds back is next")
    func next() async throws {
        let (codes, text) = try await explain { backend in
            try await Self.enqueue(Self.job(), in: backend)
        }
        #expect(codes == ["next"])
        #expect(text[0] == "job 1 is pending")
    }

    @Test("a job whose time has not come tells when it comes")
    func notDue() async throws {
        var job = Self.job()
        job.runAt = Self.now.addingTimeInterval(90)
        let (codes, text) = try await explain { backend in
            try await Self.enqueue(job, in: backend)
        }
        #expect(codes == ["not_due"])
        #expect(text[1].hasSuffix(", in 1m30s"))
    }

    @Test("a paused queue, jobs that run and jobs that come first are reasons")
    func waits() async throws {
        let (codes, text) = try await explain { backend in
            _ = try await Self.enqueue(Self.job(), in: backend)
            _ = try await backend.claim(ClaimRequest(limit: 1, worker: "w"))
            var urgent = Self.job(queue: "other")
            urgent.priority = .high
            _ = try await Self.enqueue(urgent, in: backend)
            let id = try await Self.enqueue(Self.job(), in: backend)
            try await backend.pauseQueue("default", reason: nil, actor: nil)
            return id
        }
        #expect(codes == ["paused", "limited", "behind"])
        #expect(text[3] == "  1 job that may run will be claimed before it")
    }

    @Test("a running job, an ended one and one in a closed store say so")
    func states() async throws {
        let running = try await explain { backend in
            let id = try await Self.enqueue(Self.job(), in: backend)
            _ = try await backend.claim(ClaimRequest(limit: 1, worker: "w\u{1B}"))
            return id
        }
        #expect(running.codes == ["running"])
        #expect(running.text[1].contains("by w\\u{1b}, attempt 1"))
        let ended = try await explain { backend in
            let id = try await Self.enqueue(Self.job(), in: backend)
            _ = try await backend.cancel([id], reason: "enough", actor: nil)
            return id
        }
        #expect(ended.codes == ["ended"])
        let closed = try await explain { backend in
            let id = try await Self.enqueue(Self.job(), in: backend)
            try await backend.close()
            return id
        }
        #expect(closed.codes == ["closed"])
    }

    @Test("programs get one object with the codes")
    func json() async throws {
        let line = try await withStore { backend, folder in
            let id = try await Self.enqueue(Self.job(), in: backend)
            let reader = try LogReader.open(folder)
            let record = try #require(reader.record(of: id))
            return try Explanation(record, in: reader, at: Self.now).lines(.json)
        }
        #expect(line.count == 1)
        #expect(line[0].hasPrefix("{\"id\":1,\"reasons\":[{\"code\":\"next\",\"text\":\""))
        #expect(line[0].hasSuffix("\"}],\"state\":\"pending\"}"))
    }

    private static func job(queue: String = "default") -> NewJob {
        NewJob(kind: "send-mail", queue: queue, payload: JobPayload(bytes: []))
    }

    private static func enqueue(_ job: NewJob, in backend: LogBackend) async throws -> JobID {
        try await backend.enqueue([job])[0].record.id
    }

    private func explain(
        _ prepare: (LogBackend) async throws -> JobID
    ) async throws -> (codes: [String], text: [String]) {
        try await withStore { backend, folder in
            let id = try await prepare(backend)
            let reader = try LogReader.open(folder)
            let record = try #require(reader.record(of: id))
            let explanation = try Explanation(record, in: reader, at: Self.now)
            return (explanation.reasons.map(\.code), try explanation.lines(.text))
        }
    }

    private func withStore<Answer>(
        _ body: (LogBackend, String) async throws -> Answer
    ) async throws -> Answer {
        let folder = NSTemporaryDirectory() + "logjobs-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let backend = try await LogBackend.open(folder, clock: ManualClock())
        let answer = try await body(backend, folder)
        try await backend.close()
        return answer
    }
}
