import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import Testing

@testable import LogJobsTool

/// The verbs that make a store out of another one.
@Suite("Backup and repair by the tool") struct CopyVerbsTests {
    @Test("backup makes a store of a live one, and says so to people and programs")
    func backsUp() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let backend = try await Self.fill(folders.store)
        let text = try report("backup", folders.store, folders.target)
        #expect(text.status == .fine)
        #expect(text.lines.contains { $0.hasPrefix("copied    1 file") })
        let json = try report("backup", "--json", folders.store, folders.target + "-2")
        #expect(json.lines.count == 1)
        #expect(json.lines[0].contains("\"copied_files\":1"))
        try await backend.close()
        #expect(try report("verify", folders.target).status == .fine)
        #expect(try report("list", folders.target).lines.count == 3)
    }

    @Test("a damaged store makes no backup, and status 1; a target in use is status 3")
    func refuses() async throws {
        let folders = Folders()
        defer { folders.remove() }
        try await Self.fill(folders.store).close()
        #expect(failure("backup", folders.store, folders.store)?.status == .inputOutput)
        try folders.flipByte()
        #expect(failure("backup", folders.store, folders.target)?.status == .damage)
        #expect(failure("backup", folders.target, folders.store)?.status == .inputOutput)
    }

    @Test("a target that a killed backup left is told as such")
    func leftovers() async throws {
        let folders = Folders()
        defer { folders.remove() }
        try await Self.fill(folders.store).close()
        _ = try report("backup", folders.store, folders.target)
        for verb in ["backup", "repair"] {
            let whole = try #require(failure(verb, folders.store, folders.target))
            #expect(!whole.message.contains("killed"))
        }
        try FileManager.default.removeItem(atPath: folders.target + "/MANIFEST")
        for verb in ["backup", "repair"] {
            let left = try #require(failure(verb, folders.store, folders.target))
            #expect(left.status == .inputOutput && left.message.contains("killed"))
        }
    }

    @Test("repair prints what is saved and lost, with status 1 when something is")
    func repairs() async throws {
        let folders = Folders()
        defer { folders.remove() }
        try await Self.fill(folders.store).close()
        let whole = try report("repair", folders.store, folders.target)
        #expect(whole.status == .fine)
        #expect(whole.lines.last == "lost       nothing")
        try folders.flipByte()
        let text = try report("repair", folders.store, folders.target + "-2")
        #expect(text.status == .damage)
        let damage = "damaged      seg-0000000000000001.ljs, bytes"
        #expect(text.lines.contains { $0.hasPrefix(damage) })
        #expect(text.lines.contains { $0.hasPrefix("lost events  ") })
        let json = try report("repair", "--json", folders.store, folders.target + "-3")
        #expect(json.status == .damage)
        #expect(json.lines.count == 1)
        #expect(json.lines[0].contains("\"whole\":false"))
        #expect(json.lines[0].contains("\"lost_events\":[{\"first\":"))
        #expect(try report("verify", folders.target + "-3").status == .fine)
    }

    @Test("repair names the jobs concerned, the first of many")
    func namesJobs() throws {
        var result = RepairReport()
        result.jobCount = 1200
        result.eventCount = 1
        result.lostJobs = [JobID(rawValue: 4)]
        result.staleJobs = (1...25).map { JobID(rawValue: $0) }
        result.lostEvents = [SequenceNumber(rawValue: 5)...SequenceNumber(rawValue: 5)]
        result.damages = [.init(file: "MANIFEST", bytes: nil, reason: "there is no such file")]
        let expected = """
            new store    b
            saved        1,200 jobs, from 1 event
            damaged      MANIFEST: there is no such file
            lost events  5
            lost jobs    4
            stale jobs   1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 and \
            5 more
            """
        let answer = RepairAnswer(target: "b", result: result)
        #expect(try answer.lines(.text).joined(separator: "\n") == expected)
    }

    private func report(_ arguments: String...) throws -> Report {
        try CommandParser.invocation(arguments).report()
    }

    private func failure(_ arguments: String...) -> Failure? {
        do {
            _ = try CommandParser.invocation(arguments).report()
            return nil
        } catch {
            return Failure(error)
        }
    }

    private static func fill(_ folder: String) async throws -> LogBackend {
        let backend = try await LogBackend.open(folder, clock: ManualClock())
        for kind in ["one", "two"] {
            _ = try await backend.enqueue([NewJob(kind: kind, payload: JobPayload(bytes: [1]))])
        }
        return backend
    }
}

/// Folders for one test.
private struct Folders {
    private let base = NSTemporaryDirectory() + "logjobs-\(UUID().uuidString)"

    var store: String { base + "/store" }
    var target: String { base + "/target" }

    init() {
        try? FileManager.default.createDirectory(
            atPath: base,
            withIntermediateDirectories: true
        )
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: base)
    }

    /// Damages the first frame with events.
    func flipByte() throws {
        let url = URL(filePath: store).appending(path: "seg-0000000000000001.ljs")
        var bytes = try Data(contentsOf: url)
        bytes[4096 + 56 + 60] ^= 1
        try bytes.write(to: url)
    }
}
