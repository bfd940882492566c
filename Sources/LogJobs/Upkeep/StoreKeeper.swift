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
    func prune(at now: Timestamp?, _ report: inout UpkeepReport) async throws(BackendError) {
        guard let bounds = now.map(configuration.retention.bounds(at:)) else { return }
        var countAtFirst: Int?
        var prunedCount = 0
        while !Task.isCancelled {
            let start = clock.uptime
            let (isDue, count) = try await engine.ask { ledger in
                (ledger.hasJobs(past: bounds), ledger.endedCount)
            }
            guard isDue else { return }
            // At most half of what goes may come anew, or the rest of upkeep has to wait long.
            let isBehind = count + prunedCount / 2 > countAtFirst ?? count
            countAtFirst = countAtFirst ?? count
            let limit = isBehind ? Self.pruneCount.full : Self.pruneCount.gentle
            let pruned = try await engine.call(
                .ending,
                EventBounds.pruned(limit)
            ) { ledger, now, events in
                ledger.prune(bounds, limit: limit, at: now, into: &events)
            }
            prunedCount += pruned
            report.prunedCount += pruned
            if !isBehind { await clock.rest(for: clock.uptime - start) }
        }
    }

    /// Compacts as long as too much of the log is dead.
    func compact(_ report: inout UpkeepReport) async throws(BackendError) {
        let policy = CompactionPolicy()
        while !Task.isCancelled {
            let segments = try await compactor.segments()
            let count = policy.count(of: segments)
            guard count > 0 else { return }
            let pace: Compactor.Pace = policy.isLate(segments) ? .full : .gentle
            try await compactor.retire(count, pace, &report.compaction)
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
