public import LazyJobs

/// How much room a store takes, and how much of that it needs.
public struct StorageReport: Sendable, Hashable {
    /// The bytes of the segments that are ended, with the zeros that processes which died have left
    /// in theirs; segments that are prepared for later are not among them.
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
        let uses = try await engine.segmentUses()
        let archives = engine.catalog.history.archives
        var report = StorageReport()
        report.sealedByteCount = uses.dropLast().reduce(0) { $0 + $1.bytes }
        report.activeByteCount = uses.last?.bytes ?? 0
        report.liveByteCount = UInt64(uses.reduce(0) { $0 + $1.liveShare * Double($1.bytes) })
        report.segmentCount = uses.count
        report.oldestSegmentJobCount = uses.first?.liveCount ?? 0
        report.archiveByteCount = archives.reduce(0) { $0 + $1.fileSize }
        report.archiveCount = archives.count
        report.writtenByteCount = engine.catalog.writtenByteCount
        return report
    }
}
