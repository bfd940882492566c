import InMemoryJobs
import LazyJobs
import LazyJobsTesting
import Testing

@Suite("InMemoryBackend")
struct InMemoryConformanceTests {
    @Test(
        "keeps the contract",
        .timeLimit(.minutes(15)),
        arguments: BackendConformance.allChecks
    )
    func conforms(check: BackendConformance.Check) async throws {
        try await check.run(on: InMemoryHarness())
    }

    @Test("has every ability, so that no check of the contract is left out")
    func hasEveryAbility() {
        let checks = BackendConformance.checks(for: InMemoryBackend().abilities)
        #expect(checks.count == BackendConformance.allChecks.count)
    }
}

/// Makes stores again from what they would have kept.
private struct InMemoryHarness: BackendHarness {
    func open(clock: any JobClock) async throws -> InMemoryBackend {
        InMemoryBackend(clock: clock)
    }

    func crashAndReopen(
        _ store: InMemoryBackend,
        clock: any JobClock
    ) async throws -> InMemoryBackend {
        InMemoryBackend(reopening: store, clock: clock)
    }

    func closeAndReopen(
        _ store: InMemoryBackend,
        clock: any JobClock
    ) async throws -> InMemoryBackend {
        try await store.close()
        return InMemoryBackend(reopening: store, clock: clock)
    }
}
