package import JobLedger
package import LazyJobs

/// Finds what verifies in a segment, with damage before, between and behind.
///
/// A frame verifies only at its own place in its own segment, so behind a damage the search goes on
/// at every place where a frame could begin. Whether frames follow each other is not asked here.
package struct SegmentSalvage: ~Copyable {
    /// A frame that verifies, all of it.
    package struct Frame {
        package var header: FrameHeader
        package var offset: UInt64
        package var end: UInt64
        package var events: [JobEvent] = []
        package var baseline: LedgerBaseline?
    }

    package enum Finding {
        case frame(Frame)
        case damage(Range<UInt64>, reason: String)
    }

    private let header: SegmentHeader
    private let end: UInt64
    private var offset = UInt64(SegmentHeader.size)
    private var window: FileWindow
    private var decoder: FrameDecoder

    /// Looks for frames up to where they end; to the end of the file when that is not known.
    ///
    /// - Parameters:
    ///   - header: The segment's.
    ///   - end: Where its frames end.
    ///   - folder: The store's.
    ///   - skipsUnreadable: Whether what the device cannot read is searched as if it were zeros.
    /// - Throws: `missingSegment`, `inputOutput`.
    package init(
        _ header: SegmentHeader,
        upTo end: UInt64?,
        in folder: StoreFolder,
        skipsUnreadable: Bool = false
    ) throws(LogStoreError) {
        self.header = header
        window = try FileWindow(
            header.segment.fileName,
            in: folder,
            skipsUnreadable: skipsUnreadable
        )
        self.end = min(end ?? .max, window.size)
        decoder = FrameDecoder(dictionary: header.dictionary)
    }

    var fileSize: UInt64 { window.size }

    /// Whether bytes are missing only because the device is away, and may be there again.
    var isInterrupted: Bool { window.hasSkipped && !window.isAnswering() }

    package func close() {
        window.close()
    }

    /// What comes next; `nil` when there are but zeros.
    package mutating func next() throws(LogStoreError) -> Finding? {
        guard offset < end else { return nil }
        guard let found = try head(at: offset) else { return try nextBehindDamage() }
        let frameEnd = offset + UInt64(found.frameLength(alignment: header.commitAlignment))
        guard frameEnd <= end else { return try nextBehindDamage() }
        let start = offset
        offset = frameEnd
        let stored = try stored(of: found, at: start)
        do throws(FormatError) {
            return .frame(try decode(found, stored, start..<frameEnd))
        } catch {
            return .damage(start..<frameEnd, reason: "\(error)")
        }
    }

    /// Looks for the next frame, eight bytes further each time: no alignment is smaller.
    private mutating func nextBehindDamage() throws(LogStoreError) -> Finding? {
        let start = offset
        var damageEnd: UInt64?
        while let place = try window.nextNonzeroWord(from: offset), place < end {
            if place > start, try isFrame(at: place) {
                offset = place
                return .damage(start..<place, reason: "no frame begins here")
            }
            damageEnd = min(place + 8, end)
            offset = place + 8
        }
        offset = end
        return damageEnd.map { .damage(start..<$0, reason: "no frame begins here") }
    }

    private mutating func isFrame(at place: UInt64) throws(LogStoreError) -> Bool {
        guard let found = try head(at: place) else { return false }
        let stored = try stored(of: found, at: place)
        do throws(FormatError) {
            try decoder.check(found, stored: stored)
            return true
        } catch {
            return false
        }
    }

    /// The header of a frame, if one stands there.
    private mutating func head(at place: UInt64) throws(LogStoreError) -> FrameHeader? {
        let bytes = try window.bytes(at: place, count: FrameHeader.size)
        do throws(FormatError) {
            return try FrameHeader(decoding: bytes, salt: header.salt, offset: place)
        } catch {
            return nil
        }
    }

    /// The payload and the padding; less at the end of the file.
    private mutating func stored(
        of frame: FrameHeader,
        at place: UInt64
    ) throws(LogStoreError) -> ArraySlice<UInt8> {
        let length = frame.frameLength(alignment: header.commitAlignment)
        return try window.bytes(
            at: place + UInt64(FrameHeader.size),
            count: length - FrameHeader.size
        )
    }

    private mutating func decode(
        _ header: FrameHeader,
        _ stored: ArraySlice<UInt8>,
        _ place: Range<UInt64>
    ) throws(FormatError) -> Frame {
        try decoder.check(header, stored: stored)
        var frame = Frame(header: header, offset: place.lowerBound, end: place.upperBound)
        switch header.kind {
        case .batch: frame.events = try decoder.events(header, stored: stored)
        case .baseline: frame.baseline = try decoder.baseline(header, stored: stored)
        case .watermark, .seal: break
        }
        return frame
    }
}
