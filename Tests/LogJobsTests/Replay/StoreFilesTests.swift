import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

/// What a reader tells of the files of a store.
@Suite("Files of a store")
struct StoreFilesTests {
    @Test("how much is needed, and of what, is what the store itself counts")
    func uses() async throws {
        let recorded = RecordedStore(seed: 1)
        let backend = try await recorded.store.open()
        try await recorded.run(10...17, on: backend)
        _ = try await backend.compact()
        try await backend.takeCheckpoint()
        try await recorded.run(18...20, on: backend)
        let report = try await backend.storageReport()
        let reader = try recorded.store.read()
        #expect(reader.segments.count == report.segmentCount && report.segmentCount > 1)
        let uses = reader.segmentUses
        #expect(uses.count == reader.segments.count)
        for (use, segment) in zip(uses, reader.segments) {
            #expect(use.liveByteCount + use.deadByteCount == segment.validEnd)
        }
        let live = uses.reduce(0) { $0 + $1.liveByteCount }
        #expect(report.liveByteCount - live <= UInt64(uses.count))
        let pins = reader.oldestSegmentPins()
        #expect(pins.byState.values.reduce(0, +) == report.oldestSegmentJobCount)
        #expect(uses.first?.jobCount == report.oldestSegmentJobCount)
        #expect(uses.reduce(0) { $0 + $1.jobCount } == reader.stats().total)
        let archives = reader.archives
        #expect(archives.count == report.archiveCount && report.archiveCount > 0)
        #expect(archives.reduce(0) { $0 + $1.fileSize } == report.archiveByteCount)
        #expect(archives.first?.firstSequence == reader.oldestEvent)
        let checkpoint = try #require(reader.checkpoints.last)
        #expect(checkpoint.sequence == reader.report.checkpoint && checkpoint.failure == nil)
        await backend.abandonAndWait()
    }

    @Test("a checkpoint that cannot be used says why")
    func ignored() async throws {
        let recorded = RecordedStore(seed: 2)
        let backend = try await recorded.store.open()
        try await recorded.run(20...21, on: backend)
        try await backend.takeCheckpoint()
        let name = try #require(try recorded.store.read().checkpoints.last?.fileName)
        var bytes = try #require(recorded.store.disk.bytes(of: TestStore.path(name)))
        bytes[bytes.count / 2] ^= 1
        recorded.store.disk.setBytes(of: TestStore.path(name), bytes)
        let reader = try recorded.store.read()
        #expect(reader.checkpoints.last?.failure != nil && reader.report.checkpoint == nil)
        await backend.abandonAndWait()
    }

    @Test("every job is shown once, the one that changed first at first")
    func records() async throws {
        let recorded = RecordedStore(seed: 3)
        let backend = try await recorded.store.open()
        try await recorded.run(30...33, on: backend)
        let reader = try recorded.store.read()
        var records: [JobRecord] = []
        reader.forEachRecord { records.append($0) }
        let listed = try reader.list(JobQuery(limit: JobLimits.listCountMax))
        #expect(records.reversed() == listed && !records.isEmpty)
        for record in records {
            let last = try reader.history(of: record.id).last?.sequence
            #expect(reader.lastTransition(of: record.id) == last)
        }
        await backend.abandonAndWait()
    }
}
