import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What Linux does to a disk with errors: from one call to the next it can only be read.
@Suite("A disk that is mounted read-only under its store", .timeLimit(.minutes(15)))
struct RemountedDiskTests {
    @Test("keeps what was answered, refuses the rest with the reason, and can be opened again")
    func remounted() async throws {
        let store = try ThreadedStore()
        let backend = try await store.open()
        for number in 0..<10 { _ = try await backend.enqueue("before-\(number)") }
        let claimed = try await backend.claim(ClaimRequest(limit: 1, worker: "w")).jobs
        store.files.watch(WatchedFileSystem.refusingChanges(EROFS))
        let error = await #expect(throws: BackendError.self) {
            _ = try await backend.enqueue("late")
        }
        #expect(error?.code == .outcomeUnknown)
        #expect(error?.message.contains("(errno \(EROFS))") == true)
        let later = await #expect(throws: BackendError.self) {
            let ends = claimed.map { job in
                FinishRequest(jobID: job.record.id, lease: job.lease, outcome: .succeeded())
            }
            for result in try await backend.finish(ends) { _ = try result.get() }
        }
        #expect(later?.code == .poisoned)
        // Reading goes on: another process sees what was answered.
        #expect(try LogReader.open(store.folder).stats().total == 10)
        await #expect(throws: BackendError.self) { try await backend.close() }
        await #expect(throws: LogStoreError.self) { _ = try await store.open() }

        store.files.watch(nil)
        let again = try await store.open()
        #expect(try await again.stats().byState == [.pending: 9, .retrying: 1])
        try await again.close()
        try store.remove()
    }
}
