public import LazyJobs

/// What an open found in the log, and what it did about it.
public struct RecoveryReport: Sendable, Hashable {
    /// The number of this open for writing, from 1; for a read-only open that of the last one.
    public var epoch: UInt64 = 0
    /// How many segments were read.
    public var segmentCount = 0
    /// How many frames, those without events among them.
    public var frameCount = 0
    /// How many events.
    public var eventCount = 0
    /// How many bytes of segments were read and verified.
    public var byteCount: UInt64 = 0
    /// How long it took, by the clock that was given.
    public var duration: Duration = .zero
    /// The newest event that was found; zero in a new store.
    public var lastSequence: SequenceNumber = .zero
    /// Whether the store had been closed in order.
    public var wasClosed = false
    /// The unfinished end of the log that was cut off, if there was one: expected after a crash,
    /// and never acknowledged to anyone.
    public var tornTail: TornTail?
    /// How many events at the end of the log nothing proved to be on the device; an open for
    /// writing has written and synced them again.
    public var unprovenEventCount = 0
    /// How many running jobs of a process that died were offered again.
    public var rescuedCount = 0
    /// How many running jobs of a process that died were out of attempts, and are discarded.
    public var discardedCount = 0

    /// The checkpoint that the reading began with, by the last event in it; `nil` when the whole
    /// log was read, or folded.
    ///
    /// What is counted above is what was read behind it.
    public var checkpoint: SequenceNumber?
    /// The checkpoints that could not be used, which has cost nothing but time; each with the
    /// reason, in words for people.
    public var ignoredCheckpoints: [IgnoredFile] = []
    /// The links of the chain of digests, the oldest first; only a verification has them.
    public var links: [HistoryLink] = []
    /// When a job was changed last, if one is there.
    package var lastChange: Timestamp?

    /// Makes an empty report.
    public init() {}

    /// A file that could be done without.
    public struct IgnoredFile: Sendable, Hashable {
        /// The file's name.
        public var file: String
        /// Why it was not used.
        public var reason: String

        /// Describes a file.
        public init(file: String, reason: String) {
            self.file = file
            self.reason = reason
        }
    }

    /// Where the log ends in the middle of a write.
    public struct TornTail: Sendable, Hashable {
        /// The file name of the segment.
        public var segment: String
        /// Where the unfinished write begins.
        public var offset: UInt64
        /// Why it is not a frame, in words for people.
        public var reason: String

        /// Describes a torn tail.
        public init(segment: String, offset: UInt64, reason: String) {
            self.segment = segment
            self.offset = offset
            self.reason = reason
        }
    }
}

/// One file of the log.
public struct SegmentSummary: Sendable, Hashable {
    /// The file's name in the store folder.
    public var fileName: String
    /// The number of the open that made it.
    public var epoch: UInt64
    /// The first event it may hold.
    public var firstSequence: SequenceNumber
    /// The last event it holds; the one before ``firstSequence`` when it holds none.
    public var lastSequence: SequenceNumber
    /// Where its valid bytes end.
    public var validEnd: UInt64
    /// How many bytes the file has, what is prepared for later writes among them.
    public var fileSize: UInt64
    /// Whether nothing will be written to it any more.
    public var isSealed: Bool

    /// Describes a segment.
    public init(
        fileName: String,
        epoch: UInt64,
        firstSequence: SequenceNumber,
        lastSequence: SequenceNumber,
        validEnd: UInt64,
        fileSize: UInt64,
        isSealed: Bool
    ) {
        self.fileName = fileName
        self.epoch = epoch
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.validEnd = validEnd
        self.fileSize = fileSize
        self.isSealed = isSealed
    }
}
