import LazyJobs
import LogJobs
import Testing

@Suite("StoreProgram")
struct StoreProgramTests {
    @Test("makes every event but carried, in two segments")
    func makesEveryEvent() async throws {
        let store = TestStore()
        try await StoreProgram(store: store).run().close()
        let reader = try store.read()
        #expect(reader.segments.count == 2)
        #expect(reader.report.wasClosed)
        let events = try StoreContent(reader).events
        let kinds = Set(events.compactMap(\.transition?.kind))
        #expect(kinds == Set(JobTransition.Kind.allCases).subtracting([.carried]))
        #expect(Set(events.compactMap(Self.name)).count == 7)
    }

    private static func name(_ event: JobEvent) -> String? {
        switch event.body {
        case .job: nil
        case .schedule(.set): "set"
        case .schedule(.advanced): "advanced"
        case .schedule(.removed): "removed"
        case .queue(.paused): "paused"
        case .queue(.resumed): "resumed"
        case .store(.opened): "opened"
        case .store(.closed): "closed"
        }
    }
}
