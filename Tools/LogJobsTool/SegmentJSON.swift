import LazyJobs
import LogJobs

/// A segment in JSON.
struct SegmentJSON: Encodable {
    var segment: SegmentSummary

    private enum CodingKeys: String, CodingKey {
        case file, epoch
        case firstSequence = "first_sequence"
        case lastSequence = "last_sequence"
        case validEnd = "valid_end"
        case size, sealed
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
