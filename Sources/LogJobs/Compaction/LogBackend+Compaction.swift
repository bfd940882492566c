import JobLedger
public import LazyJobs

/// What a compaction has done.
public struct CompactionReport: Sendable, Hashable {
    /// How many segments were retired.
    public var segmentCount = 0
    /// The bytes of their files.
    public var byteCount: UInt64 = 0
    /// How many jobs were carried to the head of the log.
    public var carriedCount = 0

    /// Nothing was done.
    public init() {}
}

extension LogBackend {
    /// Gives back the space of what is not needed any more: copies the live jobs of the oldest
    /// segments to the head of the log, and removes those segments.
    ///
    /// The events in those segments are gone then: the histories of jobs that were carried begin
    /// later than they did, and those of pruned ones are lost. So this is not done by itself; copy
    /// the folder before if they are to be kept.
    ///
    /// Everything up to the newest segment with something dead in it is rewritten, the active one
    /// aside. Callers are served meanwhile. When it returns, the segments are gone, durably; when
    /// it fails or the process dies, nothing is lost, and what was done stays done.
    ///
    /// - Returns: What was done.
    /// - Throws: `corruption` with segment and byte when what is to be carried cannot be read;
    ///   `storageFull`, `poisoned`, `closed`, `outcomeUnknown` as an enqueue.
    /// - Complexity: O(n) in the bytes of those segments.
    public func compact() async throws(BackendError) -> CompactionReport {
        var report = CompactionReport()
        let accounts = try await engine.ask { $0.accounts.segments }
        let dead = accounts.dropLast().last { $0.liveWeight < $0.weight }
        guard let dead else { return report }
        while let target = engine.oldestSegment(), target.header.firstSequence <= dead.first {
            try await compact(target, &report)
        }
        return report
    }

    private func compact(
        _ target: LogEngine.CompactionTarget,
        _ report: inout CompactionReport
    ) async throws(BackendError) {
        let folder = engine.folder
        let id = target.header.segment
        let records = try await reading(id) { () throws(LogStoreError) in
            try SegmentRecords(id, validEnd: target.validEnd, in: folder)
        }
        var carriedThrough = SequenceNumber.zero
        while true {
            let copies = try await reading(id) { () throws(LogStoreError) in try records.next() }
            // With nothing left to judge, the state as it is now decides.
            let call = CarryCall(copies)
            try await engine.complete(.growth, call)
            carriedThrough = call.judgedThrough
            report.carriedCount += call.carriedCount
            if copies.isEmpty { break }
        }
        try await engine.retire(
            CommitMachine.Retirement(
                segment: id,
                next: target.nextSequence,
                carriedThrough: carriedThrough
            )
        )
        report.segmentCount += 1
        report.byteCount += target.validEnd
    }

    private func reading<Answer: Sendable>(
        _ id: SegmentID,
        _ body: @escaping @Sendable () throws(LogStoreError) -> Answer
    ) async throws(BackendError) -> Answer {
        do throws(LogStoreError) {
            return try await engine.readFiles(body)
        } catch {
            throw BackendError(
                error.code == .corruption ? .corruption : .unavailable,
                "Could not compact \(id.fileName): \(error.message)",
                cause: error
            )
        }
    }
}
