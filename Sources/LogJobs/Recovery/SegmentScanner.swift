package import JobLedger
package import LazyJobs

/// Reads the frames of one segment in order, and tells where they end.
///
/// One scanner serves start, tool and verification, so that none accepts what another refuses.
/// Nothing is believed before it is verified: a header's lengths after its checksum, a payload
/// after its own.
package struct SegmentScanner: ~Copyable, Sendable {
    /// A frame that verifies and follows the one before it.
    package struct Frame: Sendable {
        package var header: FrameHeader
        package var offset: UInt64
        /// The payload and the padding.
        package var stored: ArraySlice<UInt8>
        /// Where the next frame begins.
        package var end: UInt64
    }

    /// What stands where a frame could begin.
    package enum Finding: Sendable {
        case frame(Frame)
        /// Zeros, or the end of the file: nothing was ever written there.
        case blank
        /// Something that is no frame, in words for people.
        case invalid(String)
    }

    package let header: SegmentHeader
    /// The file that is read, whichever segment its header claims to be.
    package let fileName: String
    package let fileSize: UInt64
    /// Where the next frame begins.
    package private(set) var offset = UInt64(SegmentHeader.size)
    /// The number of the next event.
    package private(set) var next: SequenceNumber
    /// What the frames so far prove: every event with a smaller number was synced.
    package private(set) var durable: SequenceNumber
    package private(set) var isSealed = false

    private var link: UInt32 = 0
    private var window: FileWindow
    private var decoder: FrameDecoder

    /// Reads and verifies the header of a segment.
    package init(_ id: SegmentID, in folder: StoreFolder) throws(LogStoreError) {
        let window = try FileWindow(id.fileName, in: folder)
        let header: SegmentHeader
        do throws(LogStoreError) {
            header = try Self.header(in: window, id)
        } catch {
            window.close()
            throw error
        }
        self.header = header
        fileName = id.fileName
        self.window = window
        fileSize = window.size
        next = header.firstSequence
        durable = header.firstSequence
        decoder = FrameDecoder(dictionary: header.dictionary)
    }

    private static func header(
        in window: FileWindow,
        _ id: SegmentID
    ) throws(LogStoreError) -> SegmentHeader {
        let bytes = try window.bytesUncached(at: 0, count: SegmentHeader.size)
        do throws(FormatError) {
            return try SegmentHeader(decoding: bytes)
        } catch {
            throw .header(error, file: id.fileName)
        }
    }

    /// Looks at what stands behind the last frame, and moves on if it is a frame.
    ///
    /// - Throws: When the file cannot be read, or a frame verifies that does not follow the one
    ///   before it.
    package mutating func scan() throws(LogStoreError) -> Finding {
        guard !isSealed else { return .blank }
        let head = try window.bytes(at: offset, count: FrameHeader.size)
        guard head.contains(where: { $0 != 0 }) else { return .blank }
        guard head.count == FrameHeader.size else {
            return .invalid("the file ends within a frame's header")
        }
        let frame: FrameHeader
        do throws(FormatError) {
            frame = try FrameHeader(decoding: head, salt: header.salt, offset: offset)
        } catch {
            return .invalid("\(error)")
        }
        let length = frame.frameLength(alignment: header.commitAlignment)
        guard UInt64(length) <= fileSize - offset else {
            return .invalid("the file ends within a frame")
        }
        return try scanPayload(of: frame, length: length)
    }

    private mutating func scanPayload(
        of frame: FrameHeader,
        length: Int
    ) throws(LogStoreError) -> Finding {
        let start = offset + UInt64(FrameHeader.size)
        let rest = try window.bytes(at: start, count: length - FrameHeader.size)
        guard rest.count == length - FrameHeader.size else {
            return .invalid("the file ends within a frame")
        }
        do throws(FormatError) {
            try decoder.check(frame, stored: rest)
        } catch {
            return .invalid("\(error)")
        }
        try expectOrder(frame)
        defer { pass(frame, length) }
        return .frame(
            Frame(header: frame, offset: offset, stored: rest, end: offset + UInt64(length))
        )
    }

    private mutating func pass(_ frame: FrameHeader, _ length: Int) {
        offset += UInt64(length)
        link = frame.headerCRC
        next = SequenceNumber(rawValue: next.rawValue + UInt64(frame.eventCount))
        durable = max(durable, frame.durable)
        isSealed = frame.kind == .seal
    }

    /// A frame that verifies was written at this place; if it does not follow, one is missing.
    private func expectOrder(_ frame: FrameHeader) throws(LogStoreError) {
        let isFirst = offset == UInt64(SegmentHeader.size)
        guard isFirst == (frame.kind == .baseline), frame.link == link else {
            throw damaged("a frame does not follow the one before it")
        }
        guard frame.firstSequence == next, frame.durable <= next else {
            throw damaged(
                "a frame begins with event \(frame.firstSequence) where \(next) should come"
            )
        }
    }

    /// The events of a frame.
    package mutating func events(of frame: Frame) throws(LogStoreError) -> [JobEvent] {
        do throws(FormatError) {
            return try decoder.events(frame.header, stored: frame.stored)
        } catch {
            throw damaged("\(error)", at: frame.offset)
        }
    }

    /// The blocks of a frame.
    mutating func eventBlocks(of frame: Frame) throws(LogStoreError) -> [EventBlock] {
        do throws(FormatError) {
            return try decoder.eventBlocks(frame.header, stored: frame.stored)
        } catch {
            throw damaged("\(error)", at: frame.offset)
        }
    }

    /// The state that a segment begins with.
    package mutating func baseline(of frame: Frame) throws(LogStoreError) -> LedgerBaseline {
        do throws(FormatError) {
            return try decoder.baseline(frame.header, stored: frame.stored)
        } catch {
            throw damaged("\(error)", at: frame.offset)
        }
    }

    /// The error for bytes that were durable and do not verify.
    package func damaged(_ reason: String, at place: UInt64? = nil) -> LogStoreError {
        .corruption(reason, file: fileName, offset: place ?? offset)
    }

    package func close() {
        window.close()
    }

    /// Forgets what was read ahead, for a segment that is written meanwhile.
    package mutating func refresh() {
        window.forget()
    }
}

// MARK: - Behind the end

extension SegmentScanner {
    /// Looks for frames behind the place where the scan ended, and for what they prove.
    ///
    /// Their headers verify only at their own place in their own segment, so what is found was
    /// written there, by this store: a frame is missing before it. It may still be that nothing of
    /// that was ever acknowledged; the largest `durable` among them tells.
    ///
    /// - Returns: The largest number that they prove; `nil` when there is none.
    package mutating func durableBehindEnd() throws(LogStoreError) -> SequenceNumber? {
        guard !isSealed else { return nil }
        var found: SequenceNumber?
        // Frames are aligned to eight bytes at least.
        var place = offset + 8
        while let nonzero = try window.nextNonzeroWord(from: place) {
            let head = try window.bytes(at: nonzero, count: FrameHeader.size)
            guard head.count == FrameHeader.size else { break }
            do throws(FormatError) {
                let frame = try FrameHeader(decoding: head, salt: header.salt, offset: nonzero)
                found = max(found ?? .zero, frame.durable)
            } catch {
                // No header begins here.
            }
            place = nonzero + 8
        }
        return found
    }
}
