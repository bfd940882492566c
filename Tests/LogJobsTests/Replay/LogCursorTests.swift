import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

/// The walk through all events, in archives and segments.
@Suite("Walk through history")
struct LogCursorTests {
    @Test("shows every event once, wherever it stands", arguments: [1, 2] as [UInt64])
    func showsAll(seed: UInt64) async throws {
        let recorded = RecordedStore(seed: seed)
        let backend = try await recorded.store.open()
        try await recorded.run(10 * seed...10 * seed + 5, on: backend)
        let before = try recorded.history()
        _ = try await backend.compact()
        #expect(try recorded.history() == before, "seed \(seed)")
        try await recorded.run(10 * seed + 6...10 * seed + 8, on: backend)
        let middle = try recorded.history()
        #expect(middle.starts(with: before), "seed \(seed)")
        _ = try await backend.compact()
        #expect(try recorded.history() == middle, "seed \(seed)")
        var last = SequenceNumber.zero
        try recorded.store.read().forEachEvent { event in
            #expect(event.sequence == last.next)
            last = event.sequence
        }
        #expect(try last == recorded.store.read().report.lastSequence)
        await backend.abandonAndWait()
    }

    @Test("goes on in the archive when segments are retired under it")
    func survivesRetirement() async throws {
        let recorded = RecordedStore(seed: 3)
        let backend = try await recorded.store.open()
        try await recorded.run(30...36, on: backend)
        let before = try recorded.history()
        let reader = try recorded.store.read()
        var iterator = reader.events().makeAsyncIterator()
        var events: [JobEvent] = []
        for _ in 0..<5 { events.append(try #require(try await iterator.next())) }
        let report = try await backend.compact()
        #expect(report.segmentCount > 1)
        while let event = try await iterator.next() { events.append(event) }
        #expect(events == before)
        await backend.abandonAndWait()
    }

    @Test("begins with the oldest event that is kept, and says when one was dropped under it")
    func dropped() async throws {
        let recorded = RecordedStore(seed: 4)
        var configuration = TestStore.configuration
        configuration.archive = .delete
        let backend = try await recorded.store.open(configuration)
        try await recorded.run(40...46, on: backend)
        let reader = try recorded.store.read()
        var iterator = reader.events().makeAsyncIterator()
        _ = try await iterator.next()
        _ = try await backend.compact()
        await #expect { while try await iterator.next() != nil {} } throws: { error in
            (error as? LogStoreError)?.code == .retired
        }
        let now = try recorded.store.read()
        #expect(try recorded.history().first?.sequence == now.oldestEvent)
        #expect(now.oldestEvent == now.segments.first?.firstSequence)
        await backend.abandonAndWait()
    }

    @Test("finds nothing behind the end of a store that is written")
    func behindEnd() async throws {
        let recorded = RecordedStore(seed: 5)
        let backend = try await recorded.store.open()
        try await recorded.run(50...50, on: backend)
        let reader = try recorded.store.read()
        let end = reader.report.lastSequence.next
        try await recorded.run(51...51, on: backend)
        try reader.forEachEvent(matching: EventFilter(since: .sequence(end))) { event in
            Issue.record("event \(event.sequence) came")
        }
        await backend.abandonAndWait()
    }

    @Test("says what is wrong with a frame that does not verify", arguments: [true, false])
    func damaged(isZeroed: Bool) async throws {
        let recorded = RecordedStore(seed: 6)
        let backend = try await recorded.store.open()
        try await recorded.run(60...62, on: backend)
        let reader = try recorded.store.read()
        let segment = try #require(reader.segments.first)
        #expect(segment.validEnd > 0, "the first segment is sealed")
        let path = TestStore.path(segment.fileName)
        var bytes = try #require(recorded.store.disk.bytes(of: path))
        let middle = Int(segment.validEnd) / 2
        if isZeroed {
            bytes.replaceSubrange(middle..., with: repeatElement(0, count: bytes.count - middle))
        } else {
            bytes[middle] ^= 1
        }
        recorded.store.disk.setBytes(of: path, bytes)
        let error = #expect(throws: LogStoreError.self) { try reader.forEachEvent { _ in } }
        #expect(error?.code == .corruption)
        #expect(error?.message.contains("checksum") == true, "\(String(describing: error))")
        await backend.abandonAndWait()
    }
}
