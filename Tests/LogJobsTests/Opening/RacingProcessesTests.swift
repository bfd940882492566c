import Foundation
import LazyJobs
import LogJobs
import Testing

@Suite("Processes that open one store at the same time", .timeLimit(.minutes(15)))
struct RacingProcessesTests {
    private static let processCount = 6
    private static let jobCount = 5

    @Test("get it one after the other, and lose no job when they are killed instead of closing it")
    func handedOn() async throws {
        let folder = RealFolder()
        defer { try? folder.remove() }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<Self.processCount {
                group.addTask { await Self.race(folder.path, number) }
            }
        }
        let reader = try LogReader.open(folder.path)
        var kinds: [String: Int] = [:]
        reader.forEachRecord { kinds[$0.kind, default: 0] += 1 }
        let expected = (0..<Self.processCount).map { ("process-\($0)", Self.jobCount) }
        #expect(kinds == Dictionary(uniqueKeysWithValues: expected))
        // Each opening has an epoch of its own.
        #expect(reader.report.epoch >= UInt64(Self.processCount))
    }

    /// Every second process is killed while it has the store.
    private static func race(_ path: String, _ number: Int) async {
        let isKilled = number % 2 == 1
        await #expect(processExitsWith: isKilled ? .signal(SIGKILL) : .success) {
            [path = path as String, number = number as Int, isKilled = isKilled as Bool] in
            let backend = try await Self.openInTurn(path)
            for _ in 0..<Self.jobCount {
                let job = NewJob(kind: "process-\(number)", payload: JobPayload(bytes: []))
                _ = try await backend.enqueue([job])
            }
            if isKilled { kill(getpid(), SIGKILL) }
            try await backend.close()
        }
    }

    /// Tries again as long as another has it.
    private static func openInTurn(_ path: String) async throws -> LogBackend {
        while true {
            do throws(LogStoreError) {
                return try await LogBackend.open(path)
            } catch {
                guard error.code == .locked else { throw error }
                await Task.yield()
            }
        }
    }
}
