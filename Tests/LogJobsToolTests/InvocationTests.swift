import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import Testing

@testable import LogJobsTool

/// The tool on a store that a backend has written.
@Suite("Invocation") struct InvocationTests {
    @Test("every verb answers on a live store and on a closed one")
    func answersOnStores() async throws {
        try await withStore { backend, folder in
            for verb in Verb.allCases where !verb.operands.contains(.target) {
                let live = try report(verb, folder)
                #expect(live.status == .fine)
                #expect(!live.lines.isEmpty)
            }
            try await backend.close()
            #expect(try report(.info, folder).lines.contains("state     closed in order"))
            #expect(try report(.list, folder).lines.count == 2)
            #expect(try report(.show, folder).lines.contains("state     pending"))
            #expect(try report(.history, folder).lines.count == 2)
            #expect(try report(.verify, folder).lines.count == 2)
        }
    }

    @Test("no verb prints what is in a payload")
    func keepsPayloads() async throws {
        try await withStore { _, folder in
            for verb in Verb.allCases where !verb.operands.contains(.target) {
                for format in ["--json", "--"] {
                    let lines = try report(verb, folder, format).lines
                    let isSilent = !lines.contains { $0.contains("secret") }
                    #expect(isSilent, "\(verb) \(format) printed a payload")
                }
            }
        }
    }

    @Test("a job that is not there is a wrong call, and no damage")
    func refusesUnknownJob() async throws {
        try await withStore { _, folder in
            for verb in ["show", "history"] {
                #expect(throws: UsageError.self) {
                    try CommandParser.invocation([verb, "99", folder]).report()
                }
            }
        }
    }

    @Test("a flipped byte in a closed store is damage, with its place")
    func findsDamage() async throws {
        try await withStore { backend, folder in
            try await backend.close()
            let segment = try #require(try LogReader.open(folder).segments.first)
            let url = URL(filePath: folder).appending(path: segment.fileName)
            var bytes = try Data(contentsOf: url)
            bytes[4096 + 60] ^= 1
            try bytes.write(to: url)
            let report = try report(.verify, folder, "--json")
            #expect(report.status == .damage)
            let line = try #require(report.lines.first)
            #expect(line.contains("\"file\":\"\(segment.fileName)\""))
            #expect(line.contains("\"offset\":"))
        }
    }

    @Test("what is retired under a reader is read anew, once")
    func readsAnew() async throws {
        try await withStore { backend, folder in
            let ids = try await backend.list(JobQuery()).map(\.id)
            try await backend.close()
            for verb in ["history", "at"] {
                let old = try LogReader.open(folder)
                var configuration = LogBackend.Configuration(archive: .delete, retention: .forever)
                configuration.runsUpkeep = false
                let again = try await LogBackend.open(folder, configuration: configuration)
                _ = try await again.cancel(ids, reason: "", actor: nil)
                _ = try await again.retry(ids, reason: nil, actor: nil)
                try await again.close()
                let last = try await LogBackend.open(folder, configuration: configuration)
                #expect(try await last.compact().segmentCount > 0)
                try await last.close()
                let events = old.report.lastSequence.rawValue
                let moment = verb == "at" ? "\(events + 1_000)" : "1"
                let invocation = try CommandParser.invocation([verb, moment, folder])
                let refusing = Surroundings(open: { _, _ in old })
                let error = #expect(throws: LogStoreError.self) {
                    try invocation.report(refusing)
                }
                #expect(error?.code == .retired, "\(verb)")
                var readers = [old]
                let going = Surroundings(open: { try readers.popLast() ?? .open($0, progress: $1) })
                #expect(try invocation.report(going).status == .fine, "\(verb)")
            }
        }
    }

    @Test("verify says how many archives it has read")
    func countsArchives() async throws {
        try await withStore { backend, folder in
            let ids = try await backend.list(JobQuery()).map(\.id)
            _ = try await backend.cancel(ids, reason: "", actor: nil)
            #expect(try report(.verify, folder, "--json").lines[0].contains("\"archives\":0,"))
            try await backend.close()
            var configuration = LogBackend.Configuration(retention: .forever)
            configuration.runsUpkeep = false
            // One archive with two segments.
            try await LogBackend.open(folder, configuration: configuration).close()
            let again = try await LogBackend.open(
                folder,
                configuration: configuration,
                clock: ManualClock()
            )
            _ = try await again.prune(ids)
            _ = try await again.compact()
            try await again.close()
            let last = try #require(LogReader.open(folder).archives.first?.lastSequence)
            let lines = try report(.verify, folder).lines
            #expect(lines[1] == "verified 1 archive too, with events up to \(last)")
            #expect(try report(.verify, folder, "--json").lines[0].contains("\"archives\":1,"))
        }
    }

    @Test("a folder without a store is an error of input, not of the call")
    func refusesMissingStore() {
        do {
            _ = try report(.info, NSTemporaryDirectory() + "no-such-store")
            Issue.record("it was not refused")
        } catch {
            #expect(Failure(error).status == .inputOutput)
        }
    }

    private func report(_ verb: Verb, _ folder: String, _ option: String = "--") throws -> Report {
        let operands = verb.operands.map { operand in
            switch operand {
            case .folder: folder
            case .subject: "events"
            case .id, .moment, .target: "1"
            }
        }
        return try CommandParser.invocation([verb.rawValue, option] + operands).report()
    }

    private func withStore(
        _ body: (LogBackend, String) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "logjobs-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let backend = try await LogBackend.open(folder, clock: ManualClock())
        let payload = JobPayload(bytes: Array("secret".utf8))
        _ = try await backend.enqueue([NewJob(kind: "send-mail", payload: payload)])
        try await body(backend, folder)
        try await backend.close()
    }
}
