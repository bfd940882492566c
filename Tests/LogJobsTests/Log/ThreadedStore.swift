import Dispatch
import Foundation
import LazyJobs
import LogJobs
import LogJobsTesting
import Synchronization

/// A store in a real folder of its own, worked by the writer's own thread.
struct ThreadedStore: Sendable {
    /// What the test may make and remove beside the store's folder.
    let parent: String
    let folder: String
    let files = WatchedFileSystem(PosixFileSystem())
    let callers = Callers()

    var clock: any JobClock = SystemClock()
    /// Segments of 64 KiB at the most, unless a test asks for others.
    var configuration = TestStore.configuration

    init() throws {
        parent =
            FileManager.default.temporaryDirectory
            .appending(path: "logjobs-\(UUID().uuidString)").path()
        folder = "\(parent)/store"
        try FileManager.default.createDirectory(
            atPath: parent,
            withIntermediateDirectories: false
        )
    }

    func remove() throws {
        try FileManager.default.removeItem(atPath: parent)
    }

    /// Opens it; `random` is kept until nothing of the open store is left.
    func open(
        _ path: String? = nil,
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) async throws(LogStoreError) -> LogBackend {
        let environment = StoreOpening.Environment(
            fileSystem: files,
            clock: clock,
            process: .current,
            random: random
        )
        return try await LogBackend.open(
            path ?? folder,
            configuration,
            environment,
            mode: .ownThread
        )
    }

    /// The kinds of all jobs in a store, sorted.
    func kinds(_ path: String? = nil) throws -> [String] {
        let reader = try LogReader.open(path ?? folder)
        var kinds: [String] = []
        var last: JobID?
        repeat {
            let query = JobQuery(limit: JobLimits.listCountMax, order: .byID(after: last))
            let page = try reader.list(query)
            kinds += page.map(\.kind)
            last = page.last?.id
        } while last != nil
        return kinds.sorted()
    }
}

extension LogBackend {
    /// Enqueues one job, which is found again by its kind.
    func enqueue(_ kind: String) async throws(BackendError) -> JobID {
        let job = NewJob(kind: kind, payload: JobPayload(bytes: Array(kind.utf8)))
        return try await enqueue([job])[0].record.id
    }
}

/// Threads on which a test's calls begin, all at the same time.
final class Callers: TaskExecutor {
    private let queue = DispatchQueue(label: "LogJobsTests.callers", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Begins something that does not end by itself.
    func begin<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) -> Task<Value, any Error> {
        Task(executorPreference: self) { try await body() }
    }

    /// Blocks until all that has begun so far waits for an answer, or has it.
    func blockUntilAllWait() {
        queue.sync(flags: .barrier) {}
    }

    /// Returns when all that has begun so far waits for an answer, or has it.
    func waitUntilAllWait() async {
        await withCheckedContinuation { continuation in
            queue.async(flags: .barrier) { continuation.resume() }
        }
    }
}

/// Something on a thread of the store that waits until the test lets it happen.
final class Barrier: Sendable {
    private let reached = DispatchSemaphore(value: 0)
    private let passage = DispatchSemaphore(value: 0)
    private let state = Mutex((isOpen: true, count: 0))

    /// How often it was reached.
    var count: Int { state.withLock(\.count) }

    /// From now on, whoever comes has to wait.
    func close() {
        state.withLock { $0.isOpen = false }
    }

    /// Lets through who waits, and all who come.
    func open() {
        state.withLock { $0.isOpen = true }
        passage.signal()
    }

    /// Blocks while it is closed; only one thread at a time may come.
    func pass() {
        let isOpen = state.withLock { state in
            state.count += 1
            return state.isOpen
        }
        guard !isOpen else { return }
        reached.signal()
        passage.wait()
    }

    /// Returns when somebody waits.
    func waitUntilReached() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.reached.wait()
                continuation.resume()
            }
        }
    }
}
