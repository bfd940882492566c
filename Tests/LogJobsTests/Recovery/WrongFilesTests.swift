import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

@Suite("A store with files missing, swapped or left over")
struct WrongFilesTests {
    @Test("is refused without its manifest")
    func manifestMissing() async throws {
        let store = try await Self.closedStore()
        store.disk.removeFile(TestStore.path("MANIFEST"))
        try await Self.expectRefusal(of: store, .manifestMissing, file: 1)
    }

    @Test(
        "is refused without its manifest, though a segment is damaged, wherever that is",
        arguments: [20, SegmentHeader.size + 4, SegmentHeader.size + 68]
    )
    func manifestMissingBesideDamage(offset: Int) async throws {
        let store = TestStore()
        let backend = try await store.open()
        _ = try await backend.enqueue("kept")
        try await backend.close()
        store.disk.removeFile(TestStore.path("MANIFEST"))
        store.disk.flipBit(of: TestStore.path(1), 8 * offset)
        try await Self.expectRefusal(of: store, .manifestMissing, file: 1)
    }

    @Test("is refused where nothing is left but an archive or a checkpoint")
    func archiveAlone() async throws {
        let damaged = try await DamagedStore(seed: 1, isClosed: true)
        let prefixes = ["/arc-", "/ckp-"]
        for prefix in prefixes {
            let store = damaged.store.copy()
            for path in store.disk.paths where !path.hasSuffix("/") && !path.contains(prefix) {
                store.disk.removeFile(path)
            }
            let before = store.contents
            #expect(!before.isEmpty)
            let error = await #expect(throws: LogStoreError.self) { try await store.open() }
            #expect(error?.code == .manifestMissing)
            #expect(store.contents == before)
        }
    }

    @Test("is refused without one of its segments", arguments: [1, 2])
    func segmentMissing(segment: UInt64) async throws {
        let store = try await Self.closedStore()
        store.disk.removeFile(TestStore.path(segment))
        try await Self.expectRefusal(of: store, .missingSegment, file: segment)
    }

    @Test("is refused with a segment that is shorter than it was", arguments: [1, 2])
    func segmentShorter(segment: UInt64) async throws {
        let store = try await Self.closedStore()
        let path = TestStore.path(segment)
        let end = try store.read().segments[Int(segment) - 1].validEnd
        store.disk.setBytes(of: path, (store.disk.bytes(of: path) ?? []).prefix(Int(end) - 1) + [])
        try await Self.expectRefusal(of: store, .missingSegment, file: segment)
    }

    @Test("is refused with two segments swapped")
    func segmentsSwapped() async throws {
        let store = try await Self.closedStore()
        let one = store.disk.bytes(of: TestStore.path(1)) ?? []
        store.disk.setBytes(of: TestStore.path(1), store.disk.bytes(of: TestStore.path(2)) ?? [])
        store.disk.setBytes(of: TestStore.path(2), one)
        try await Self.expectRefusal(of: store, .corruption, file: 1)
    }

    @Test("is refused with a segment of another store", arguments: [1, 2])
    func segmentOfAnother(segment: UInt64) async throws {
        let store = try await Self.closedStore()
        let other = try await Self.closedStore(seed: 2)
        let path = TestStore.path(segment)
        store.disk.setBytes(of: path, other.disk.bytes(of: path) ?? [])
        try await Self.expectRefusal(of: store, .corruption, file: segment)
    }

    @Test("opens, and loses what an opening has left that was cut short")
    func leftovers() async throws {
        let store = try await Self.closedStore()
        let content = try StoreContent(try store.read())
        let reopened = store.copy()
        let backend = try await reopened.open()
        await backend.abandonAndWait()
        // As a crash leaves it after the folder's sync, before the manifest: no event of its own.
        let bytes = reopened.disk.bytes(of: TestStore.path(3)) ?? []
        let baselineEnd = try #require(try reopened.beginningEnd(of: 3))
        let zeros = [UInt8](repeating: 0, count: bytes.count - baselineEnd)
        store.disk.setBytes(of: TestStore.path(3), Array(bytes[..<baselineEnd]) + zeros)
        store.disk.setBytes(of: TestStore.path("preparing.tmp"), [1, 2, 3])
        #expect(try StoreContent(try store.read()) == content)
        let again = try await store.open()
        #expect(!store.disk.paths.contains(TestStore.path(3)))
        #expect(!store.disk.paths.contains(TestStore.path("preparing.tmp")))
        #expect(try StoreContent(try store.read()).events.dropLast() == content.events[...])
        try await again.close()
    }

    @Test("is refused with an old manifest, and keeps the segments that are newer")
    func manifestOld() async throws {
        let store = TestStore()
        let first = try await store.open()
        await first.abandonAndWait()
        let old = store.disk.bytes(of: TestStore.path("MANIFEST")) ?? []
        // One event, the opening's own: nothing in the segment has been called durable yet.
        let second = try await store.open()
        await second.abandonAndWait()
        store.disk.setBytes(of: TestStore.path("MANIFEST"), old)
        let contents = store.contents
        let error = await #expect(throws: LogStoreError.self) { try await store.open() }
        #expect(error?.code == .corruption)
        #expect(error?.file == "MANIFEST")
        #expect(store.contents == contents)
        // Nor may a reader, a verification or a backup take a part for the whole.
        let reading = #expect(throws: LogStoreError.self) { try store.read() }
        #expect(reading?.code == .corruption && reading?.file == "MANIFEST")
        let verifying = #expect(throws: LogStoreError.self) { try store.verify() }
        #expect(verifying?.code == .corruption)
        let copying = #expect(throws: LogStoreError.self) {
            try LogBackup.run(from: TestStore.folder, to: "/copy", of: store.disk)
        }
        #expect(copying?.code == .corruption)
    }

    /// What becomes of a segment.
    enum Damage: CaseIterable, Sendable {
        case magic, header, firstFrame, zeros, short, empty

        func made(in bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            switch self {
            case .magic: bytes[0] ^= 1
            case .header: bytes[100] ^= 1
            case .firstFrame: bytes[SegmentHeader.size] ^= 1
            case .zeros: return [UInt8](repeating: 0, count: bytes.count)
            case .short: return Array(bytes.prefix(1))
            case .empty: return []
            }
            return bytes
        }
    }

    @Test(
        "is refused with an old manifest beside a damaged segment, which stays",
        arguments: Damage.allCases
    )
    func damagedBesideOldManifest(damage: Damage) async throws {
        let store = TestStore()
        let first = try await store.open()
        _ = try await first.enqueue([NewJob(kind: "k", payload: JobPayload(bytes: []))])
        await first.abandonAndWait()
        let old = store.disk.bytes(of: TestStore.path("MANIFEST")) ?? []
        let second = try await store.open()
        try await second.close()
        store.disk.setBytes(of: TestStore.path("MANIFEST"), old)
        let bytes = store.disk.bytes(of: TestStore.path(2)) ?? []
        store.disk.setBytes(of: TestStore.path(2), damage.made(in: bytes))
        let contents = store.contents
        let error = await #expect(throws: LogStoreError.self) { try await store.open() }
        #expect(error?.code == .corruption && error?.file == "MANIFEST")
        #expect(store.contents == contents)
        let reading = #expect(throws: LogStoreError.self) { try store.read() }
        #expect(reading?.code == .corruption && reading?.file == "MANIFEST")
        let copying = #expect(throws: LogStoreError.self) {
            try LogBackup.run(from: TestStore.folder, to: "/copy", of: store.disk)
        }
        #expect(copying?.code == .corruption)
    }

    private static func closedStore(seed: UInt64 = 1) async throws -> TestStore {
        let store = TestStore(seed: seed)
        try await StoreProgram(store: store).run().close()
        return store
    }

    private static func expectRefusal(
        of store: TestStore,
        _ code: LogStoreError.Code,
        file segment: UInt64
    ) async throws {
        let contents = store.contents
        let reading = #expect(throws: LogStoreError.self) { try store.read() }
        #expect(reading?.code == code)
        #expect(reading?.file.map(TestStore.path) == TestStore.path(segment))
        let writing = await #expect(throws: LogStoreError.self) { try await store.open() }
        #expect(writing?.code == code)
        #expect(writing?.file == reading?.file)
        #expect(store.contents == contents)
        #expect(store.disk.openPaths.isEmpty)
    }
}

extension TestStore {
    /// Where the first frame of a segment, the baseline, ends.
    fileprivate func beginningEnd(of segment: UInt64) throws -> Int? {
        let folder = StoreFolder(Self.folder, of: disk)
        var scanner = try SegmentScanner(SegmentID(rawValue: segment), in: folder)
        defer { scanner.close() }
        guard case .frame(let frame) = try scanner.scan() else { return nil }
        return Int(frame.end)
    }
}
