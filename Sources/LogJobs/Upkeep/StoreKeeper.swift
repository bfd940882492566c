import JobLedger
import LazyJobs

/// The single pieces of upkeep; one task at a time.
struct StoreKeeper: Sendable {
    let engine: LogEngine
    let configuration: LogBackend.Configuration
    let clock: any JobClock
    let checkpointer: Checkpointer
    let report = RunningReport()
    private let rest = CompactionRest()

    private func compactor(_ archive: ArchivePolicy) -> Compactor {
        Compactor(engine: engine, archive: archive, clock: clock)
    }

    /// Prunes the final jobs that are too old at a time; none without one.
    func prune(_ pruning: inout Pruning, at now: Timestamp?) async throws(BackendError) {
        guard let bounds = now.map(configuration.retention.bounds(at:)) else { return }
        while !Task.isCancelled {
            let start = clock.uptime
            let limit = pruning.limit
            let (count, left) = try await engine.call(
                .pruning,
                needs: { $0.hasJobs(past: bounds) ? EventBounds.pruned(limit) : .none }
            ) { ledger, now, events in
                (ledger.prune(bounds, limit: limit, at: now, into: &events), ledger.endedCount)
            }
            report.change { $0.prunedCount += count }
            pruning.add(count, left: left)
            guard count == limit else { return }
            if !pruning.isBehind { await clock.rest(for: clock.uptime - start) }
        }
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
        if engine.carryingRoom != nil, let refusal = rest.refusal(at: clock.uptime) {
            throw refusal
        }
        let compactor = compactor(configuration.archive)
        let policy = configuration.compaction.keeping(configuration.archive)
        var fails = false
        while !Task.isCancelled {
            let segments = try await compactor.segments()
            let isFull = engine.carryingRoom != nil
            let count = isFull ? policy.countWhenFull(of: segments) : policy.count(of: segments)
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
                try await dropArchives(at: now())
            } catch  where error.code == .storageFull {
                guard givesUpHistory else {
                    rest.begin(at: clock.uptime, error)
                    throw error
                }
                try await giveUpHistory(&done)
            }
        }
    }

    /// Compacts all up to the newest segment with something dead in it, as fast as it can, until
    /// that is done or it is told to stop.
    func compactAll(
        until isStopped: () -> Bool,
        progress: (Double) -> Void
    ) async throws(BackendError) -> CompactionReport {
        let compactor = compactor(configuration.archive)
        let policy = configuration.compaction.keeping(configuration.archive)
        let segments = try await compactor.segments()
        guard let last = segments.dropLast().lastIndex(where: { $0.liveShare < 1 }) else {
            return CompactionReport()
        }
        let targets = segments[...last]
        var done = CompactionReport()
        while done.segmentCount < targets.count, !Task.isCancelled, !isStopped() {
            let rest = targets.dropFirst(done.segmentCount)
            do throws(BackendError) {
                try await compactor.retire(policy.batch(of: rest), .full, &done)
                guard targets.count - done.segmentCount < rest.count else { break }
            } catch  where error.code == .storageFull && givesUpHistory {
                try await giveUpHistory(&done)
            }
            progress(min(1, Double(done.segmentCount) / Double(targets.count)))
        }
        return done
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

    /// Whether history makes room on a full disk: where it is bounded in bytes anyway.
    private var givesUpHistory: Bool {
        if case .keep(_, .some) = configuration.archive { true } else { false }
    }

    /// Makes room on a full disk: drops the oldest archive, and without any, retires the
    /// oldest segment into none.
    private func giveUpHistory(_ done: inout CompactionReport) async throws(BackendError) {
        let oldest = engine.catalog.history.archives.prefix(1)
        try await drop(oldest)
        if oldest.isEmpty { try await compactor(.delete).retire(1, .full, &done) }
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
