public import LazyJobs

/// How ``BackendConformance`` gets the stores that it checks; written by the backend's author.
///
/// Every check asks for a fresh store, so a harness must keep its stores apart: a folder or a
/// schema for each. Checks may run at the same time on one harness.
public protocol BackendHarness<Store>: Sendable {
    /// The backend under test.
    associatedtype Store: Backend

    /// Makes a new, empty store and opens it with a clock, which the backend must live by.
    func open(clock: any JobClock) async throws -> Store

    /// Ends a store as if the process that holds it were killed at this moment, and opens it again.
    ///
    /// Nothing may be given back in order: no close, no last write. The old value is not used any
    /// more. A store that cannot outlive its process is made again from what it would have kept.
    func crashAndReopen(_ store: Store, clock: any JobClock) async throws -> Store

    /// Closes a store in order, and opens it again.
    func closeAndReopen(_ store: Store, clock: any JobClock) async throws -> Store

    /// Ends a store for good, whether its check passed or failed; the store may be closed already.
    func cleanUp(_ store: Store) async throws
}

extension BackendHarness {
    /// Closes the store; replace it when files or tables are to be removed.
    public func cleanUp(_ store: Store) async throws {
        try await store.close()
    }

    /// The store behind a backend that this harness opened.
    private func store(_ backend: any Backend) -> Store {
        guard let store = backend as? Store else {
            preconditionFailure("A harness was given a backend that it did not open.")
        }
        return store
    }

    func crashAndReopen(any backend: any Backend, clock: any JobClock) async throws -> any Backend {
        try await crashAndReopen(store(backend), clock: clock)
    }

    func closeAndReopen(any backend: any Backend, clock: any JobClock) async throws -> any Backend {
        try await closeAndReopen(store(backend), clock: clock)
    }

    func cleanUp(any backend: any Backend) async throws {
        try await cleanUp(store(backend))
    }
}
