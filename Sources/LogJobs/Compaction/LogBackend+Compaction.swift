public import LazyJobs

/// What a compaction has done.
public struct CompactionReport: Sendable, Hashable {
    /// How many segments were retired.
    public var segmentCount = 0
    /// The bytes of their files.
    public var byteCount: UInt64 = 0
    /// How many jobs were carried to the head of the log.
    public var carriedCount = 0
    /// The bytes of the archives that were written.
    public var archivedByteCount: UInt64 = 0
    /// What of those segments could not be read any more.
    ///
    /// Live jobs whose arguments stood there were carried without them: they fail, visibly, when
    /// they are claimed. The files are kept as `seg-….ljs.damaged`.
    public var damage: [DamagedRange] = []

    /// Nothing was done.
    public init() {}

    /// Adds what was done next.
    mutating func add(_ later: Self) {
        segmentCount += later.segmentCount
        byteCount += later.byteCount
        carriedCount += later.carriedCount
        archivedByteCount += later.archivedByteCount
        damage += later.damage
    }
}

/// Events that could not be read any more.
public struct DamagedRange: Sendable, Hashable {
    /// The file they stood in.
    public var file: String
    /// The first of them.
    public var firstSequence: SequenceNumber
    /// The last of them.
    public var lastSequence: SequenceNumber

    /// Describes such events.
    public init(file: String, firstSequence: SequenceNumber, lastSequence: SequenceNumber) {
        self.file = file
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
    }
}

extension LogBackend {
    /// Gives back at once the space of what is not needed any more: copies the live jobs of the
    /// oldest segments to the head of the log, archives their history, and removes those segments.
    ///
    /// The store does this by itself when enough of the log is dead. This call does not wait for
    /// that: everything up to the newest segment with something dead in it is rewritten, the active
    /// one aside. What becomes of the history is said by ``Configuration/archive``; on a full disk
    /// the oldest history is given up where that bounds its bytes. Callers are served meanwhile.
    /// When it returns, the segments are gone, durably; when it fails, or the process dies, or the
    /// calling task is cancelled, nothing is lost, and what was done stays done.
    ///
    /// - Returns: What was done.
    /// - Throws: `unavailable` when the system refuses to read or write; `storageFull`, `poisoned`,
    ///   `closed`, `outcomeUnknown` as an enqueue.
    /// - Complexity: O(n) in the bytes of those segments.
    public func compact() async throws(BackendError) -> CompactionReport {
        try await compact { _ in }
    }

    /// As the other; the closure is told how much of the segments is retired, from 0 to 1.
    package func compact(
        progress: (Double) -> Void
    ) async throws(BackendError) -> CompactionReport {
        await turnstile.enter()
        defer { turnstile.leave() }
        let turnstile = turnstile
        return try await keeper.compactAll(until: { turnstile.isClosing }, progress: progress)
    }
}
