import LazyJobs

/// Where the log ends, and how far it is proven.
///
/// A checksum alone cannot tell an unfinished write from rot: something later has to testify that
/// the bytes had been durable. Each frame says up to which event everything had been synced before
/// it was written; so does the manifest. What nothing testifies to was never acknowledged as
/// durable.
struct LogEnd: Sendable {
    /// Behind the last frame that verifies.
    private(set) var validEnd: UInt64
    /// Behind the last frame that is proven to be on the device.
    ///
    /// A watermark or a seal proves what stands before it, and nothing proves itself: written, and
    /// not synced, it may be gone after the next loss of power. So the end is before it, unless the
    /// manifest says that it was synced.
    private(set) var provenEnd: UInt64
    private(set) var tornTail: RecoveryReport.TornTail?

    /// Scans the last segment to its end.
    static func find(
        _ scanner: consuming SegmentScanner,
        entry: SegmentEntry,
        manifestDurable: SequenceNumber,
        purpose: LogRecovery.Purpose
    ) throws(LogStoreError) -> LogEnd {
        defer { scanner.close() }
        var frames: [ScannedFrame] = []
        var reason = try scan(&scanner, &frames)
        var behind = try scanner.durableBehindEnd()
        if purpose == .reading {
            // A writer may have gone on meanwhile. It writes each frame before the next, so what
            // is behind an end that has moved is no evidence against it.
            while max(behind ?? .zero, scanner.durable) > scanner.next {
                let end = scanner.offset
                scanner.refresh()
                reason = try scan(&scanner, &frames)
                if scanner.offset == end { break }
                behind = try scanner.durableBehindEnd()
            }
        }
        let wanted = reason ?? "zeros where a frame should be"
        if entry.isSealed {
            // A segment that the manifest calls ended must be whole up to that end.
            guard scanner.offset == entry.validEnd, scanner.next == entry.lastSequence.next else {
                throw scanner.damaged(wanted)
            }
        }
        let durable = max(manifestDurable, scanner.durable, behind ?? .zero)
        guard durable <= scanner.next else {
            let last = durable.rawValue - 1
            throw scanner.damaged("\(wanted); events \(scanner.next) to \(last) had been durable")
        }
        return LogEnd(
            scanner,
            frames,
            isSealed: entry.isSealed,
            durable: durable,
            reason: behind == nil ? reason : wanted
        )
    }

    /// The frames of the last segment, without their payloads.
    private typealias ScannedFrame = (header: FrameHeader, end: UInt64)

    /// Reads on to where there is no frame.
    ///
    /// - Returns: What is wrong there; `nil` when nothing was ever written there.
    private static func scan(
        _ scanner: inout SegmentScanner,
        _ frames: inout [ScannedFrame]
    ) throws(LogStoreError) -> String? {
        while true {
            switch try scanner.scan() {
            case .frame(let frame): frames.append((frame.header, frame.end))
            case .blank: return nil
            case .invalid(let reason): return reason
            }
        }
    }

    private init(
        _ scanner: borrowing SegmentScanner,
        _ frames: [ScannedFrame],
        isSealed: Bool,
        durable: SequenceNumber,
        reason: String?
    ) {
        let proven = frames.prefix { $0.header.nextSequence <= durable }
        let last = proven.last { [.batch, .baseline].contains($0.header.kind) }
        validEnd = scanner.offset
        provenEnd = last?.end ?? UInt64(SegmentHeader.size)
        if isSealed { provenEnd = scanner.offset }
        if let reason {
            tornTail = RecoveryReport.TornTail(
                segment: scanner.fileName,
                offset: scanner.offset,
                reason: reason
            )
        }
    }
}
