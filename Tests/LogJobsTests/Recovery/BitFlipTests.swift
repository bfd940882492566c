import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

/// Every bit of a store turned over, one at a time.
///
/// Regions of zeros (the room behind the last frame, the files kept ready, the room behind the
/// manifest) are tested by one bit of each word of eight bytes, another bit from word to word:
/// readers look at them word by word or byte by byte for zero and never at what a bit means. The
/// first words behind what is written, where the next frame would begin, are tested bit by bit.
@Suite("A flipped bit")
struct BitFlipTests {
    @Test("is refused, or changes nothing, in a store that was closed", .timeLimit(.minutes(3)))
    func closed() async throws {
        let store = TestStore()
        try await StoreProgram(store: store).run().close()
        let tally = try await FlipSweep(store, before: nil).run()
        print("Flips of a closed store: \(tally)")
        #expect(tally.refusedCount > 50_000)
        #expect(tally.harmlessCount > 100)
        #expect(tally.tornCount == 0)
        #expect(tally.failures.isEmpty)
    }

    @Test("may cost an unfinished store its last commit, and says so", .timeLimit(.minutes(3)))
    func unfinished() async throws {
        let store = TestStore()
        let backend = try await StoreProgram(store: store).run()
        let before = try StoreContent(try store.read())
        _ = try await backend.enqueue([NewJob(kind: "torn", payload: JobPayload(bytes: [7]))])
        let tally = try await FlipSweep(store.copy(), before: before).run()
        print("Flips of an unfinished store: \(tally)")
        #expect(tally.refusedCount > 50_000)
        #expect(tally.harmlessCount > 100)
        #expect(tally.tornCount > 400)
        #expect(tally.failures.isEmpty)
        await backend.abandonAndWait()
    }
}
