import JobLedger
import LazyJobs
import LogJobs

/// A checkpoint: the number of its event, then its parts, each a kind, a key and raw bytes.
///
/// The file around them is made: header, directory, checksums and trailer.
enum CheckpointTarget {
    private static let store = StoreID(high: 1, low: 2)

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let sequence = SequenceNumber(rawValue: input.number())
        var parts: [(kind: UInt8, key: UInt64, raw: [UInt8])] = []
        while !input.isAtEnd {
            parts.append((input.number(), input.number(), input.piece()))
        }
        let file = file(sequence, parts)
        guard let checkpoint = read(file, sequence) else { return }
        checkpoint.ledger.checkInvariants()
        check(checkpoint.ledger, written(checkpoint.ledger))
    }

    static func input(
        _ sequence: SequenceNumber,
        _ parts: [(kind: UInt8, key: UInt64, raw: [UInt8])]
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(fixed: sequence.rawValue)
        for part in parts {
            writer.append(part.kind)
            writer.append(fixed: part.key)
            writer.append(fixed: UInt16(part.raw.count))
            writer.append(contentsOf: part.raw)
        }
        return writer.bytes
    }

    private static func file(
        _ sequence: SequenceNumber,
        _ parts: [(kind: UInt8, key: UInt64, raw: [UInt8])]
    ) -> [UInt8] {
        let header = NumberedHeader(.checkpoint, store: store, number: sequence.rawValue)
        var file = header.encoded()
        var directory = ByteWriter()
        directory.append(varint: sequence.rawValue)
        directory.append(varint: parts.count)
        for part in parts {
            directory.append(part.kind)
            directory.append(varint: part.key)
            PackedBytes(plain: part.raw).write(to: &directory)
            file += part.raw
        }
        let trailer = FileTrailer(
            directoryOffset: UInt64(file.count),
            directory: PackedBytes(plain: directory.bytes)
        )
        return file + directory.bytes + trailer.encoded(headerChecksum: header.checksum)
    }

    private static func read(_ file: [UInt8], _ sequence: SequenceNumber) -> Checkpoint? {
        let entry = CheckpointEntry(sequence: sequence, fileSize: UInt64(file.count))
        do throws(LogReadError) {
            let folder = FileShelf([entry.fileName: file]).folder
            return try Checkpoint(entry, of: store, in: folder)
        } catch {
            return nil
        }
    }

    /// The same state in a checkpoint as it is written.
    private static func written(_ ledger: JobLedger) -> Checkpoint {
        let (sequence, parts) = rawParts(of: ledger)
        guard let checkpoint = read(file(sequence, parts), sequence) else {
            preconditionFailure("a checkpoint that was written cannot be read")
        }
        return checkpoint
    }

    /// What a checkpoint of a ledger has, undone from its compression.
    static func rawParts(
        of ledger: JobLedger
    ) -> (SequenceNumber, [(kind: UInt8, key: UInt64, raw: [UInt8])]) {
        var encoder = CheckpointEncoder()
        let frame = ledger.frame
        var parts = encoder.parts(of: frame)
        for segment in frame.segments {
            parts += encoder.parts(of: segment.pruned, first: segment.first)
        }
        ledger.forEachImage { image in
            if let part = encoder.add(image) { parts.append(part) }
        }
        if let part = encoder.finishJobs() { parts.append(part) }
        return (
            ledger.lastSequence,
            parts.map { ($0.kind.rawValue, $0.key, $0.bytes.unpacked($0.stored)) }
        )
    }

    private static func check(_ ledger: JobLedger, _ again: Checkpoint) {
        precondition(ledger.baseline() == again.ledger.baseline(), "its baseline is another")
        precondition(
            ledger.frame.segments == again.ledger.frame.segments,
            "its segments are others"
        )
        precondition(records(of: ledger) == records(of: again.ledger), "its jobs are others")
    }

    private static func records(of ledger: JobLedger) -> [JobRecord?] {
        var records: [JobRecord?] = []
        ledger.forEachImage { records.append(ledger.record(of: $0.id)) }
        return records
    }
}

extension PackedBytes {
    /// Bytes that are not deflated.
    init(plain raw: [UInt8]) {
        self.init(
            rawLength: raw.count,
            storedLength: raw.count,
            storedCRC: CRC32C.checksum(raw)
        )
    }

    /// What was packed by an encoder.
    func unpacked(_ stored: [UInt8]) -> [UInt8] {
        do throws(FormatError) {
            var inflate = InflateStream()
            return Array(try unpack(stored, with: &inflate))
        } catch {
            preconditionFailure("what was packed cannot be unpacked: \(error)")
        }
    }
}
