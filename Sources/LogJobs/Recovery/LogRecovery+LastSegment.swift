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
        var scanner = try scanner(for: entry)
        defer { scanner.close() }
        appendSegment(scanner.header, scanner.fileSize)
        try fold(upTo: end.provenEnd, of: &scanner)
        let provenBaseline = ledger.baseline()
        // What nothing proves is logged again, in the next segment.
        if purpose == .writing { ledger.beginSegment() }
        let provenSegments = segments
        var unproven: [LoggedFrame] = []
        while scanner.offset < end.validEnd, case .frame(let frame) = try scanner.scan() {
            try fold(frame, of: &scanner)
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
        try finish(entry, end.validEnd, scanner.fileSize, scanner.header)
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

    mutating func fold(
        upTo end: UInt64,
        of scanner: inout SegmentScanner
    ) throws(LogStoreError) {
        while scanner.offset < end {
            guard case .frame(let frame) = try scanner.scan() else {
                throw scanner.damaged("it has changed while it was read")
            }
            try fold(frame, of: &scanner)
        }
    }
}
