import CLogJobs
package import LazyJobs
import Synchronization

/// The frames of a segment up to a place, in order, where nothing but frames may be.
///
/// Those of a long segment are read, verified and inflated on a thread of their own, while the
/// caller decodes the ones before and makes something of them: half of a replay is done there.
/// What is given does not depend on it: an error comes behind all frames that are before it.
///
/// Invariants: who holds `state` never waits for anything; behind ``close()`` nothing is read, and
/// the file is closed.
package final class SegmentFrames: Sendable {
    /// Some frames, or why there are no more.
    fileprivate typealias Piece = Result<[VerifiedFrame], LogStoreError>

    private struct State {
        /// Behind the last frame that was given.
        var offset: UInt64
        /// The piece that is given out, backwards.
        var rest: [VerifiedFrame] = []
        var failure: LogStoreError?

        mutating func takeFrame() -> VerifiedFrame? {
            guard let frame = rest.popLast() else { return nil }
            offset = frame.end
            return frame
        }

        mutating func begin(_ piece: Piece) throws(LogStoreError) -> VerifiedFrame? {
            switch piece {
            case .success(let frames): rest = frames.reversed()
            case .failure(let error):
                failure = error
                throw error
            }
            return takeFrame()
        }
    }

    /// How long the frames must be for another thread to be worth while.
    private static let aheadMin: UInt64 = 1 << 20

    package let header: SegmentHeader
    /// The file that is read.
    package let fileName: String
    package let fileSize: UInt64

    private let reader: VerifiedFrameReader
    /// What is read ahead; `nil` when each frame is read as it is asked for.
    private let pieces: ReadAhead<Piece>?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - scanner: The segment, before its first frame.
    ///   - end: Where the frames end.
    ///   - known: The last event that the caller knows: batches up to it are not inflated.
    ///   - readsAhead: Whether another thread is used; `nil` where it pays.
    package init(
        _ scanner: consuming SegmentScanner,
        upTo end: UInt64,
        known: SequenceNumber = .zero,
        readsAhead: Bool? = nil
    ) {
        header = scanner.header
        fileName = scanner.fileName
        fileSize = scanner.fileSize
        state = Mutex(State(offset: scanner.offset))
        let reader = VerifiedFrameReader(scanner, upTo: end, known: known)
        self.reader = reader
        let pays = end > Self.aheadMin && clogjobs_processors() > 1
        pieces =
            readsAhead ?? pays
            ? ReadAhead("LogJobs.frames") { reader.readPieces($0) } : nil
    }

    /// Behind the last frame that was given.
    package var offset: UInt64 { state.withLock(\.offset) }

    /// The next frame; `nil` behind the last.
    package func next() throws(LogStoreError) -> VerifiedFrame? {
        if let frame = state.withLock({ $0.takeFrame() }) { return frame }
        guard offset < reader.end else { return nil }
        guard let pieces else {
            let frame = try reader.next()
            state.withLock { $0.offset = frame.end }
            return frame
        }
        if let failure = state.withLock(\.failure) { throw failure }
        let piece = pieces.next()
        return try state.withLock { state throws(LogStoreError) in try state.begin(piece) }
    }

    /// The error for bytes that were durable and do not verify.
    package func damaged(_ reason: String, at place: UInt64? = nil) -> LogStoreError {
        .corruption(reason, file: fileName, offset: place ?? offset)
    }

    /// Ends the reading, wherever it is, and closes the file; once, and last.
    package func close() {
        pieces?.close()
        reader.close()
    }
}

/// Reads and verifies the frames of a segment, and inflates them; who holds `scanner` reads.
private final class VerifiedFrameReader: Sendable {
    private static let pieceEventCount = 512
    private static let pieceFrameCount = 64

    let end: UInt64
    private let known: SequenceNumber
    private let scanner: Mutex<SegmentScanner>

    init(_ scanner: consuming SegmentScanner, upTo end: UInt64, known: SequenceNumber) {
        (self.end, self.known) = (end, known)
        self.scanner = Mutex(scanner)
    }

    func close() {
        scanner.withLock { $0.close() }
    }

    func next() throws(LogStoreError) -> VerifiedFrame {
        try scanner.withLock { scanner throws(LogStoreError) in try next(&scanner) }
    }

    func readPieces(_ put: ReadAhead<SegmentFrames.Piece>.Put) {
        scanner.withLock { scanner in
            while scanner.offset < end {
                let (frames, error) = readPiece(&scanner)
                guard frames.isEmpty || put(.success(frames)) else { return }
                if let error {
                    _ = put(.failure(error))
                    return
                }
            }
        }
    }

    private func readPiece(
        _ scanner: inout SegmentScanner
    ) -> (frames: [VerifiedFrame], error: LogStoreError?) {
        var frames: [VerifiedFrame] = []
        var eventCount = 0
        while scanner.offset < end, eventCount < Self.pieceEventCount,
            frames.count < Self.pieceFrameCount
        {
            do throws(LogStoreError) {
                let frame = try next(&scanner)
                eventCount += frame.header.eventCount
                frames.append(frame)
            } catch {
                return (frames, error)
            }
        }
        return (frames, nil)
    }

    private func next(_ scanner: inout SegmentScanner) throws(LogStoreError) -> VerifiedFrame {
        switch try scanner.scan() {
        case .blank: throw scanner.damaged("zeros where a frame should be")
        case .invalid(let reason): throw scanner.damaged(reason)
        case .frame(let frame):
            switch frame.header.kind {
            case .watermark, .seal:
                return VerifiedFrame(frame, .nothing)
            case .baseline:
                return VerifiedFrame(frame, .baseline(try scanner.baseline(of: frame)))
            case .batch where frame.header.nextSequence <= known.next:
                return VerifiedFrame(frame, .nothing)
            case .batch:
                return VerifiedFrame(frame, .events(try scanner.eventBlocks(of: frame)))
            }
        }
    }
}
