import JobLedger
import LazyJobs

/// Retires the oldest segments of an open store; one task at a time.
struct Compactor: Sendable {
    /// How fast it goes.
    enum Pace: Sendable {
        /// As fast as it can.
        case full
        /// In small pieces, resting after each for as long as it took.
        case gentle

        /// About how many bytes of records are copied at a time.
        fileprivate var pieceWeight: Int {
            switch self {
            case .full: 64 << 10
            case .gentle: 16 << 10
            }
        }
    }

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
        _ pace: Pace,
        _ report: inout CompactionReport,
        meanwhile: Meanwhile = {}
    ) async throws(BackendError) {
        // What is carried for many may use up what is kept back before any of them is gone.
        let count = engine.isFull ? min(count, 1) : count
        do throws(BackendError) {
            try await retireTogether(count, pace, &report, meanwhile)
        } catch  where error.code == .storageFull && count > 1 {
            // What it frees makes room for the next.
            try await retireTogether(1, pace, &report, meanwhile)
        }
    }

    /// What else is to be done while segments are retired.
    typealias Meanwhile = () async -> Void

    private func retireTogether(
        _ count: Int,
        _ pace: Pace,
        _ report: inout CompactionReport,
        _ meanwhile: Meanwhile
    ) async throws(BackendError) {
        let targets = Array(engine.sealedSegments().prefix(count))
        guard let first = targets.first, let last = targets.last else { return }
        try expectRoomForArchive()
        let link = engine.catalog.history.link ?? HistoryChain(of: first.header.store).link
        let keeping: RetiringSegments.Keeping = archive == .delete ? .nothing : .archive
        let folder = engine.folder
        let retiring = try await reading { () throws(LogStoreError) in
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
        _ pace: Pace,
        _ report: inout CompactionReport,
        _ meanwhile: Meanwhile
    ) async throws(BackendError) {
        var carriedCount = 0
        guard let carriedThrough = try await carry(from: retiring, pace, &carriedCount, meanwhile)
        else {
            return
        }
        let damage = retiring.damage
        var history = try await reading { () throws(LogStoreError) in try retiring.finish() }
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
        report.carriedCount += carriedCount
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

    /// Copies the live records forward.
    ///
    /// - Returns: The last event that was applied when the last of them was judged; `nil` if the
    ///   task was cancelled before.
    private func carry(
        from retiring: RetiringSegments,
        _ pace: Pace,
        _ carriedCount: inout Int,
        _ meanwhile: Meanwhile
    ) async throws(BackendError) -> SequenceNumber? {
        while !Task.isCancelled {
            let start = clock.uptime
            let copies = try await reading { () throws(LogStoreError) in
                try retiring.next(weightMax: pace.pieceWeight)
            }
            if copies.isEmpty { try await carryLost(retiring.damage, &carriedCount) }
            // With nothing left to judge, the state as it is now decides.
            let call = CarryCall(copies)
            try await engine.complete(.carrying, call)
            carriedCount += call.carriedCount
            if copies.isEmpty { return call.judgedThrough }
            await meanwhile()
            if pace == .gentle { await clock.rest(for: clock.uptime - start) }
        }
        return nil
    }

    /// Copies the state of jobs forward whose payloads cannot be read any more.
    private func carryLost(
        _ damage: [DamagedRange],
        _ carriedCount: inout Int
    ) async throws(BackendError) {
        for range in damage {
            let lost = try await engine.ask { ledger in
                ledger.lostRecords(from: range.firstSequence, through: range.lastSequence)
            }
            for start in stride(from: 0, to: lost.count, by: Self.lostCount) {
                let piece = lost[start..<min(start + Self.lostCount, lost.count)]
                let call = CarryCall(Array(piece))
                try await engine.complete(.carrying, call)
                carriedCount += call.carriedCount
            }
        }
    }

    /// How many jobs are carried at a time whose payloads are lost.
    private static let lostCount = 100

    private func reading<Answer: Sendable>(
        _ body: @escaping @Sendable () throws(LogStoreError) -> Answer
    ) async throws(BackendError) -> Answer {
        do throws(LogStoreError) {
            return try await engine.inBackground(body)
        } catch {
            let code: BackendError.Code =
                switch error.code {
                case .corruption: .corruption
                case .storageFull: .storageFull
                default: .unavailable
                }
            throw BackendError(code, "Could not compact the log: \(error.message)", cause: error)
        }
    }
}

extension JobClock {
    /// Sleeps; not at all in a task that is cancelled, which is to look for that itself.
    func rest(for duration: Duration) async {
        do { try await self.sleep(for: duration) } catch {}
    }
}
