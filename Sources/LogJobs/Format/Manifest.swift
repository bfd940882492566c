package import LazyJobs

/// The one file that says which segments count.
package struct Manifest: Hashable, Sendable {
    package static let fileName = "MANIFEST"
    /// No manifest is longer, zeros behind it aside.
    package static let sizeMax =
        fixedSize + FormatLimits.segmentCountMax * entrySize + retiredSize
        + ManifestHistory.size(archiveCount: FormatLimits.archiveCountMax)
        + checkpointsSize(FormatLimits.checkpointCountMax)

    package var store: StoreID
    /// How many manifests there have been, this one included.
    package var generation: UInt64
    package var epoch: UInt64
    package var nextSegment: SegmentID
    /// The first job id that has surely not been given out.
    package var jobIDEnd: JobID
    /// Every event with a smaller number is synced.
    package var durable: SequenceNumber
    /// Whether the store was closed in order.
    package var isClosed: Bool
    /// In order, the oldest first.
    package var segments: [SegmentEntry]
    /// Through this event those that are left of the jobs whose beginning was retired were carried.
    ///
    /// Zero while no segment was retired.
    package var carriedThrough: SequenceNumber
    /// What is known of retired segments.
    package var history: ManifestHistory
    /// The oldest first.
    package var checkpoints: [CheckpointEntry]
    package var features: FeatureBits

    package init(
        store: StoreID,
        generation: UInt64,
        epoch: UInt64,
        nextSegment: SegmentID,
        jobIDEnd: JobID,
        durable: SequenceNumber,
        isClosed: Bool,
        segments: [SegmentEntry],
        carriedThrough: SequenceNumber = .zero,
        history: ManifestHistory = ManifestHistory(),
        checkpoints: [CheckpointEntry] = [],
        features: FeatureBits = FeatureBits()
    ) {
        self.store = store
        self.generation = generation
        self.epoch = epoch
        self.nextSegment = nextSegment
        self.jobIDEnd = jobIDEnd
        self.durable = durable
        self.isClosed = isClosed
        self.segments = segments
        self.carriedThrough = carriedThrough
        self.history = history
        self.checkpoints = checkpoints
        self.features = features
    }

    /// How many bytes it takes.
    package var encodedSize: Int {
        Self.fixedSize + segments.count * Self.entrySize
            + (carriedThrough > .zero ? Self.retiredSize : 0)
            + (history.isEmpty ? 0 : ManifestHistory.size(archiveCount: history.archives.count))
            + (checkpoints.isEmpty ? 0 : Self.checkpointsSize(checkpoints.count))
    }

    package func encoded() -> [UInt8] {
        precondition(segments.count <= FormatLimits.segmentCountMax, "too many segments")
        precondition(history.archives.count <= FormatLimits.archiveCountMax, "too many archives")
        let own = ownFeatures
        var features = features
        features.incompatible |= own.incompatible
        features.readOnlyCompatible |= own.readOnlyCompatible
        features.compatible |= own.compatible
        let size = encodedSize
        var writer = ByteWriter(capacity: size)
        FileOpening.manifest.write(length: size, features: features, to: &writer)
        store.write(to: &writer)
        writer.append(fixed: generation)
        writer.append(fixed: epoch)
        writer.append(fixed: nextSegment.rawValue)
        writer.append(fixed: jobIDEnd.rawValue)
        writer.append(fixed: durable.rawValue)
        writer.append(fixed: UInt32(isClosed ? 1 : 0))
        writer.append(fixed: UInt32(segments.count))
        for segment in segments { segment.write(to: &writer) }
        if carriedThrough > .zero { writer.append(fixed: carriedThrough.rawValue) }
        if !history.isEmpty { history.write(to: &writer) }
        if !checkpoints.isEmpty {
            writer.append(fixed: UInt32(checkpoints.count))
            writer.append(fixed: UInt32(0))
            for checkpoint in checkpoints { checkpoint.write(to: &writer) }
        }
        writer.append(fixed: CRC32C.checksum(writer.bytes))
        return writer.bytes
    }

    /// The features that the content needs.
    private var ownFeatures: FeatureBits {
        FeatureBits(
            incompatible: carriedThrough > .zero ? Self.retired : 0,
            readOnlyCompatible: history.isEmpty ? 0 : Self.withHistory,
            compatible: checkpoints.isEmpty ? 0 : Self.withCheckpoints
        )
    }

    /// Reads a whole file.
    package init(decoding bytes: [UInt8]) throws(FormatError) {
        let length = try FileOpening.manifest.length(of: bytes[...])
        guard length >= Self.fixedSize, length <= Self.sizeMax, length <= bytes.count else {
            throw .damaged("the manifest is cut off")
        }
        var reader = ByteReader(bytes[(length - 4)..<length])
        guard try reader.fixed() == CRC32C.checksum(bytes[..<(length - 4)]) else {
            throw .damaged("the manifest does not match its checksum")
        }
        reader = ByteReader(bytes[length...])
        try reader.zeros("what stands behind the manifest")
        reader = ByteReader(bytes[..<(length - 4)])
        features = try FileOpening.manifest.features(from: &reader, known: Self.retired)
        let found = features
        features.incompatible &= ~Self.retired
        features.readOnlyCompatible &= ~Self.withHistory
        features.compatible &= ~Self.withCheckpoints
        store = try StoreID(from: &reader)
        generation = try reader.fixed()
        epoch = try reader.fixed()
        nextSegment = SegmentID(rawValue: try reader.fixed())
        jobIDEnd = JobID(rawValue: try reader.fixed())
        durable = SequenceNumber(rawValue: try reader.fixed())
        isClosed = try reader.flagWord()
        let count = Int(try reader.fixed(UInt32.self))
        guard count <= FormatLimits.segmentCountMax, count <= reader.remaining / Self.entrySize
        else {
            throw .damaged("the manifest's length does not fit its \(count) segments")
        }
        segments = []
        segments.reserveCapacity(count)
        for _ in 0..<count { segments.append(try SegmentEntry(from: &reader)) }
        carriedThrough = .zero
        history = ManifestHistory()
        checkpoints = []
        try readFeatures(found, from: &reader)
        if features.readOnlyCompatible == 0, features.compatible == 0 {
            try reader.end("the manifest")
        }
        try validate()
    }

    private mutating func readFeatures(
        _ found: FeatureBits,
        from reader: inout ByteReader
    ) throws(FormatError) {
        if found.incompatible & Self.retired != 0 {
            carriedThrough = SequenceNumber(rawValue: try reader.fixed())
            guard carriedThrough > .zero else {
                throw .damaged("nothing is carried, though segments were retired")
            }
        }
        if found.readOnlyCompatible & Self.withHistory != 0 {
            history = try ManifestHistory(from: &reader)
        }
        // What an unknown feature adds stands before the checkpoints.
        guard found.compatible & Self.withCheckpoints != 0, features.readOnlyCompatible == 0 else {
            return
        }
        let count = Int(try reader.fixed(UInt32.self))
        try reader.zeros(4, "a reserved word")
        guard (1...FormatLimits.checkpointCountMax).contains(count) else {
            throw .damaged("the manifest names \(count) checkpoints")
        }
        for _ in 0..<count { checkpoints.append(try CheckpointEntry(from: &reader)) }
        guard zip(checkpoints, checkpoints.dropFirst()).allSatisfy({ $0.sequence < $1.sequence })
        else { throw .damaged("the manifest's checkpoints are out of order") }
    }

    private func validate() throws(FormatError) {
        var last =
            history.archives.last?.lastSegment ?? history.dropped?.lastSegment
            ?? SegmentID(rawValue: 0)
        for segment in segments {
            guard last < segment.id, segment.id < nextSegment else {
                throw .damaged("the manifest's segments are out of order")
            }
            last = segment.id
        }
    }

    /// An incompatible feature: the oldest segments were retired.
    private static let retired: UInt64 = 1
    /// A read-only compatible feature: there is history beside the segments.
    private static let withHistory: UInt64 = 1
    /// A compatible feature.
    private static let withCheckpoints: UInt64 = 1
    private static let retiredSize = 8

    private static func checkpointsSize(_ count: Int) -> Int { 8 + count * CheckpointEntry.size }
    private static let fixedSize = 108
    private static let entrySize = 40
}

/// A segment that counts.
package struct SegmentEntry: Hashable, Sendable {
    package var id: SegmentID
    package var firstSequence: SequenceNumber
    /// One less than the first while it is not known.
    package var lastSequence: SequenceNumber
    /// Where its valid frames end; 0 while it is written.
    package var validEnd: UInt64
    /// Whether it ends with a seal.
    package var isSealed: Bool

    package init(
        id: SegmentID,
        firstSequence: SequenceNumber,
        lastSequence: SequenceNumber,
        validEnd: UInt64,
        isSealed: Bool
    ) {
        self.id = id
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.validEnd = validEnd
        self.isSealed = isSealed
    }

    fileprivate func write(to writer: inout ByteWriter) {
        writer.append(fixed: id.rawValue)
        writer.append(fixed: firstSequence.rawValue)
        writer.append(fixed: lastSequence.rawValue)
        writer.append(fixed: validEnd)
        writer.append(fixed: UInt32(isSealed ? 1 : 0))
        writer.append(fixed: UInt32(0))
    }

    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        id = SegmentID(rawValue: try reader.fixed())
        firstSequence = SequenceNumber(rawValue: try reader.fixed())
        lastSequence = SequenceNumber(rawValue: try reader.fixed())
        validEnd = try reader.fixed()
        isSealed = try reader.flagWord()
        try reader.zeros(4, "a segment's reserved word")
        guard firstSequence > .zero, lastSequence.next >= firstSequence else {
            throw .damaged("the sequence numbers of segment \(id) are impossible")
        }
    }
}

extension ByteReader {
    /// A word of flags of which only the lowest has a meaning.
    fileprivate mutating func flagWord() throws(FormatError) -> Bool {
        let word: UInt32 = try fixed()
        guard word <= 1 else { throw .damaged("unknown flags 0x\(String(word, radix: 16))") }
        return word == 1
    }
}
