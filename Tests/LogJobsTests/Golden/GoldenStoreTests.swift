import Foundation
import LazyJobs
import LogJobs
import Testing

/// Stores that an earlier version wrote: what was durable then must be readable for ever.
///
/// The fixtures are never made again, and never changed: when a test here fails, the code is wrong.
/// A later version only adds its own, from ``GoldenFolder/text``.
@Suite("A store of version 1")
struct GoldenStoreTests {
    @Test("that was closed is read to the state that it had")
    func closed() throws {
        let reader = try Self.store("closed").read()
        let content = try StoreContent(reader)
        #expect(content.events == GoldenProgram.closedEvents)
        #expect(reader.report.wasClosed)
        #expect(reader.report.tornTail == nil)
        #expect(reader.segments.map(\.validEnd) == [5168, 4736])
        #expect(
            content.records.map(Self.line) == [
                "8 night cancelled 0", "7 k7 retrying 1 The process that ran the job died.",
                "9 last pending 0", "6 k6 pending 0", "5 k5 pending 0", "4 k4 cancelled 1",
                "3 k3 discarded 1 d", "2 k2 retrying 1 e",
            ]
        )
        #expect(content.stats.byState == [.retrying: 2, .pending: 3, .discarded: 1, .cancelled: 2])
        #expect(content.stats.byQueue == ["default": 7, "bulk": 1])
        #expect(content.schedules == [GoldenProgram.schedule("weekly", next: 3600)])
        #expect(content.pausedQueues == ["mail"])
        try Self.expectPasts(reader, content)
    }

    @Test("that was not closed is read up to its torn end")
    func unfinished() throws {
        let reader = try Self.store("unfinished").read()
        let content = try StoreContent(reader)
        #expect(content.events == GoldenProgram.unfinishedEvents)
        #expect(reader.report.tornTail?.segment == "seg-0000000000000001.ljs")
        #expect(reader.report.tornTail?.offset == 4584)
        #expect(reader.report.unprovenEventCount == 1)
        #expect(
            content.records.map(Self.line) == [
                "3 synced pending 0", "1 send-welcome running 1", "2 waits pending 0",
            ]
        )
        let full = try #require(reader.record(of: JobID(rawValue: 1)))
        #expect(full.tags == ["a", "mail", "\u{e9}"])
        #expect(full.metadata == ["traceparent": "00-1-2-01", "\u{e9}": "e\u{301}"])
        #expect(full.uniqueKey == "unique-7")
        #expect(full.timeout == .milliseconds(1500))
        try Self.expectPasts(reader, content)
    }

    /// Events, not bytes: those depend on the version of zlib.
    @Test("is what the same program writes today, event by event")
    func today() async throws {
        let closed = TestStore()
        try await GoldenProgram(store: closed).runClosed()
        #expect(try StoreView(try closed.read()) == StoreView(try Self.store("closed").read()))
        let unfinished = TestStore()
        try await GoldenProgram(store: unfinished).runUnfinished()
        let view = try StoreView(try unfinished.read())
        #expect(try view == StoreView(try Self.store("unfinished").read()))
    }

    @Test("can be written to", arguments: ["closed", "unfinished"])
    func writing(name: String) async throws {
        let store = try Self.store(name)
        let before = try StoreContent(try store.read())
        let backend = try await store.open(pid: 9)
        #expect(backend.recoveryReport.epoch == (name == "closed" ? 3 : 2))
        #expect(backend.recoveryReport.rescuedCount == (name == "closed" ? 0 : 1))
        let claims = try await backend.claim(ClaimRequest(limit: 9, worker: "w")).jobs
        #expect(!claims.isEmpty)
        #expect(claims.allSatisfy { $0.payload != nil })
        try await backend.close()
        let after = try StoreContent(try store.read())
        #expect(Array(after.events.prefix(before.events.count)) == before.events)
    }

    @Test("is kept as text, and comes back from it", arguments: ["closed", "unfinished"])
    func text(name: String) throws {
        #expect(try GoldenFolder(try Self.store(name)).text == Self.text(name))
    }

    /// Each job's payload and history are those of its events.
    private static func expectPasts(_ reader: LogReader, _ content: StoreContent) throws {
        for id in content.records.map(\.id) {
            let history = content.events.filter { $0.transition?.jobID == id }
            #expect(try reader.history(of: id) == history)
            guard case .enqueued(let job, _) = history.first?.transition?.change else {
                Issue.record("job \(id) was never enqueued")
                continue
            }
            #expect(try reader.payload(of: id) == job.payload)
        }
    }

    private static func line(_ record: JobRecord) -> String {
        let words = [record.id.description, record.kind, record.state.rawValue]
        let error = record.lastError.map { [$0] } ?? []
        return (words + ["\(record.attempt)"] + error).joined(separator: " ")
    }

    private static func store(_ name: String) throws -> TestStore {
        try GoldenFolder(text: try text(name)).store()
    }

    private static func text(_ name: String) throws -> String {
        let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/v1")
        return try String(contentsOf: folder.appending(path: "\(name).txt"), encoding: .utf8)
    }
}
