public import LazyJobs

/// An archive: the events of retired segments.
public struct ArchiveSummary: Sendable, Hashable {
    /// The file's name in the store folder.
    public var fileName: String
    /// Its first event.
    public var firstSequence: SequenceNumber
    /// Its last event; one less than the first when it has none.
    public var lastSequence: SequenceNumber
    /// How many bytes the file has.
    public var fileSize: UInt64

    /// Describes an archive.
    public init(
        fileName: String,
        firstSequence: SequenceNumber,
        lastSequence: SequenceNumber,
        fileSize: UInt64
    ) {
        self.fileName = fileName
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.fileSize = fileSize
    }
}

/// A checkpoint: a state from which an opening may start.
public struct CheckpointSummary: Sendable, Hashable {
    /// The file's name in the store folder.
    public var fileName: String
    /// The last event whose effect is in it.
    public var sequence: SequenceNumber
    /// How many bytes the file has.
    public var fileSize: UInt64
    /// Why it could not be used, if that was tried; in words for people.
    public var failure: String?

    /// Describes a checkpoint.
    public init(
        fileName: String,
        sequence: SequenceNumber,
        fileSize: UInt64,
        failure: String? = nil
    ) {
        self.fileName = fileName
        self.sequence = sequence
        self.fileSize = fileSize
        self.failure = failure
    }
}

/// How much of a segment is needed; the rest is dead, and is given back by compaction.
public struct SegmentUse: Sendable, Hashable {
    /// About how many of its bytes are needed for the jobs in the index.
    public var liveByteCount: UInt64
    /// About how many are not.
    public var deadByteCount: UInt64
    /// How many jobs have their arguments in it.
    public var jobCount: Int

    /// Describes the use of a segment.
    public init(liveByteCount: UInt64, deadByteCount: UInt64, jobCount: Int) {
        self.liveByteCount = liveByteCount
        self.deadByteCount = deadByteCount
        self.jobCount = jobCount
    }
}

/// What keeps the oldest segment from being removed without copies.
public struct SegmentPins: Sendable, Hashable {
    /// The jobs that have their arguments in it, by state.
    public var byState: [JobState: Int]
    /// The job among them that was enqueued first.
    public var oldest: JobID?

    /// Describes what a segment is needed for.
    public init(byState: [JobState: Int] = [:], oldest: JobID? = nil) {
        self.byState = byState
        self.oldest = oldest
    }
}
