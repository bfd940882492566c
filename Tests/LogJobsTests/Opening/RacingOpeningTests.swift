import LazyJobs
import LogJobs
import LogJobsTesting
import Synchronization
import Testing

/// Two processes that open a new store at the same time, one of them held up.
@Suite("An opening beside one that makes the store")
struct RacingOpeningTests {
    @Test("finds the store, wherever the other is when it looks and whenever that goes on")
    func anywhere() async throws {
        let (stages, last) = try await Self.stages()
        var heldUpCount = 0
        for (number, stage) in stages.enumerated() {
            // The other goes on before each call that comes before the lock is taken.
            var call = 1
            while try await Self.open(stage, heldUpAt: call, last, "stage \(number), call \(call)")
            {
                call += 1
            }
            heldUpCount += call - 1
        }
        #expect(stages.count > 10 && heldUpCount > 3 * stages.count)
    }

    /// - Returns: The disk before each call of a process that makes a store and enqueues a job,
    ///   and behind the last, when it has died.
    private static func stages() async throws -> ([SimulatedFileSystem], last: SimulatedFileSystem)
    {
        let disk = SimulatedFileSystem()
        let stages = Mutex<[SimulatedFileSystem]>([])
        let watched = WatchedFileSystem(disk) { call, _ in
            guard call.changesDisk else { return }
            stages.withLock { $0.append(disk.copy()) }
        }
        let store = TestStore(disk)
        var environment = store.environment()
        environment.fileSystem = watched
        let backend = try await LogBackend.open(
            TestStore.folder,
            TestStore.configuration,
            environment,
            mode: .inline
        )
        _ = try await backend.enqueue("kept")
        let last = disk.copy()
        await backend.abandonAndWait()
        return (stages.withLock(\.self), last)
    }

    /// Opens the store, and lets the other process come to its end before one of the calls.
    ///
    /// - Returns: Whether that was before the lock was taken; later the other cannot go on.
    private static func open(
        _ stage: SimulatedFileSystem,
        heldUpAt number: Int,
        _ last: SimulatedFileSystem,
        _ place: Comment
    ) async throws -> Bool {
        let store = TestStore(stage.copy())
        let disk = store.disk
        let progress = Mutex((calls: 0, isLocked: false, wasHeldUp: false))
        let watched = WatchedFileSystem(disk) { call, _ in
            let goesOn = progress.withLock { progress in
                progress.calls += 1
                // Who waits for the lock has opened the file that the other made.
                progress.isLocked = progress.isLocked || call == .lock
                guard progress.calls == number, !progress.isLocked else { return false }
                progress.wasHeldUp = true
                return true
            }
            if goesOn { Self.goOn(disk, last) }
        }
        var environment = store.environment(pid: 8)
        environment.fileSystem = watched
        let backend: LogBackend
        do throws(LogStoreError) {
            backend = try await LogBackend.open(
                TestStore.folder,
                TestStore.configuration,
                environment,
                mode: .inline
            )
        } catch {
            Issue.record("\(place): \(error)")
            return progress.withLock(\.wasHeldUp)
        }
        let wasHeldUp = progress.withLock(\.wasHeldUp)
        if wasHeldUp { #expect(try await backend.stats().total == 1, place) }
        await backend.abandonAndWait()
        return wasHeldUp
    }

    /// Makes of a disk what it is when the other process has come to its end.
    private static func goOn(_ disk: SimulatedFileSystem, _ last: SimulatedFileSystem) {
        // It may be there already.
        try? disk.makeFolder(TestStore.folder)
        for path in disk.paths where !path.hasSuffix("/") && last.bytes(of: path) == nil {
            disk.removeFile(path)
        }
        for path in last.paths where !path.hasSuffix("/") {
            disk.setBytes(of: path, last.bytes(of: path) ?? [])
        }
    }
}
