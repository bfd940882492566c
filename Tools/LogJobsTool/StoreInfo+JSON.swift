import LazyJobs
import LogJobs

extension StoreInfo: Encodable {
    private enum CodingKeys: String, CodingKey {
        case folder, epoch, closed
        case lastSequence = "last_sequence"
        case tornTail = "torn_tail"
        case segments, archives, checkpoints, stats, schedules
        case oldestSegment = "oldest_segment"
        case oldestEvent = "oldest_event"
        case statesSince = "states_since"
        case pausedQueues = "paused_queues"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(folder, forKey: .folder)
        try container.encode(report.epoch, forKey: .epoch)
        try container.encode(report.wasClosed, forKey: .closed)
        try container.encode(report.lastSequence.rawValue, forKey: .lastSequence)
        try container.encodeIfPresent(report.tornTail.map(TornTailJSON.init), forKey: .tornTail)
        try container.encode(oldestEvent.rawValue, forKey: .oldestEvent)
        try container.encode(statesSince.rawValue, forKey: .statesSince)
        let segments = segments.enumerated().map { index, segment in
            SegmentJSON(segment: segment, use: index < uses.count ? uses[index] : nil)
        }
        try container.encode(segments, forKey: .segments)
        try container.encode(archives.map(ArchiveJSON.init), forKey: .archives)
        try container.encode(checkpoints.map(CheckpointJSON.init), forKey: .checkpoints)
        try container.encodeIfPresent(pins.map(PinsJSON.init), forKey: .oldestSegment)
        try container.encode(stats, forKey: .stats)
        try container.encode(schedules, forKey: .schedules)
        try container.encode(pausedQueues, forKey: .pausedQueues)
    }
}
