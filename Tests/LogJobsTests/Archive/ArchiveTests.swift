import JobLedger
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

/// History that does not stand in the log any more.
@Suite("Archive")
struct ArchiveTests {
    @Test("keeps every event of every job, pruned or not", arguments: [1, 2, 3] as [UInt64])
    func keepsHistory(seed: UInt64) async throws {
        let store = TestStore(seed: seed)
        let backend = try await store.open()
        let ids = try await ArchiveProgram(seed: seed).run(on: backend, store)
        let histories = try await Self.histories(of: ids, backend)
        #expect(histories.allSatisfy { !$0.isEmpty }, "seed \(seed)")

        let report = try await backend.compact()

        #expect(report.segmentCount > 0 && report.archivedByteCount > 0, "seed \(seed)")
        #expect(try await Self.histories(of: ids, backend) == histories, "seed \(seed)")
        let reader = try store.read()
        #expect(try ids.map { try reader.history(of: $0) } == histories, "seed \(seed)")
        try await backend.close()
        let again = try await store.open()
        #expect(try await Self.histories(of: ids, again) == histories, "seed \(seed)")
        await again.abandonAndWait()
    }

    @Test("says nothing of jobs that there never were")
    func unknownJobs() async throws {
        let store = TestStore()
        let backend = try await store.open()
        let ids = try await ArchiveProgram(seed: 4).run(on: backend, store)
        _ = try await backend.compact()
        let last = try #require(ids.max())
        #expect(try await backend.history(of: JobID(rawValue: last.rawValue + 1)) == [])
        #expect(try await backend.history(of: JobID(rawValue: UInt64(Int64.max))) == [])
        await backend.abandonAndWait()
    }

    @Test("is named by the manifest with the chain's link, which the segments give as well")
    func chain() async throws {
        let store = TestStore()
        let backend = try await store.open()
        _ = try await ArchiveProgram(seed: 5).run(on: backend, store)
        var events: [JobEvent] = []
        try store.read().forEachEvent { events.append($0) }
        let targets = backend.engine.catalog.headers
        _ = try await backend.compact()
        let history = backend.engine.catalog.history
        var chain = HistoryChain(of: targets[0].store)
        for (header, next) in zip(targets, targets.dropFirst()) {
            let range = header.firstSequence..<next.firstSequence
            for event in events where range.contains(event.sequence) { chain.add(event) }
            let last = SequenceNumber(rawValue: next.firstSequence.rawValue - 1)
            let link = chain.end(header.segment, lastSequence: last)
            let archived = history.archives.first { $0.lastSegment == header.segment }
            if let archived { #expect(archived.link == link) }
        }
        #expect(!history.archives.isEmpty)
        await backend.abandonAndWait()
    }

    @Test("is dropped when it is not to be kept, and history begins later then")
    func dropped() async throws {
        let store = TestStore()
        var configuration = TestStore.configuration
        configuration.archive = .delete
        let backend = try await store.open(configuration)
        let ids = try await ArchiveProgram(seed: 6).run(on: backend, store)
        let before = try await Self.histories(of: ids, backend)
        _ = try await backend.compact()
        let after = try await Self.histories(of: ids, backend)
        for (old, new) in zip(before, after) { #expect(Array(old.suffix(new.count)) == new) }
        #expect(after.joined().count < before.joined().count)
        let history = backend.engine.catalog.history
        #expect(history.archives.isEmpty)
        let first = backend.engine.catalog.headers[0].firstSequence
        #expect(history.dropped?.lastSequence.next == first)
        let names = try store.disk.names(inFolder: TestStore.folder)
        #expect(!names.contains { StoreFolder.isDerived($0) })
        await backend.abandonAndWait()
    }

    @Test("costs two reads an event at most, and two for each archive that is looked through")
    func reads() async throws {
        let store = TestStore()
        let backend = try await store.open()
        var ids: [JobID] = []
        for seed in 7...9 as ClosedRange<UInt64> {
            ids += try await ArchiveProgram(seed: seed).run(on: backend, store)
            _ = try await backend.compact()
        }
        try await backend.close()
        let archiveCount = backend.engine.catalog.history.archives.count
        #expect(archiveCount > 2)
        for id in ids {
            // Nothing is remembered from one job to the next.
            let reader = try store.read()
            let before = store.readCount
            let history = try reader.history(of: id)
            let count = store.readCount - before
            #expect(count <= 2 * history.count + 2 * archiveCount, "job \(id)")
        }
    }

    @Test("of which a bit has changed is not believed", arguments: [1, 2] as [UInt64])
    func flips(seed: UInt64) async throws {
        let store = TestStore(seed: seed)
        let backend = try await store.open()
        let ids = try await ArchiveProgram(seed: seed, rounds: 4).run(on: backend, store)
        _ = try await backend.compact()
        let histories = try await Self.histories(of: ids, backend)
        let entry = try #require(backend.engine.catalog.history.archives.first)
        let path = TestStore.path(entry.fileName)
        var generator = SeededGenerator(seed: seed)
        await backend.abandonAndWait()
        for _ in 0..<200 {
            let bit = Int.random(in: 0..<8 * Int(entry.fileSize), using: &generator)
            store.disk.flipBit(of: path, bit)
            defer { store.disk.flipBit(of: path, bit) }
            #expect(throws: LogReadError.self, "bit \(bit), seed \(seed)") {
                try Self.check(entry, store, backend.engine.catalog)
            }
            let reader = try store.read()
            for (id, history) in zip(ids, histories) {
                do throws(LogStoreError) {
                    #expect(try reader.history(of: id) == history, "bit \(bit), seed \(seed)")
                } catch {
                    #expect(error.code == .corruption, "bit \(bit), seed \(seed): \(error)")
                }
            }
        }
        try Self.check(entry, store, backend.engine.catalog)
    }

    @Test("is verified with the log, and so is the chain through both")
    func verification() async throws {
        let store = TestStore()
        let backend = try await store.open()
        _ = try await ArchiveProgram(seed: 8).run(on: backend, store)
        let before = try store.verify().links
        _ = try await backend.compact()
        let links = try store.verify().links
        let entry = try #require(backend.engine.catalog.history.archives.last)
        #expect(links.last { $0.file == entry.fileName }?.digest == "\(entry.link)")
        // Whoever has kept the link of any segment finds it again.
        let kept = before.dropLast().map(\.digest)
        #expect(kept.count > 2 && Set(links.map(\.digest)).isSuperset(of: kept))
        await backend.abandonAndWait()

        let path = TestStore.path(entry.fileName)
        store.disk.flipBit(of: path, 8 * 100)
        #expect(throws: LogStoreError.self) { try store.verify() }
        store.disk.flipBit(of: path, 8 * 100)
        _ = try store.verify()
        store.disk.removeFile(path)
        let error = #expect(throws: LogStoreError.self) { try store.verify() }
        #expect(error?.code == .missingSegment)
        let past = #expect(throws: LogStoreError.self) {
            try store.read().state(at: .sequence(SequenceNumber(rawValue: 1)))
        }
        #expect(past?.code == .missingSegment && past?.file == entry.fileName)
        // What does not need it goes on.
        let again = try await store.open(pid: 9)
        _ = try await again.enqueue([NewJob(kind: "new", payload: JobPayload(bytes: []))])
        await again.abandonAndWait()
    }

    private static func check(
        _ entry: ArchiveEntry,
        _ store: TestStore,
        _ catalog: SegmentCatalog
    ) throws(LogReadError) {
        let id = catalog.headers[0].store
        let folder = StoreFolder(TestStore.folder, of: store.disk)
        var decoder = ArchiveDecoder()
        let file = try ArchiveFile(entry, of: id, in: folder, &decoder)
        try file.check(of: id, after: HistoryChain(of: id).link, &decoder) { _ in }
    }

    private static func histories(
        of ids: [JobID],
        _ backend: LogBackend
    ) async throws -> [[JobEvent]] {
        var histories: [[JobEvent]] = []
        for id in ids { histories.append(try await backend.history(of: id)) }
        return histories
    }
}

extension TestStore {
    /// How many times something was read from the disk.
    fileprivate var readCount: Int { disk.calls.count { $0.call == .read } }
}
