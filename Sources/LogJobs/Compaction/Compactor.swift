import JobLedger
import LazyJobs

/// Retires the oldest segments of an open store; one task at a time.
struct Compactor: Sendable {
    let engine: LogEngine
    let archive: ArchivePolicy
    let clock: any JobClock

    /// What is known of every segment, the oldest first, the active one last.
    func segments() async throws(BackendError) -> [CompactionPolicy.Segment] {
        try await engine.segmentUses().map { use in
            CompactionPolicy.Segment(bytes: use.bytes, liveShare: use.liveShare)
        }
    }

    /// Retires so many of the oldest segments, in one archive; fewer if there are fewer but for the
    /// active one, only the oldest if the disk is full or has no room for the archive of all, and
    /// none when the task is cancelled meanwhile.
    ///
    /// - Parameters:
    ///   - count: How many segments.
    ///   - pace: How fast.
    ///   - report: Is told what was done.
    ///   - meanwhile: Is done after each piece.
    /// - Throws: What the writer answers, and `unavailable`, `corruption`, `storageFull` of files.
    func retire(
        _ count: Int,
        _ pace: RecordCarrier.Pace,
        _ report: inout CompactionReport,
        meanwhile: RecordCarrier.Meanwhile = {}
    ) async throws(BackendError) {
        // What is carried for many may use up what is kept back before any of them is gone.
        let count = engine.carryingRoom == nil ? count : min(count, 1)
        do throws(BackendError) {
            try await retireTogether(count, pace, &report, meanwhile)
        } catch  where error.code == .storageFull && count > 1 {
            // What it frees makes room for the next.
            try await retireTogether(1, pace, &report, meanwhile)
        }
    }

    private func retireTogether(
        _ count: Int,
        _ pace: RecordCarrier.Pace,
        _ report: inout CompactionReport,
        _ meanwhile: RecordCarrier.Meanwhile
    ) async throws(BackendError) {
        let targets = Array(engine.sealedSegments().prefix(count))
        guard let first = targets.first, let last = targets.last else { return }
        try expectRoomForArchive()
        try await expectRoomToCarry(first)
        let link = engine.catalog.history.link ?? HistoryChain(of: first.header.store).link
        let keeping: RetiringSegments.Keeping = archive == .delete ? .nothing : .archive
        let folder = engine.folder
        let retiring = try await engine.compacting { () throws(LogStoreError) in
            try RetiringSegments(targets, after: link, keeping: keeping, in: folder)
        }
        do throws(BackendError) {
            try await retire(targets, through: last, reading: retiring, pace, &report, meanwhile)
        } catch {
            await close(retiring)
            throw error
        }
        await close(retiring)
    }

    /// Ends a reading, away from Swift's own threads.
    private func close(_ retiring: RetiringSegments) async {
        do throws(LogStoreError) {
            try await engine.inBackground { () throws(LogStoreError) in retiring.close() }
        } catch {
            // It does not throw.
        }
    }

    private func retire(
        _ targets: [LogEngine.CompactionTarget],
        through last: LogEngine.CompactionTarget,
        reading retiring: RetiringSegments,
        _ pace: RecordCarrier.Pace,
        _ report: inout CompactionReport,
        _ meanwhile: RecordCarrier.Meanwhile
    ) async throws(BackendError) {
        var carrier = RecordCarrier(from: retiring, pace, engine, clock)
        guard let carriedThrough = try await carrier.carryAll(meanwhile) else { return }
        let damage = retiring.damage
        var history = try await engine.compacting { () throws(LogStoreError) in
            try retiring.finish()
        }
        if case .archived(var entry) = history {
            entry.carriedThrough = carriedThrough
            report.archivedByteCount += entry.fileSize
            history = .archived(entry)
        }
        try await engine.edit(
            .retire(
                ManifestEdit.Retirement(
                    segment: last.header.segment,
                    next: last.nextSequence,
                    carriedThrough: carriedThrough,
                    history: history,
                    damagedFiles: Set(damage.map(\.file))
                )
            )
        )
        report.damage += damage
        report.segmentCount += targets.count
        report.byteCount += targets.reduce(0) { $0 + $1.fileSize }
        report.carriedCount += carrier.carriedCount
    }

    private func expectRoomForArchive() throws(BackendError) {
        let count = engine.catalog.history.archives.count
        guard archive != .delete, count >= FormatLimits.archiveCountMax else { return }
        throw BackendError(
            .unavailable,
            "Could not compact the log: there are \(count) archives, as many as there may be. "
                + "Bound them with an archive policy, then try again."
        )
    }

    /// On a full disk, what cannot be carried to its end uses up what is kept back for nothing.
    private func expectRoomToCarry(
        _ target: LogEngine.CompactionTarget
    ) async throws(BackendError) {
        guard let room = engine.carryingRoom else { return }
        let size = try await engine.ask { $0.carriedSize(first: target.header.firstSequence) }
        guard size > room else { return }
        throw BackendError(
            .storageFull,
            "Could not compact the log: about \(size) bytes of its oldest segment are needed, and "
                + "on the full disk \(room) are left to copy them to. Free space, or cancel jobs, "
                + "then try again."
        )
    }
}
