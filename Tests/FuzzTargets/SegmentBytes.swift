import LazyJobs
import LogJobs

/// A segment's file, made of an input that has its header's fields, and its frames with flags where
/// their checksums are.
///
/// Everything that a checksum covers reaches the decoder so: the checksums are computed. A flag
/// that is set leaves a wrong one, or the sequence number or the link as they are in the input.
enum SegmentBytes {
    /// The fields of a header before its dictionary.
    static let fieldsSize = 160

    private enum Flag {
        static let header: UInt8 = 1
        static let payload: UInt8 = 2
        static let link: UInt8 = 4
        static let sequence: UInt8 = 8
    }

    /// Makes the file, and the header if it is one.
    static func file(_ bytes: [UInt8]) -> (bytes: [UInt8], header: SegmentHeader?) {
        var file = Array(bytes.prefix(fieldsSize))
        file += [UInt8](repeating: 0, count: fieldsSize - file.count)
        let dictionarySize = number(file, at: fieldsSize - 4, size: 4)
        file += FormatDictionary.builtIn.prefix(Int(dictionarySize))
        file += [UInt8](repeating: 0, count: SegmentHeader.size - 4 - file.count)
        set(&file, at: file.count, size: 4, UInt64(CRC32C.checksum(file)))
        file += bytes.dropFirst(fieldsSize)
        do throws(FormatError) {
            let header = try SegmentHeader(decoding: Array(file.prefix(SegmentHeader.size)))
            completeFrames(&file, header)
            return (file, header)
        } catch {
            return (file, nil)
        }
    }

    private static func completeFrames(_ file: inout [UInt8], _ header: SegmentHeader) {
        var (offset, link) = (SegmentHeader.size, UInt64(0))
        var next = header.firstSequence.rawValue
        while offset + FrameHeader.size <= file.count {
            let flags = file[offset]
            let storedLength = Int(number(file, at: offset + 8, size: 4))
            completePayload(&file, at: offset, storedLength, flags)
            if flags & Flag.sequence == 0 { set(&file, at: offset + 16, size: 8, next) }
            if flags & Flag.link == 0 { set(&file, at: offset + 40, size: 4, link) }
            link = UInt64(
                FrameHeader.checksum(
                    file[offset + 4..<offset + FrameHeader.size],
                    salt: header.salt,
                    offset: UInt64(offset)
                )
            )
            if flags & Flag.header == 0 { set(&file, at: offset, size: 4, link) }
            next &+= number(file, at: offset + 6, size: 2)
            let alignment = header.commitAlignment
            offset += (FrameHeader.size + storedLength + alignment - 1) & ~(alignment - 1)
        }
    }

    private static func completePayload(
        _ file: inout [UInt8],
        at offset: Int,
        _ storedLength: Int,
        _ flags: UInt8
    ) {
        let start = offset + FrameHeader.size
        guard flags & Flag.payload == 0, storedLength > 0, storedLength <= file.count - start else {
            return
        }
        let payload = file[start..<start + storedLength]
        set(&file, at: offset + 32, size: 4, UInt64(CRC32C.checksum(payload)))
        // One block that is not deflated.
        guard file[offset + 5] == 0, payload.first == 1 else { return }
        set(&file, at: offset + 12, size: 4, UInt64(storedLength - 1))
        set(&file, at: offset + 36, size: 4, UInt64(CRC32C.checksum(payload.dropFirst())))
    }

    /// The input that gives a file.
    static func input(of file: [UInt8]) -> [UInt8] {
        var bytes = Array(file.prefix(fieldsSize))
        let start = bytes.count
        bytes += file.dropFirst(SegmentHeader.size).withoutZerosBehind
        let alignment = max(8, Int(number(bytes, at: fieldsSize - 8, size: 4)))
        while (bytes.count - start) % alignment > 0 { bytes.append(0) }
        var offset = start
        while offset + FrameHeader.size <= bytes.count {
            set(&bytes, at: offset, size: 4, 0)
            let length = FrameHeader.size + Int(number(bytes, at: offset + 8, size: 4))
            offset += (length + alignment - 1) & ~(alignment - 1)
        }
        return bytes
    }

    static func number(_ bytes: [UInt8], at offset: Int, size: Int) -> UInt64 {
        bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Sets bytes, or appends them.
    static func set(_ bytes: inout [UInt8], at offset: Int, size: Int, _ number: UInt64) {
        let range = offset..<min(offset + size, bytes.count)
        bytes.replaceSubrange(
            range,
            with: (0..<size).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
        )
    }
}
