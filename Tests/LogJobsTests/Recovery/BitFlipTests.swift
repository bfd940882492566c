import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

/// Every bit of a store turned over, one at a time.
///
/// Regions of zeros (the room behind the last frame, the files kept ready, the room behind the
/// manifest) are sampled: one bit in 72 bytes, so that each bit of a word and each place in a
/// sector has its turn. No reader asks more of them than whether they are zero, and the files kept
/// ready are read by nobody. The 64 bytes behind what is written, where the next frame's header
/// would stand, are tested bit by bit.
@Suite("A flipped bit")
struct BitFlipTests {
    @Test("may cost an unfinished store its last commit, and says so", .timeLimit(.minutes(3)))
    func unfinished() async throws {
        let store = TestStore()
        let backend = try await StoreProgram(store: store).run()
        let before = try StoreContent(try store.read())
        _ = try await backend.enqueue([NewJob(kind: "torn", payload: JobPayload(bytes: [7]))])
        let tally = try await FlipSweep(store.copy(), before: before).run()
        print("Flips of an unfinished store: \(tally)")
        #expect(tally.refusedCount > 1_000)
        #expect(tally.harmlessCount > 100)
        #expect(tally.tornCount > 400)
        #expect(tally.failures.isEmpty)
        await backend.abandonAndWait()
    }
}
