import JobLedger
import LazyJobs
import Synchronization

/// Reads the records of a sealed segment back, a few at a time, verifying all that it reads.
final class SegmentRecords: Sendable {
    /// More than a piece has, but for the last record in it.
    private static let pieceWeight = 64 << 10

    private let validEnd: UInt64
    private let reading: Mutex<Reading>

    private struct Reading: ~Copyable, Sendable {
        var scanner: SegmentScanner
        /// What was read and is not handed out yet.
        var copies: ArraySlice<JobRecordCopy> = []
    }

    /// Opens a segment, whose frames end where the segment after it says.
    init(
        _ id: SegmentID,
        validEnd: UInt64,
        in folder: StoreFolder
    ) throws(LogStoreError) {
        self.validEnd = validEnd
        reading = Mutex(Reading(scanner: try SegmentScanner(id, in: folder)))
    }

    deinit {
        reading.withLock { $0.scanner.close() }
    }

    /// The next records.
    ///
    /// - Returns: At least one; none at the end.
    func next() throws(LogStoreError) -> [JobRecordCopy] {
        try reading.withLock { reading throws(LogStoreError) in
            while reading.copies.isEmpty, reading.scanner.offset < validEnd {
                reading.copies = try Self.nextFrame(of: &reading.scanner)[...]
            }
            var weight = 0
            let piece = reading.copies.prefix { copy in
                defer { weight += copy.job.size }
                return weight < Self.pieceWeight
            }
            reading.copies = reading.copies.dropFirst(piece.count)
            return Array(piece)
        }
    }

    private static func nextFrame(
        of scanner: inout SegmentScanner
    ) throws(LogStoreError) -> [JobRecordCopy] {
        switch try scanner.scan() {
        case .frame(let frame):
            guard frame.header.kind == .batch else { return [] }
            return try scanner.events(of: frame).compactMap { JobRecordCopy($0) }
        case .blank: throw scanner.damaged("zeros where a frame should be")
        case .invalid(let reason): throw scanner.damaged(reason)
        }
    }
}
