import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

/// Disks on which a write that is cut off harms what is beside it.
@Suite("Without power-safe overwrites")
struct PowerSafetyTests {
    @Test("nothing that was answered is lost by a store that does not rely on them")
    func ownBlocks() async throws {
        #expect(try await lostCount(relying: false) == 0)
    }

    @Test("a store that relies on them loses something: the disk is as bad as it should be")
    func sharedBlocks() async throws {
        #expect(try await lostCount(relying: true) > 0)
    }

    /// Enqueues jobs one by one on a disk that goes off at each call, and counts the times when
    /// one that was answered is not there or the store cannot be read.
    private func lostCount(relying: Bool) async throws -> Int {
        var configuration = TestStore.configuration
        configuration.assumesPowerSafeOverwrites = relying
        var lostCount = 0
        for number in 1...20 {
            let store = TestStore()
            let backend = try await store.open(configuration)
            store.disk.faults = .crash(afterCall: store.disk.calls.count + number)
            var answered: [JobID] = []
            do throws(BackendError) {
                for _ in 0..<20 {
                    let job = NewJob(kind: "a", payload: JobPayload(bytes: [1]))
                    answered += try await backend.enqueue([job]).map(\.record.id)
                }
            } catch {}
            await backend.abandonAndWait()
            for seed in 0..<20 as Range<UInt64> {
                let left = TestStore(store.disk.crashed(keeping: .harming(seed: seed)))
                do {
                    let reader = try left.read()
                    let isWhole = answered.allSatisfy { reader.record(of: $0) != nil }
                    lostCount += isWhole ? 0 : 1
                } catch {
                    lostCount += 1
                }
            }
        }
        return lostCount
    }
}
