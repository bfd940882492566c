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

    var compactor: Compactor {
        Compactor(engine: engine, archive: configuration.archive, clock: clock)
    }

    /// Prunes final jobs that are too old; none without a time.
    func prune(
        _ pruning: inout Pruning,
        at now: Timestamp?,
        _ report: inout UpkeepReport
    ) async throws(BackendError) {
        while !Task.isCancelled {
            let start = clock.uptime
            guard let isBehind = try await pruneSome(&pruning, at: now, &report) else { return }
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
        at now: Timestamp?,
        _ report: inout UpkeepReport
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
        report.prunedCount += pruned
        return isBehind
    }

    /// Compacts as long as too much of the log is dead.
    ///
    /// To retire a large segment in small pieces takes a minute. Meanwhile jobs end and the log
    /// grows, so that between the pieces the rest of upkeep goes on.
    func compact(
        _ pruning: inout Pruning,
        at now: () -> Timestamp?,
        _ report: inout UpkeepReport
    ) async throws(BackendError) {
        let policy = configuration.compaction.keeping(configuration.archive)
        while !Task.isCancelled {
            let segments = try await compactor.segments()
            let count = policy.count(of: segments)
            guard count > 0 else { return }
            let pace: Compactor.Pace = policy.isLate(segments) ? .full : .gentle
            var rest = UpkeepReport()
            defer { report.add(rest) }
            try await compactor.retire(count, pace, &report.compaction) {
                await keepOn(&pruning, at: now(), &rest)
            }
        }
    }

    /// Does some of the rest of upkeep, until something of it fails: it is tried again, and told
    /// of, when its turn comes.
    private func keepOn(
        _ pruning: inout Pruning,
        at now: Timestamp?,
        _ report: inout UpkeepReport
    ) async {
        guard report.failure == nil else { return }
        do throws(BackendError) {
            _ = try await pruneSome(&pruning, at: now, &report)
            try await checkpoint(&report)
        } catch {
            report.failure = error
        }
    }

    /// Takes a checkpoint, if it is time.
    func checkpoint(_ report: inout UpkeepReport) async throws(BackendError) {
        guard let entry = try await checkpointer.takeIfDue() else { return }
        report.checkpointCount += 1
        report.checkpointByteCount += entry.fileSize
    }

    /// Drops archives that are too old, without a time none, or too large.
    func dropArchives(
        at now: Timestamp?,
        _ report: inout UpkeepReport
    ) async throws(BackendError) {
        let archives = engine.catalog.history.archives
        let count = configuration.archive.dropCount(of: archives, at: now)
        guard count > 0 else { return }
        try await engine.edit(.drop(throughSegment: archives[count - 1].lastSegment))
        report.droppedArchiveCount += count
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
