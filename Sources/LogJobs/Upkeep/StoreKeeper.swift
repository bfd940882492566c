import JobLedger
import LazyJobs

/// The single pieces of upkeep; one task at a time.
struct StoreKeeper: Sendable {
    /// How many jobs are pruned by one command: as few as callers do not feel, or more when more
    /// come than go.
    private static let pruneCount = (gentle: 100, full: 1000)

    let engine: LogEngine
    let configuration: LogBackend.Configuration
    let clock: any JobClock
    let checkpointer: Checkpointer
    let report = RunningReport()

    private var compactor: Compactor {
        Compactor(engine: engine, archive: configuration.archive, clock: clock)
    }

    /// Prunes final jobs that are too old; none without a time.
    func prune(
        _ pruning: inout Pruning,
        at now: Timestamp?
    ) async throws(BackendError) {
        while !Task.isCancelled {
            let start = clock.uptime
            guard let isBehind = try await pruneSome(&pruning, at: now) else { return }
            if !isBehind { await clock.rest(for: clock.uptime - start) }
        }
    }

    /// How the pruning goes: whether jobs go as fast as they come.
    struct Pruning: Sendable {
        private var countAtFirst: Int?
        private var prunedCount = 0

        /// Whether it has to hurry, with so many final jobs in the store.
        mutating func isBehind(_ count: Int) -> Bool {
            // At most half of what goes may come anew, or the rest of upkeep has to wait long.
            defer { countAtFirst = countAtFirst ?? count }
            return count + prunedCount / 2 > countAtFirst ?? count
        }

        mutating func add(_ count: Int) { prunedCount += count }
    }

    /// Prunes a few.
    ///
    /// - Returns: Whether more come than go; `nil` when there was nothing to prune.
    private func pruneSome(
        _ pruning: inout Pruning,
        at now: Timestamp?
    ) async throws(BackendError) -> Bool? {
        guard let bounds = now.map(configuration.retention.bounds(at:)) else { return nil }
        let (isDue, count) = try await engine.ask { ledger in
            (ledger.hasJobs(past: bounds), ledger.endedCount)
        }
        guard isDue else { return nil }
        let isBehind = pruning.isBehind(count)
        let limit = isBehind ? Self.pruneCount.full : Self.pruneCount.gentle
        let pruned = try await engine.call(
            .ending,
            EventBounds.pruned(limit)
        ) { ledger, now, events in
            ledger.prune(bounds, limit: limit, at: now, into: &events)
        }
        pruning.add(pruned)
        report.change { $0.prunedCount += pruned }
        return isBehind
    }

    /// Compacts as long as too much of the log is dead.
    ///
    /// To retire a large segment in small pieces takes a minute. Meanwhile jobs end and the log
    /// grows, so that between the pieces the rest of upkeep goes on; until something of that fails,
    /// which is tried again, and told of, when its turn comes.
    func compact(
        _ pruning: inout Pruning,
        at now: () -> Timestamp?
    ) async throws(BackendError) {
        let policy = configuration.compaction.keeping(configuration.archive)
        var fails = false
        while !Task.isCancelled {
            let count = policy.count(of: try await compactor.segments())
            guard count > 0 else { return }
            var done = CompactionReport()
            defer { report.change { $0.compaction.add(done) } }
            do throws(BackendError) {
                try await compactor.retire(count, .gentle, &done) {
                    guard !fails else { return }
                    do throws(BackendError) {
                        try await prune(&pruning, at: now())
                        try await checkpoint()
                    } catch {
                        fails = true
                    }
                }
            } catch  where error.code == .storageFull {
                guard try await dropOldestArchive() else { throw error }
            }
        }
    }

    /// Takes a checkpoint, if it is time.
    func checkpoint() async throws(BackendError) {
        guard let entry = try await checkpointer.takeIfDue() else { return }
        report.change { report in
            report.checkpointCount += 1
            report.checkpointByteCount += entry.fileSize
        }
    }

    /// Drops archives that are too old, without a time none, or too large.
    func dropArchives(at now: Timestamp?) async throws(BackendError) {
        let archives = engine.catalog.history.archives
        try await drop(archives.prefix(configuration.archive.dropCount(of: archives, at: now)))
    }

    /// Gives up history for room on a full disk, if the policy bounds its bytes anyway.
    ///
    /// - Returns: Whether there was any.
    private func dropOldestArchive() async throws(BackendError) -> Bool {
        guard case .keep(_, .some) = configuration.archive else { return false }
        let oldest = engine.catalog.history.archives.prefix(1)
        try await drop(oldest)
        return !oldest.isEmpty
    }

    private func drop(_ archives: ArraySlice<ArchiveEntry>) async throws(BackendError) {
        guard let last = archives.last else { return }
        try await engine.edit(.drop(throughSegment: last.lastSegment))
        report.change { $0.droppedArchiveCount += archives.count }
    }
}

extension JobRetention {
    /// What is too old at a time.
    fileprivate func bounds(at now: Timestamp) -> PruneBounds {
        PruneBounds(
            succeededBefore: succeeded.map { now.advanced(by: .zero - $0) },
            discardedBefore: discarded.map { now.advanced(by: .zero - $0) },
            cancelledBefore: cancelled.map { now.advanced(by: .zero - $0) }
        )
    }
}

extension ArchivePolicy {
    /// How many of the oldest archives are to be dropped.
    func dropCount(of archives: [ArchiveEntry], at now: Timestamp?) -> Int {
        guard case .keep(let lasting, let bytesMax) = self else { return archives.count }
        var size = archives.reduce(0) { $0 + $1.fileSize }
        let bound = lasting.flatMap { lasting in now?.advanced(by: .zero - lasting) }
        return archives.prefix { archive in
            let isTooOld = bound.map { archive.newest < $0 } ?? false
            let isTooMuch = bytesMax.map { size > $0 } ?? false
            size -= archive.fileSize
            return isTooOld || isTooMuch
        }.count
    }
}
