import LazyJobs
import LogJobs

/// A segment in JSON.
struct SegmentJSON: Encodable {
    var segment: SegmentSummary
    var use: SegmentUse?

    private enum CodingKeys: String, CodingKey {
        case file, epoch
        case firstSequence = "first_sequence"
        case lastSequence = "last_sequence"
        case validEnd = "valid_end"
        case size, sealed
        case liveBytes = "live_bytes"
        case deadBytes = "dead_bytes"
        case jobs
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(segment.fileName, forKey: .file)
        try container.encode(segment.epoch, forKey: .epoch)
        try container.encode(segment.firstSequence.rawValue, forKey: .firstSequence)
        try container.encode(segment.lastSequence.rawValue, forKey: .lastSequence)
        try container.encode(segment.validEnd, forKey: .validEnd)
        try container.encode(segment.fileSize, forKey: .size)
        try container.encode(segment.isSealed, forKey: .sealed)
        try container.encodeIfPresent(use?.liveByteCount, forKey: .liveBytes)
        try container.encodeIfPresent(use?.deadByteCount, forKey: .deadBytes)
        try container.encodeIfPresent(use?.jobCount, forKey: .jobs)
    }
}

/// An archive in JSON.
struct ArchiveJSON: Encodable {
    var file: String
    var firstSequence: UInt64
    var lastSequence: UInt64
    var size: UInt64

    private enum CodingKeys: String, CodingKey {
        case file, size
        case firstSequence = "first_sequence"
        case lastSequence = "last_sequence"
    }

    init(_ archive: ArchiveSummary) {
        file = archive.fileName
        firstSequence = archive.firstSequence.rawValue
        lastSequence = archive.lastSequence.rawValue
        size = archive.fileSize
    }
}

/// A checkpoint in JSON.
struct CheckpointJSON: Encodable {
    var file: String
    var sequence: UInt64
    var time: String?
    var size: UInt64
    var failure: String?

    init(_ checkpoint: StoreInfo.Checkpoint) {
        file = checkpoint.summary.fileName
        sequence = checkpoint.summary.sequence.rawValue
        time = checkpoint.time.map { RFC3339.string(from: $0) }
        size = checkpoint.summary.fileSize
        failure = checkpoint.summary.failure
    }
}

/// What keeps a segment, in JSON.
struct PinsJSON: Encodable {
    var byState: [String: Int]
    var job: JobID?

    private enum CodingKeys: String, CodingKey {
        case byState = "by_state"
        case job
    }

    init(_ pins: SegmentPins) {
        byState = Dictionary(pins.byState.map { ($0.key.rawValue, $0.value) }) { $1 }
        job = pins.oldest
    }
}

/// A torn tail in JSON.
struct TornTailJSON: Encodable {
    var file: String
    var offset: UInt64
    var reason: String

    init(_ tail: RecoveryReport.TornTail) {
        file = tail.segment
        offset = tail.offset
        reason = tail.reason
    }
}

extension RecoveryReport.TornTail {
    /// Where it is and why, on one line.
    var text: String {
        "\(PlainText.escaped(segment)) at byte \(offset): \(PlainText.escaped(reason))"
    }
}
