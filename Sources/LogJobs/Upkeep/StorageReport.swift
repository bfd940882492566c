import JobLedger
public import LazyJobs

/// How much room a store takes, and how much of that it needs.
public struct StorageReport: Sendable, Hashable {
    /// The bytes in the segments that are ended; what is prepared for later is not among them.
    public var sealedByteCount: UInt64 = 0
    /// The bytes in the segment that is written.
    public var activeByteCount: UInt64 = 0
    /// About how many of both are needed for the jobs in the index.
    public var liveByteCount: UInt64 = 0
    /// How many segments there are.
    public var segmentCount = 0
    /// How many jobs hold the oldest segment, since their arguments stand in it.
    public var oldestSegmentJobCount = 0
    /// The bytes of all archives.
    public var archiveByteCount: UInt64 = 0
    /// How many archives there are.
    public var archiveCount = 0
    /// The bytes of commits that were written since the store was opened.
    public var writtenByteCount: UInt64 = 0

    /// An empty store.
    public init() {}
}

extension LogBackend {
    /// Says how much room the store takes; counted, not measured.
    ///
    /// - Throws: `poisoned`, `closed`.
    /// - Complexity: O(segments and archives); reads no file.
    public func storageReport() async throws(BackendError) -> StorageReport {
        let accounts = try await engine.ask { $0.accounts.segments }
        let sizes = engine.segmentSizes()
        let archives = engine.catalog.history.archives
        var report = StorageReport()
        report.sealedByteCount = sizes.dropLast().reduce(0, +)
        report.activeByteCount = sizes.last ?? 0
        let live = zip(accounts, sizes).reduce(0) { $0 + $1.0.liveShare * Double($1.1) }
        report.liveByteCount = UInt64(live)
        report.segmentCount = sizes.count
        report.oldestSegmentJobCount = accounts.first?.liveCount ?? 0
        report.archiveByteCount = archives.reduce(0) { $0 + $1.fileSize }
        report.archiveCount = archives.count
        report.writtenByteCount = engine.catalog.writtenByteCount
        return report
    }
}
