import Foundation
import LazyJobs
import LogJobs
import Testing

@testable import LogJobsTool

@Suite("Verbs that change a store")
struct ChangeTests {
    @Test("retry, cancel and prune count first, and act when told")
    func selects() async throws {
        try await withStore { folder in
            let steps: [([String], String, JobState?)] = [
                (["cancel", "--kind", "a"], "cancel: 2 jobs", .cancelled),
                (["retry", "--state=cancelled"], "retry: 2 jobs", .pending),
                (["cancel", "1", "2"], "cancel: 2 jobs", .cancelled),
                (["prune", "--kind=a"], "prune: 2 jobs", nil),
            ]
            for (arguments, line, state) in steps {
                let before = try LogReader.open(folder).list(JobQuery())
                let dry = try await report(arguments + [folder])
                #expect(dry.lines.last == line && dry.status == .fine)
                #expect(try LogReader.open(folder).list(JobQuery()) == before)
                let done = try await report(arguments + ["--yes", folder])
                #expect(done.lines == [line] && done.status == .fine)
                let record = try LogReader.open(folder).record(of: JobID(rawValue: 1))
                #expect(record?.state == state)
            }
        }
    }

    @Test("who and why stand in the history, and what is refused is told")
    func history() async throws {
        try await withStore { folder in
            let options = ["--yes", "--actor", "ada", "--reason=wrong", "1", "99"]
            let report = try await report(["cancel"] + options + [folder])
            #expect(report.status == .usage && report.remarks.count == 1)
            let last = try LogReader.open(folder).history(of: JobID(rawValue: 1)).last
            let change = JobTransition.Change.cancelled(
                reason: "wrong",
                actor: "ada",
                duration: nil
            )
            #expect(last?.transition?.change == change)
        }
    }

    @Test("what --yes refuses is refused without it too, in the same words")
    func foretells() async throws {
        for verb in ["retry", "cancel", "prune"] {
            try await withStore { folder in
                try await addEnded(folder)
                let ids = (1...9).map(String.init) + ["999999"]
                let calls =
                    verb == "retry" ? [ids, ["--kind", "u", "--state", "cancelled"]] : [ids]
                for selection in calls {
                    let dry = try await report([verb, "--json"] + selection + [folder])
                    let text = try await report([verb] + selection + [folder])
                    #expect(text.status == .usage)
                    #expect(text.remarks.dropLast() == dry.remarks[...])
                    let done = try await report([verb, "--json", "--yes"] + selection + [folder])
                    #expect(dry.remarks == done.remarks && dry.status == done.status)
                    #expect(dry.remarks.count > 1)
                    #expect(
                        dry.lines.map { $0.replacing("\"done\":false", with: "\"done\":true") }
                            == done.lines
                    )
                    try await report(["cancel", "--yes", "--kind", "u", folder])
                }
            }
        }
        #expect(throws: UsageError.self) {
            let name = String(repeating: "n", count: JobLimits.nameSizeMax + 1)
            return try ChangeParser.answer(["cancel", "--actor", name, "1", "f"])
        }
        #expect(throws: UsageError.self) {
            try ChangeParser.answer(["prune", "--yes", "--kind", "s", "--kind", "u", "f"])
        }
    }

    /// Behind the three jobs that wait, one that has succeeded, and five with one unique key: four
    /// cancelled ones, and one that waits.
    private func addEnded(_ folder: String) async throws {
        let backend = try await LogBackend.open(folder)
        var job = NewJob(kind: "s", queue: "other", payload: JobPayload(bytes: []))
        _ = try await backend.enqueue([job])
        let request = ClaimRequest(queues: ["other"], limit: 1, worker: "w")
        let claim = try await backend.claim(request).jobs[0]
        let end = FinishRequest(
            jobID: claim.record.id,
            lease: claim.lease,
            outcome: .succeeded()
        )
        _ = try await backend.finish([end])
        job.kind = "u"
        job.queue = "default"
        job.uniqueKey = "k"
        for _ in 1...4 {
            let id = try await backend.enqueue([job])[0].record.id
            _ = try await backend.cancel([id], reason: "", actor: nil)
        }
        _ = try await backend.enqueue([job])
        try await backend.close()
    }

    @Test("a store that is open elsewhere is refused, with the process")
    func locked() async throws {
        try await withStore { folder in
            let backend = try await LogBackend.open(folder)
            let error = await #expect(throws: LogStoreError.self) {
                try await report(["compact", folder])
            }
            #expect(error?.code == .locked)
            try await backend.close()
            #expect(try await report(["compact", folder]).status == .fine)
        }
    }

    @Test("compact archives the history, or drops it")
    func dropsHistory() async throws {
        for (options, count) in [([], 1), (["--drop-history"], 0)] {
            try await withStore { folder in
                try await report(["cancel", "--yes", "1", folder])
                try await report(["prune", "--yes", "1", folder])
                try await report(["compact"] + options + [folder])
                let reader = try LogReader.open(folder)
                #expect(reader.archives.count == count)
                #expect(try reader.history(of: JobID(rawValue: 1)).isEmpty == (count == 0))
                let left = try CommandParser.invocation(["history", "2", folder]).report()
                #expect(left.remarks == (count == 0 ? ["nothing of its history was kept"] : []))
                #expect(left.lines.count == count + 1)
            }
        }
    }

    @Test("what is dumped can be loaded elsewhere, and again")
    func dumps() async throws {
        try await withStore { folder in
            let (file, other) = (folder + ".ndjson", folder + ".new")
            defer {
                for path in [file, other] { try? FileManager.default.removeItem(atPath: path) }
            }
            #expect(try await report(["dump", file, folder]).lines == ["dumped 3 jobs"])
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            await #expect(throws: UsageError.self) { try await report(["dump", file, folder]) }
            do {
                _ = try await report(["load", file + ".none", other])
                Issue.record("a file that is not there was loaded")
            } catch {
                #expect(Failure(error).status == .inputOutput)
                #expect(Failure(error).message.hasPrefix("Could not read \(file).none: "))
            }
            let loaded = try await report(["load", file, other]).lines
            #expect(loaded == ["loaded 3 jobs, 0 were there already"])
            await #expect(throws: UsageError.self) { try await report(["load", file, folder]) }
            let again = try await report(["load", "--json", file, other]).lines
            #expect(again == [#"{"already_there":3,"jobs":0}"#])
            #expect(try LogReader.open(other).stats().total == 3)
        }
    }

    @Test("a job that cannot be loaded is a fault of the file, with its line")
    func refusesLines() async throws {
        try await withStore { folder in
            let (file, other) = (folder + ".ndjson", folder + ".new")
            defer {
                for path in [file, other] { try? FileManager.default.removeItem(atPath: path) }
            }
            _ = try await report(["dump", file, folder])
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let broken = text.replacing(#""kind":"b""#, with: #""kind":"""#)
            for (text, line) in [(broken, 4), (text + text, 6), (text + "x", 6)] {
                try text.write(toFile: file, atomically: true, encoding: .utf8)
                do {
                    _ = try await report(["load", file, other])
                    Issue.record("it was loaded")
                } catch {
                    #expect(Failure(error).status == .inputOutput)
                    #expect(Failure(error).message.contains("line \(line): "))
                }
            }
            #expect(try LogReader.open(other).stats().total == 3)
        }
    }

    @Test("stores in folders of one name are not taken for each other, and no dump makes no store")
    func sources() async throws {
        let parent = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            .path()
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let merged = parent + "/merged"
        for name in ["x", "y"] {
            let folder = "\(parent)/\(name)/jobs"
            try FileManager.default.createDirectory(
                atPath: "\(parent)/\(name)",
                withIntermediateDirectories: true
            )
            let backend = try await LogBackend.open(folder)
            _ = try await backend.enqueue([NewJob(kind: name, payload: JobPayload(bytes: []))])
            try await backend.close()
            let file = "\(parent)/\(name)/dump"
            _ = try await report(["dump", file, folder])
            let loaded = try await report(["load", file, merged]).lines
            #expect(loaded == ["loaded 1 job, 0 were there already"])
        }
        let note = parent + "/note"
        try Data("{}\n".utf8).write(to: URL(filePath: note))
        await #expect(throws: JobDumpError.self) {
            try await report(["load", note, parent + "/new"])
        }
        #expect(!FileManager.default.fileExists(atPath: parent + "/new"))
    }

    @Test("a folder without a store is told as such, in words for a shell")
    func missing() async throws {
        let folder = NSTemporaryDirectory() + "logjobs-\(UUID().uuidString)"
        for call in [["compact"], ["retry", "--yes", "1"], ["prune", "1"], ["dump", "-"]] {
            do {
                _ = try await report(call + [folder])
                Issue.record("there was a store")
            } catch {
                let failure = Failure(error)
                #expect(failure.status == .inputOutput)
                #expect(failure.message.contains("here is no store"))
                #expect(!failure.message.contains("createsFolder"))
            }
        }
    }

    @Test("a dump is not written into the store's own folder")
    func dumpsElsewhere() async throws {
        try await withStore { folder in
            let link = folder + ".link"
            try FileManager.default.createSymbolicLink(
                atPath: link,
                withDestinationPath: folder
            )
            defer { try? FileManager.default.removeItem(atPath: link) }
            for parent in [folder, link, folder + "/../" + URL(filePath: folder).lastPathComponent]
            {
                await #expect(throws: UsageError.self, "\(parent)") {
                    try await report(["dump", parent + "/dump", folder])
                }
                #expect(!FileManager.default.fileExists(atPath: folder + "/dump"))
            }
            try await report(["dump", folder + ".dump", folder])
            try FileManager.default.removeItem(atPath: folder + ".dump")
        }
    }

    @Test("each verb has its help, and a wrong call is refused")
    func usage() async throws {
        for verb in ChangeVerb.allCases {
            let lines = try await report([verb.rawValue, "--help"]).lines
            #expect(lines.contains { $0.hasPrefix("  logjobs \(verb) ") })
        }
        let bad = [
            ["retry", "f"], ["retry", "x", "f"], ["retry", "--kind", "a", "1", "f"], ["compact"],
            ["cancel", "--state", "succeeded", "f"], ["prune", "--until", "now", "f"],
            ["dump", "f"], ["load", "--yes", "a", "f"], ["compact", "a", "f"],
        ]
        for arguments in bad {
            #expect(throws: UsageError.self) { try ChangeParser.answer(arguments) }
        }
        #expect(try ChangeParser.answer(["info", "f"]) == nil)
    }

    @discardableResult
    private func report(_ arguments: [String]) async throws -> Report {
        try await #require(try ChangeParser.answer(arguments)).report()
    }

    private func withStore(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "logjobs-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let backend = try await LogBackend.open(folder)
        let jobs = ["a", "a", "b"].map { NewJob(kind: $0, payload: JobPayload(bytes: [1])) }
        _ = try await backend.enqueue(jobs)
        try await backend.close()
        try await body(folder)
    }
}
