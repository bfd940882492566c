import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

@Suite("The frames of a segment", .timeLimit(.minutes(15)))
struct SegmentFramesTests {
    /// What reading a segment comes to.
    private struct Reading: Equatable {
        var frames: [VerifiedFrame] = []
        var end: UInt64 = 0
        var error: String?
    }

    @Test("are the same on a thread of their own, and so is what ends them")
    func readAhead() async throws {
        let store = try await Self.store()
        let segment = try #require(store.disk.bytes(of: TestStore.path(1)))
        let end = try #require(try store.read().segments.first?.validEnd)
        let whole = try Self.read(store, end, readsAhead: false)
        #expect(whole.error == nil && whole.end == end && whole.frames.count > 500)
        #expect(try Self.read(store, end, readsAhead: true) == whole)

        let environment = ProcessInfo.processInfo.environment
        let seed = environment["LOGJOBS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 32)
        var generator = SeededGenerator(seed: seed)
        print("Damaged segments read ahead, LOGJOBS_SEED=\(seed)")
        for _ in 0..<200 {
            let bit = Int.random(in: 8 * SegmentHeader.size..<8 * Int(end), using: &generator)
            store.disk.setBytes(of: TestStore.path(1), segment)
            store.disk.flipBit(of: TestStore.path(1), bit)
            let expected = try Self.read(store, end, readsAhead: false)
            #expect(expected.error != nil || expected.frames != whole.frames)
            #expect(try Self.read(store, end, readsAhead: true) == expected, "bit \(bit)")
        }
        #expect(store.disk.openPaths.isEmpty)
    }

    @Test("are not inflated when they are known", arguments: [false, true])
    func known(readsAhead: Bool) async throws {
        let store = try await Self.store()
        let end = try #require(try store.read().segments.first?.validEnd)
        let known = SequenceNumber(rawValue: 100)
        let reading = try Self.read(store, end, known: known, readsAhead: readsAhead)
        for frame in reading.frames where frame.header.kind == .batch {
            let isKnown = frame.header.nextSequence <= known.next
            #expect((frame.content == .nothing) == isKnown)
        }
    }

    @Test("need not be taken to their end", arguments: [0, 1, 70, 400])
    func leftEarly(count: Int) async throws {
        let store = try await Self.store()
        let end = try #require(try store.read().segments.first?.validEnd)
        let scanner = try SegmentScanner(SegmentID(rawValue: 1), in: Self.folder(store))
        let frames = SegmentFrames(scanner, upTo: end, readsAhead: true)
        for _ in 0..<count { #expect(try frames.next() != nil) }
        frames.close()
        #expect(store.disk.openPaths.isEmpty)
    }

    @Test("end with the same error however often they are asked for")
    func askedAgain() async throws {
        let store = try await Self.store()
        let end = try #require(try store.read().segments.first?.validEnd)
        store.disk.flipBit(of: TestStore.path(1), 8 * (SegmentHeader.size + 8))
        let scanner = try SegmentScanner(SegmentID(rawValue: 1), in: Self.folder(store))
        let frames = SegmentFrames(scanner, upTo: end, readsAhead: true)
        defer { frames.close() }
        for _ in 0..<3 {
            let error = #expect(throws: LogStoreError.self) { try frames.next() }
            #expect(error?.code == .corruption)
        }
    }

    /// Of frames of one job, and as long as several pieces that are read ahead.
    private static func store() async throws -> TestStore {
        let store = TestStore()
        var configuration = TestStore.configuration
        configuration.sizes.segmentBytesFirst = 512 << 10
        configuration.sizes.segmentBytesMax = 512 << 10
        let backend = try await store.open(configuration)
        for number in 0..<600 {
            let payload = JobPayload(bytes: Array("[\(number)]".utf8))
            _ = try await backend.enqueue([NewJob(kind: "k", payload: payload)])
        }
        try await backend.close()
        return store.copy()
    }

    private static func folder(_ store: TestStore) -> StoreFolder {
        StoreFolder(TestStore.folder, of: store.disk)
    }

    private static func read(
        _ store: TestStore,
        _ end: UInt64,
        known: SequenceNumber = .zero,
        readsAhead: Bool
    ) throws -> Reading {
        let scanner = try SegmentScanner(SegmentID(rawValue: 1), in: folder(store))
        let frames = SegmentFrames(scanner, upTo: end, known: known, readsAhead: readsAhead)
        defer { frames.close() }
        var reading = Reading()
        do {
            while let frame = try frames.next() { reading.frames.append(frame) }
        } catch {
            reading.error = "\(error.code) \(error.message) \(error.offset ?? 0)"
        }
        reading.end = frames.offset
        return reading
    }
}
