import JobLedger
import LazyJobs

extension LogReader {
    /// The archives, the oldest first.
    public var archives: [ArchiveSummary] {
        walk.manifest.history.archives.map { entry in
            ArchiveSummary(
                fileName: entry.fileName,
                firstSequence: entry.firstSequence,
                lastSequence: entry.lastSequence,
                fileSize: entry.fileSize
            )
        }
    }

    /// The checkpoints, the oldest first.
    public var checkpoints: [CheckpointSummary] {
        walk.manifest.checkpoints.map { entry in
            CheckpointSummary(
                fileName: entry.fileName,
                sequence: entry.sequence,
                fileSize: entry.fileSize,
                failure: report.ignoredCheckpoints.first { $0.file == entry.fileName }?.reason
            )
        }
    }

    /// How much of each of ``segments`` is needed; counted, not measured.
    public var segmentUses: [SegmentUse] {
        let accounts = ledger.accounts.segments
        return segments.enumerated().map { index, segment in
            // One that is empty begins with the same event as the next.
            let isEmpty =
                index + 1 < segments.count
                && segments[index + 1].firstSequence == segment.firstSequence
            let account = isEmpty ? nil : accounts.last { $0.first == segment.firstSequence }
            let live = UInt64((account?.liveShare ?? 0) * Double(segment.validEnd))
            // What is prepared behind the end may be written to in the last one only.
            let isLast = index + 1 == segments.count
            let size = isLast ? segment.validEnd : segment.fileSize
            return SegmentUse(
                liveByteCount: live,
                deadByteCount: size - min(live, size),
                jobCount: account?.liveCount ?? 0
            )
        }
    }

    /// What keeps the oldest segment from being removed.
    ///
    /// - Complexity: O(n) in the jobs.
    public func oldestSegmentPins() -> SegmentPins {
        var pins = SegmentPins()
        guard let first = segments.first else { return pins }
        let end = segments.dropFirst().first?.firstSequence ?? report.lastSequence.next
        ledger.forEachImage { image in
            guard first.firstSequence <= image.payloadSequence, image.payloadSequence < end else {
                return
            }
            pins.byState[image.state, default: 0] += 1
            pins.oldest = min(pins.oldest ?? image.id, image.id)
        }
        return pins
    }
}
