import JobLedger
import LazyJobs
import LogJobs

/// The parts of an archive: the number of its first event, its baseline, how many segments, blocks
/// and pages there are, and these.
struct ArchiveParts {
    private(set) var directory: [UInt8] = []
    private(set) var content: [UInt8] = []

    /// Takes the parts from an input.
    init(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        var writer = ByteWriter()
        writer.append(varint: input.number(UInt64.self))
        let baseline = input.piece()
        writer.append(varint: baseline.count)
        writer.append(contentsOf: baseline)
        let counts = (0..<3).map { _ in Int(input.number(UInt8.self)) }
        writer.append(varint: counts[0])
        for _ in 0..<counts[0] {
            writer.append(varint: input.number(UInt64.self))
            writer.append(varint: input.number(UInt64.self))
            writer.appendZeros(Digest.size)
        }
        writer.append(varint: counts[1])
        for _ in 0..<counts[1] {
            writer.append(varint: input.number(UInt64.self))
            appendCounted(&input, to: &writer)
        }
        writer.append(varint: counts[2])
        for _ in 0..<counts[2] {
            writer.append(varint: input.number(UInt64.self))
            writer.append(varint: input.number(UInt64.self))
            appendCounted(&input, to: &writer)
        }
        directory = writer.bytes
    }

    private mutating func appendCounted(_ input: inout FuzzInput, to writer: inout ByteWriter) {
        writer.append(varint: UInt64(input.number(UInt16.self)))
        let raw = input.piece()
        PackedBytes(plain: raw).write(to: &writer)
        content += raw
    }

    /// The input that gives an archive of one segment.
    static func input(
        _ blocks: [ArchiveBlock],
        _ pages: [(stored: [UInt8], page: ArchiveDirectory.Page)],
        _ events: [JobEvent],
        _ baseline: LedgerBaseline
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(fixed: UInt64(1))
        append(BaselineCheck.bytes(of: baseline), to: &writer)
        for count in [1, blocks.count, pages.count] { writer.append(UInt8(count)) }
        writer.append(fixed: UInt64(1))
        writer.append(fixed: UInt64(events.count))
        for block in blocks {
            writer.append(fixed: UInt64(0))
            writer.append(fixed: UInt16(block.eventCount))
            append(block.bytes.unpacked(block.stored), to: &writer)
        }
        for (stored, page) in pages {
            writer.append(fixed: page.firstID.rawValue)
            writer.append(fixed: page.lastID.rawValue - page.firstID.rawValue)
            writer.append(fixed: UInt16(page.jobCount))
            append(page.bytes.unpacked(stored), to: &writer)
        }
        return writer.bytes
    }

    private static func append(_ piece: [UInt8], to writer: inout ByteWriter) {
        writer.append(fixed: UInt16(piece.count))
        writer.append(contentsOf: piece)
    }
}
