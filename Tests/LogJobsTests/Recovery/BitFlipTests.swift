import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

/// Every bit of a small store turned over, one at a time: of two segments of 64 KiB with every kind
/// of event, of the manifest, of the lock, and of the files that are kept ready.
///
/// Run one by one, through a whole opening for reading (and for writing: each that is accepted, and
/// one bit of each byte of those that are refused):
/// - every bit that is written into a file, and of the 64 bytes behind, whatever file it is;
/// - of the zeros behind that, a sample by a seed that is printed.
///
/// The rest of the zeros is covered by what `UnreadBytesTests` shows of every byte or bit of it.
/// With `LOGJOBS_FLIPS=all` in the environment every bit of every file is run one by one as well,
/// two million in all: some minutes, built for release. `LOGJOBS_SEED` chooses the sample.
///
/// Not refused, and why there are such bits at all:
/// - `LOCK` is text for people, and decides nothing.
/// - The spare, the next segment and the ballast are space. They are read by nobody, and written
///   over before they count.
/// - A segment that was not closed keeps what is behind its proven end: frames that the next
///   segment has again, and prepared zeros. Nothing there can be a frame but a whole one.
@Suite("A flipped bit")
struct BitFlipTests {
    @Test("of a closed store is refused with its place, or changes nothing", .timeLimit(.minutes(3)))
    func closed() async throws {
        let sweep = try await Self.closedSweep()
        let tally = try await sweep.run(sweep.writtenBits)
        print("Flips of a closed store: \(tally)")
        try Self.expectClosed(tally, sweep)
    }

    @Test("may cost an unfinished store its last commit, and says so", .timeLimit(.minutes(3)))
    func unfinished() async throws {
        let (sweep, start) = try await Self.unfinishedSweep()
        let tally = try await sweep.run(sweep.writtenBits)
        print("Flips of an unfinished store: \(tally)")
        try Self.expectUnfinished(tally, sweep, lastCommit: start)
    }

    @Test("costs nothing once a watermark stands behind the last commit")
    func watermark() async throws {
        let store = TestStore()
        let backend = try await StoreProgram(store: store).run()
        let start = Int(try store.read().segments[1].validEnd)
        _ = try await backend.enqueue([NewJob(kind: "kept", payload: JobPayload(bytes: [7]))])
        let end = Int(try store.read().segments[1].validEnd)
        store.clock.advance(by: .seconds(2))
        backend.engine.timerFired()
        let markedEnd = Int(try store.read().segments[1].validEnd)
        #expect(markedEnd == end + FrameHeader.size)
        let sweep = try FlipSweep(store)
        let path = TestStore.path(2)
        let commit = try await sweep.run(sweep.bits(of: path, in: start..<end))
        #expect(commit.count(.refused) == 8 * (end - start))
        #expect(commit.failures.isEmpty)
        let mark = try await sweep.run(sweep.bits(of: path, in: end..<markedEnd))
        #expect(mark.count(.harmless) == 8 * FrameHeader.size)
        #expect(mark.failures.isEmpty)
        await backend.abandonAndWait()
    }

    @Test("in the zeros behind is no other", .timeLimit(.minutes(60)))
    func zeros() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["LOGJOBS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 32)
        let isFull = environment["LOGJOBS_FLIPS"] == "all"
        print("Flips of \(isFull ? "every bit" : "a sample of zeros"), LOGJOBS_SEED=\(seed)")
        let closed = try await Self.closedSweep()
        let closedFlips = isFull ? closed.allBits : closed.restBits(perFile: 24, seed: seed)
        let closedTally = try await closed.run(closedFlips)
        print("Of a closed store: \(closedTally)")
        try Self.expectClosed(closedTally, closed, isFull ? nil : closedFlips)
        let (unfinished, start) = try await Self.unfinishedSweep()
        let flips = isFull ? unfinished.allBits : unfinished.restBits(perFile: 24, seed: seed)
        let tally = try await unfinished.run(flips)
        print("Of an unfinished store: \(tally)")
        try Self.expectUnfinished(tally, unfinished, lastCommit: start, isFull ? nil : flips)
    }
}

// MARK: - The stores, and what is expected of them

extension BitFlipTests {
    private static func closedSweep() async throws -> FlipSweep {
        let store = TestStore()
        try await StoreProgram(store: store).run().close()
        return try FlipSweep(store)
    }

    /// - Returns: A store that was not closed, and where its last commit begins.
    private static func unfinishedSweep() async throws -> (FlipSweep, lastCommit: Int) {
        let store = TestStore()
        let backend = try await StoreProgram(store: store).run()
        let reader = try store.read()
        let before = try StoreView(reader)
        _ = try await backend.enqueue([NewJob(kind: "torn", payload: JobPayload(bytes: [7]))])
        let sweep = try FlipSweep(store, before: before)
        await backend.abandonAndWait()
        return (sweep, Int(reader.segments[1].validEnd))
    }

    /// - Parameter sample: The flips, if it were only some of the zeros.
    private static func expectClosed(
        _ tally: FlipTally,
        _ sweep: FlipSweep,
        _ sample: [FlippedBit]? = nil
    ) throws {
        #expect(tally.failures.isEmpty)
        #expect(tally.count(.torn) == 0)
        #expect(tally.paths(.refused).isSubset(of: counting))
        #expect(!tally.paths(.harmless).contains(TestStore.path(Manifest.fileName)))
        #expect(!tally.paths(.harmless).contains(TestStore.path(2)))
        try expectFirstSegment(tally, sweep)
        guard sample == nil else { return }
        #expect(tally.paths(.refused) == counting)
        #expect(tally.paths(.harmless).isSuperset(of: Set(sweep.paths).subtracting(counting)))
        let last = sweep.store.disk.bytes(of: TestStore.path(2)) ?? []
        #expect(tally.span(.refused, of: TestStore.path(2)).count == 8 * last.count)
    }

    /// What counts in a store: all else is space, or text for people.
    private static let counting = Set([
        TestStore.path(Manifest.fileName), TestStore.path(1), TestStore.path(2),
    ])

    /// What the next segment has again is not read, and not missed.
    private static func expectFirstSegment(_ tally: FlipTally, _ sweep: FlipSweep) throws {
        let path = TestStore.path(1)
        let end = 8 * Int(try sweep.store.read().segments[0].validEnd)
        #expect(tally.span(.refused, of: path).last < end)
        #expect(tally.span(.harmless, of: path).first >= end)
    }

    private static func expectUnfinished(
        _ tally: FlipTally,
        _ sweep: FlipSweep,
        lastCommit start: Int,
        _ sample: [FlippedBit]? = nil
    ) throws {
        let path = TestStore.path(2)
        let end = Int(try sweep.store.read().segments[1].validEnd)
        #expect(tally.failures.isEmpty)
        #expect(tally.paths(.torn).isSubset(of: [path]))
        #expect(!tally.paths(.harmless).contains(TestStore.path(Manifest.fileName)))
        try expectFirstSegment(tally, sweep)
        #expect(tally.span(.harmless, of: path).first >= 8 * end)
        guard sample == nil else { return }
        #expect(tally.paths(.refused) == counting)
        let refused = tally.span(.refused, of: path)
        #expect(refused == FlipTally.Span(count: 8 * start, first: 0, last: 8 * start - 1))
        let torn = tally.span(.torn, of: path)
        let bits = 8 * start..<8 * end
        #expect(torn == FlipTally.Span(count: bits.count, first: 8 * start, last: 8 * end - 1))
    }
}
