import Dispatch
import LazyJobs
import Synchronization

/// Reads events for one that waits: on a queue of its own, away from Swift's threads.
final class EventPump: Sendable {
    /// What is read, and what is wanted of it.
    struct Work: ~Copyable, Sendable {
        var cursor: LogCursor
        var selection: EventSelection
    }

    private let begin: @Sendable () throws(LogStoreError) -> Work
    private let queue = DispatchQueue(label: "LogJobs.replay")
    private let work = Mutex<Work?>(nil)
    private let isCancelled = Atomic(false)

    /// - Parameter begin: Opens what is to be read; called once, where blocking is allowed.
    init(_ begin: @escaping @Sendable () throws(LogStoreError) -> Work) {
        self.begin = begin
    }

    /// The next events that are wanted.
    ///
    /// - Returns: At least one event; `nil` at the end, where it is for now, and when the calling
    ///   task is cancelled.
    func events() async throws(LogStoreError) -> [NamedEvent]? {
        let result: Result<[NamedEvent]?, LogStoreError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { [self] in continuation.resume(returning: read()) }
            }
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
        }
        return try result.get()
    }

    private func read() -> Result<[NamedEvent]?, LogStoreError> {
        work.withLock { work in
            do throws(LogStoreError) {
                if work == nil { work = try begin() }
                while !isCancelled.load(ordering: .relaxed), let events = try work?.cursor.events()
                {
                    let wanted = events.compactMap { work?.selection.pick($0) }
                    if !wanted.isEmpty { return .success(wanted) }
                }
                return .success(nil)
            } catch {
                return .failure(error)
            }
        }
    }
}
