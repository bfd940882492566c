import JobLedger
public import LazyJobs
import Synchronization

/// A backend that keeps jobs in memory: they are lost when the process ends.
///
/// It is for tests, for development and for jobs that may be lost. It runs the same state machine
/// as the durable stores and has all abilities, so that changing to one of them changes one line:
///
/// ```swift
/// let runner = try JobRunner(backend: InMemoryBackend())
/// ```
///
/// Every call returns without waiting for anything but other calls. Memory grows with the jobs that
/// are kept and their histories: prune what has ended.
public final class InMemoryBackend: Backend {
    /// The time by which jobs are due.
    public let clock: any JobClock

    let store: Mutex<InMemoryStore>
    let signalHub = SignalHub()

    /// Makes an empty store.
    ///
    /// - Parameter clock: The time by which jobs are due.
    public convenience init(clock: any JobClock = SystemClock()) {
        self.init(store: InMemoryStore(), clock: clock)
    }

    /// Makes the store again as a process would find it that opens it after another: after one that
    /// closed it, or after one that died with it open.
    ///
    /// The old backend is not used any more, and not closed by this.
    package convenience init(reopening old: InMemoryBackend, clock: any JobClock) {
        let store = old.store.withLock { store in
            let copy = store
            store.abandon()
            return copy
        }
        old.signalHub.close()
        self.init(store: store, clock: clock)
    }

    private init(store: InMemoryStore, clock: any JobClock) {
        var store = store
        store.open(at: Timestamp(clock.now))
        self.store = Mutex(store)
        self.clock = clock
    }

    /// All of them.
    public var abilities: BackendAbilities {
        [.history, .schedules, .queueControl, .pruning, .retrying]
    }

    /// Carries a command out under the lock, at the clock's time.
    ///
    /// The clock is read under the lock: times then never go backwards between two commands unless
    /// the clock does.
    func perform<Answer: Sendable>(
        _ command: (inout JobLedger, Timestamp, inout [JobEvent]) throws(BackendError) -> Answer
    ) throws(BackendError) -> Answer {
        try store.withLock { store throws(BackendError) in
            try store.perform { ledger, events throws(BackendError) in
                try command(&ledger, Timestamp(clock.now), &events)
            }
        }
    }

    /// Asks the store under the lock, unless it is closed.
    func ask<Answer: Sendable>(
        _ question: (InMemoryStore) throws(BackendError) -> Answer
    ) throws(BackendError) -> Answer {
        try store.withLock { store throws(BackendError) in
            try store.checkOpen()
            return try question(store)
        }
    }
}
