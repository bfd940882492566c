import JobLedger
import LazyJobs

extension LogRecovery {
    consuming func foldLast(_ entry: SegmentEntry) throws(LogStoreError) -> RecoveredLog {
        let end = try LogEnd.find(
            try scanner(for: entry),
            entry: entry,
            manifestDurable: manifest.durable,
            purpose: purpose
        )
        report.tornTail = end.tornTail
        let frames = try frames(of: entry, upTo: end.validEnd)
        defer { frames.close() }
        appendSegment(frames.header, frames.fileSize)
        while frames.offset < end.provenEnd, let frame = try frames.next() {
            try fold(frame, of: frames)
        }
        let provenBaseline = ledger.baseline()
        // What nothing proves is logged again, in the next segment.
        if purpose == .writing { ledger.beginSegment() }
        let provenSegments = segments
        var unproven: [LoggedFrame] = []
        while let frame = try frames.next() {
            try fold(frame, of: frames)
            guard frame.header.kind == .batch else { continue }
            report.unprovenEventCount += frame.header.eventCount
            unproven.append(
                LoggedFrame(
                    payload: FramePayload(frame.header, stored: frame.stored),
                    firstSequence: frame.header.firstSequence,
                    seconds: frame.header.seconds
                )
            )
        }
        try finish(entry, end.validEnd, frames.fileSize, frames.header)
        ledger.endFold()
        report.lastChange = ledger.lastChange
        return RecoveredLog(
            manifest: manifest,
            ledger: ledger,
            provenBaseline: provenBaseline,
            provenEnd: end.provenEnd,
            unproven: unproven,
            segments: purpose == .writing ? provenSegments : segments,
            summaries: summaries,
            report: report
        )
    }
}
