import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

/// Every bit of a small store turned over, one at a time: of two segments of 64 KiB with every kind
/// of event, of the manifest, of the lock, and of the files that are kept ready.
///
/// Each is an opening for writing, and for reading as well where it is accepted; of the refused,
/// one bit of each byte. Run one by one:
/// - of a store that was closed, every bit of what is written into any file, and of the 64 bytes of
///   zeros next to it;
/// - of one that was not, the same of the manifest and of the last segment behind its header; of
///   each byte of that header and of the other files, which the closed store has too, one bit;
/// - of the longer runs of zeros a sample, by a seed that is printed.
///
/// For the rest of the zeros `ZerosTests` shows of every byte, or of every bit, that it is verified
/// to be zero or decides nothing.
/// With `LOGJOBS_FLIPS=all` in the environment every bit of every file is run one by one: two
/// millions in all, some minutes when built for release. `LOGJOBS_SEED` chooses the sample.
///
/// Which are not refused, and why there are such bits at all:
/// - `LOCK` is text for people, and decides nothing.
/// - The spare, the next segment and the ballast are space. They are read by nobody, and written
///   over before they count.
/// - Behind the proven end of a segment that was not closed are frames that the next segment has
///   again, and prepared zeros. Nothing there counts but a whole frame.
@Suite("A flipped bit")
struct BitFlipTests {
    @Test(
        "of a closed store is refused with its place, or changes nothing",
        .timeLimit(.minutes(60))
    )
    func closed() async throws {
        let sweep = try await Self.closedSweep()
        try await Self.check(sweep, sweep.writtenBits, of: "a closed store")
    }

    @Test("may cost an unfinished store its last commit, and says so", .timeLimit(.minutes(60)))
    func unfinished() async throws {
        let (sweep, start) = try await Self.unfinishedSweep()
        let flips = sweep.writtenBits.filter { flip in
            switch flip.path {
            case TestStore.path(Manifest.fileName): true
            case TestStore.path(2): flip.isDiagonal || flip.bit >= 8 * SegmentHeader.size
            default: flip.isDiagonal
            }
        }
        try await Self.check(sweep, flips, of: "an unfinished store", lastCommit: start)
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
        let sweep = try FlipSweep(store)
        let markedEnd = Int(try store.read().segments[1].validEnd)
        #expect(markedEnd == end + FrameHeader.size)
        let path = TestStore.path(2)
        let commit = try await sweep.run(sweep.bits(of: path, in: start..<end))
        #expect(commit.count(.refused) == 8 * (end - start))
        #expect(commit.failures.isEmpty)
        let markBits = sweep.bits(of: path, in: end..<markedEnd).filter(\.isDiagonal)
        let mark = try await sweep.run(markBits)
        #expect(mark.count(.harmless) == markBits.count)
        #expect(mark.failures.isEmpty)
        await backend.abandonAndWait()
    }

    @Test("in a long run of zeros is no other", .timeLimit(.minutes(60)))
    func zeros() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["LOGJOBS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 32)
        let isFull = environment["LOGJOBS_FLIPS"] == "all"
        print("Flips of \(isFull ? "every bit" : "a sample of zeros, LOGJOBS_SEED=\(seed)")")
        let closed = try await Self.closedSweep()
        let closedFlips = isFull ? closed.allBits : closed.zeroBits(perRun: 24, seed: seed)
        try await Self.check(closed, closedFlips, of: "a closed store, zeros")
        let (unfinished, start) = try await Self.unfinishedSweep()
        let flips = isFull ? unfinished.allBits : unfinished.zeroBits(perRun: 24, seed: seed)
        try await Self.check(unfinished, flips, of: "an unfinished store, zeros", lastCommit: start)
    }

    private static func check(
        _ sweep: FlipSweep,
        _ flips: [FlippedBit],
        of what: String,
        lastCommit: Int? = nil
    ) async throws {
        let tally = try await sweep.run(flips)
        print("Flips of \(what): \(tally)")
        #expect(tally == (try sweep.expected(flips, lastCommit: lastCommit)))
    }

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
}
