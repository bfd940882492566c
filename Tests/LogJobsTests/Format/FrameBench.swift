import JobLedger
import LazyJobs

@testable import LogJobs

/// Encodes and decodes at one place of one segment.
struct FrameBench {
    var salt: UInt64 = 0x5A17
    var offset: UInt64 = 4096
    var alignment = 8
    var dictionary = FormatDictionary.builtIn
    var sizeMin = DeflateStream.usefulSizeMin
    var sharing = WorkSharing.none

    func payload(_ events: [JobEvent]) -> FramePayload {
        var encoder = FrameEncoder(dictionary: dictionary, sizeMin: sizeMin, sharing: sharing)
        return encoder.payload(of: events)
    }

    func frame(_ events: [JobEvent]) -> [UInt8] {
        frame(.batch, payload(events), first: events[0].sequence)
    }

    func frame(_ baseline: LedgerBaseline) -> [UInt8] {
        var encoder = FrameEncoder(dictionary: dictionary)
        return frame(
            .baseline,
            encoder.payload(of: baseline),
            first: baseline.lastSequence.next
        )
    }

    func frame(
        _ kind: FrameKind,
        _ payload: FramePayload?,
        first: SequenceNumber
    ) -> [UInt8] {
        FrameEncoder.frame(
            kind: kind,
            payload: payload,
            firstSequence: first,
            durable: first,
            link: 7,
            seconds: 1_700_000_000,
            salt: salt,
            offset: offset,
            alignment: alignment
        ).bytes
    }

    func header(_ frame: [UInt8]) throws(FormatError) -> FrameHeader {
        try FrameHeader(decoding: frame[...], salt: salt, offset: offset)
    }

    func events(_ frame: [UInt8]) throws(FormatError) -> [JobEvent] {
        var decoder = FrameDecoder(dictionary: dictionary)
        return try decoder.events(try header(frame), stored: frame.dropFirst(FrameHeader.size))
    }

    func baseline(_ frame: [UInt8]) throws(FormatError) -> LedgerBaseline {
        var decoder = FrameDecoder(dictionary: dictionary)
        return try decoder.baseline(try header(frame), stored: frame.dropFirst(FrameHeader.size))
    }

    /// Everything a reader does with a frame, whatever its kind.
    func readAll(_ frame: [UInt8]) throws(FormatError) {
        let header = try header(frame)
        guard frame.count == header.frameLength(alignment: alignment) else {
            throw .damaged("the frame is cut off")
        }
        let stored = frame.dropFirst(FrameHeader.size)
        var decoder = FrameDecoder(dictionary: dictionary)
        try decoder.check(header, stored: stored)
        switch header.kind {
        case .batch:
            _ = try decoder.events(header, stored: stored)
            _ = try decoder.event(header, stored: stored, sequence: header.firstSequence)
        case .baseline: _ = try decoder.baseline(header, stored: stored)
        case .watermark, .seal: break
        }
    }
}

/// Bytes from digits, spaces between.
func bytes(_ hex: String) -> [UInt8] {
    hex.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
}

/// Whether bytes are refused; for loops, in which an expectation for each turn would take long.
func isRefused(_ read: () throws -> Void) -> Bool {
    do {
        try read()
        return false
    } catch {
        return error is FormatError
    }
}
