import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

@Suite("LogBackend")
struct LogConformanceTests {
    @Test(
        "keeps the contract on files",
        .timeLimit(.minutes(15)),
        arguments: BackendConformance.allChecks
    )
    func conforms(check: BackendConformance.Check) async throws {
        try await check.run(on: FileHarness())
    }

    @Test(
        "keeps the contract when answers are given before the sync",
        .timeLimit(.minutes(15)),
        arguments: BackendConformance.allChecks
    )
    func conformsWhenWritten(check: BackendConformance.Check) async throws {
        try await check.run(on: FileHarness(durability: .written(syncEvery: .seconds(1))))
    }

    @Test("has every ability, so that no check of the contract is left out")
    func hasEveryAbility() async throws {
        let harness = FileHarness()
        let store = try await harness.open(clock: ManualClock())
        let checks = BackendConformance.checks(for: store.abilities)
        #expect(checks.count == BackendConformance.allChecks.count)
        try await harness.cleanUp(store)
    }
}

/// A store in a folder of its own, on the real file system.
struct FileHarness: BackendHarness {
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "logjobs-\(UUID().uuidString)").path()
    var durability = Durability.synced

    init(durability: Durability = .synced) {
        self.durability = durability
    }

    func open(clock: any JobClock) async throws -> LogBackend {
        // Small ones, so that the checks that write much rotate.
        var configuration = LogBackend.Configuration(durability: durability)
        configuration.sizes = LogWriter.Sizes(
            segmentBytesFirst: 64 << 10,
            segmentBytesMax: 1 << 20,
            ballastBytes: 64 << 10
        )
        return try await LogBackend.open(folder, configuration: configuration, clock: clock)
    }

    func crashAndReopen(_ store: LogBackend, clock: any JobClock) async throws -> LogBackend {
        await store.abandonAndWait()
        return try await open(clock: clock)
    }

    func closeAndReopen(_ store: LogBackend, clock: any JobClock) async throws -> LogBackend {
        try await store.close()
        return try await open(clock: clock)
    }

    func cleanUp(_ store: LogBackend) async throws {
        try await store.close()
        try FileManager.default.removeItem(atPath: folder)
    }
}
