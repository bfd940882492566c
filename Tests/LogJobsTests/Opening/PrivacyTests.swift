import Foundation
import LazyJobs
import LogJobs
import Testing

/// Payloads are nobody else's business.
@Suite("Who may read a store")
struct PrivacyTests {
    @Test("only its owner, whatever the umask allows: a store, its backup, a repaired one")
    func permissions() async throws {
        let folder = RealFolder()
        try folder.makeFolder()
        defer { try? folder.remove() }
        let paths = ["store", "backup", "repaired"].map { "\(folder.path)/\($0)" }
        var configuration = TestStore.configuration
        configuration.archive = .keep()
        let backend = try await LogBackend.open(paths[0], configuration: configuration)
        let job = NewJob(kind: "secret", payload: JobPayload(bytes: Array("secret".utf8)))
        let id = try await backend.enqueue([job])[0].record.id
        _ = try await backend.cancel([id], reason: "", actor: nil)
        _ = try await backend.prune(finishedBefore: .distantFuture, limit: 1)
        try await backend.takeCheckpoint()
        try await backend.close()
        let again = try await LogBackend.open(paths[0], configuration: configuration)
        _ = try await again.compact()
        _ = try await again.backup(to: paths[1])
        try await again.close()
        _ = try LogRepair.run(from: paths[0], into: paths[2])
        for path in paths {
            #expect(try Self.permissions(of: path) == 0o700)
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(names.count >= 2)
            for name in names {
                #expect(try Self.permissions(of: "\(path)/\(name)") == 0o600, "\(path)/\(name)")
            }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: paths[0])
        for prefix in ["arc-", "ckp-", "seg-", "MANIFEST", "LOCK"] {
            #expect(names.contains { $0.hasPrefix(prefix) }, "no \(prefix)")
        }
    }

    private static func permissions(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("a store behind a symbolic link is the store itself, also to the lock")
    func symbolicLink() async throws {
        let folder = RealFolder()
        try folder.makeFolder()
        defer { try? folder.remove() }
        let (store, link) = ("\(folder.path)/store", "\(folder.path)/link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "store")
        // It leads nowhere yet, and no store is made at its other end.
        let early = await #expect(throws: LogStoreError.self) {
            try await LogBackend.open(link)
        }
        #expect(early?.code == .inputOutput)
        let backend = try await LogBackend.open(store)
        let job = NewJob(kind: "a", payload: JobPayload(bytes: []))
        let id = try await backend.enqueue([job])[0].record.id
        let error = await #expect(throws: LogStoreError.self) { try await LogBackend.open(link) }
        #expect(error?.code == .locked)
        #expect(try LogReader.open(link).record(of: id)?.kind == "a")
        try await backend.close()
        let linked = try await LogBackend.open(link)
        #expect(try await linked.record(of: id)?.kind == "a")
        let second = await #expect(throws: LogStoreError.self) { try await LogBackend.open(store) }
        #expect(second?.code == .locked)
        try await linked.close()
    }

    @Test("of many who open a store at the same time one gets it, and the others are told")
    func race() async throws {
        let folder = RealFolder()
        defer { try? folder.remove() }
        for _ in 0..<20 {
            let path = folder.path
            let winners = await withTaskGroup(of: LogBackend?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do throws(LogStoreError) {
                            return try await LogBackend.open(path)
                        } catch {
                            #expect(error.code == .locked, "\(error)")
                            return nil
                        }
                    }
                }
                var winners: [LogBackend] = []
                for await winner in group {
                    if let winner { winners.append(winner) }
                }
                return winners
            }
            #expect(winners.count == 1)
            for winner in winners { try await winner.close() }
        }
    }
}
