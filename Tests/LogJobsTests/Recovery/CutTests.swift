import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

@Suite("A segment that is cut off")
struct CutTests {
    private static let last = TestStore.path(2)

    @Test("opens with exactly the whole frames before the cut, if the store was not closed")
    func lastTwoFrames() async throws {
        let store = TestStore()
        let backend = try await StoreProgram(store: store).run()
        var ends: [(end: Int, content: StoreContent)] = []
        for kind in ["before", "one", "two"] {
            _ = try await backend.enqueue([Self.job(kind)])
            let end = try store.read().segments[1].validEnd
            ends.append((Int(end), try Self.content(store)))
        }
        let full = store.disk.bytes(of: Self.last) ?? []
        for cut in ends[0].end...ends[2].end {
            let copy = store.copy()
            copy.disk.setBytes(of: Self.last, Array(full.prefix(cut)))
            let whole = ends.last { $0.end <= cut }
            let isTorn = whole?.end != cut
            try await Self.expect(copy, try #require(whole).content, torn: isTorn)
        }
        await backend.abandonAndWait()
    }

    @Test("is refused at every byte, if the store was closed")
    func closed() async throws {
        let store = TestStore()
        let backend = try await StoreProgram(store: store).run()
        let start = Int(try store.read().segments[1].validEnd)
        try await backend.close()
        let full = store.disk.bytes(of: Self.last) ?? []
        #expect(full.count > start)
        for cut in start..<full.count {
            let copy = store.copy()
            copy.disk.setBytes(of: Self.last, Array(full.prefix(cut)))
            let contents = copy.contents
            let reading = #expect(throws: LogStoreError.self) { try copy.read() }
            #expect(reading?.code == .missingSegment)
            #expect(reading?.file.map(TestStore.path) == Self.last)
            let writing = await #expect(throws: LogStoreError.self) { try await copy.open() }
            #expect(writing?.code == .missingSegment)
            #expect(copy.contents == contents)
        }
    }

    private static func job(_ kind: String) -> NewJob {
        NewJob(kind: kind, payload: JobPayload(bytes: [1]))
    }

    private static func content(_ store: TestStore) throws -> StoreContent {
        try StoreContent(try store.read())
    }

    private static func expect(
        _ store: TestStore,
        _ expected: StoreContent,
        torn: Bool
    ) async throws {
        let reader = try store.read()
        #expect(try StoreContent(reader) == expected)
        #expect((reader.report.tornTail != nil) == torn)
        let backend = try await store.open(pid: 9)
        #expect((backend.recoveryReport.tornTail != nil) == torn)
        let events = try content(store).events
        #expect(events.dropLast() == expected.events[...])
        await backend.abandonAndWait()
    }
}
