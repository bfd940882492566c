import JobLedger
import LazyJobs

/// Writes the state after some event, so that an opening need not fold all events up to it.
///
/// Crash story:
/// 1. All is written under a temporary name, and synced.
/// 2. The file gets its name, and the folder is synced. A crash before leaves a temporary file, and
///    one after a file that no manifest names: the next opening removes either.
/// 3. The manifest names it, after everything in it is synced in the log. A damaged one costs
///    nothing but time.
struct CheckpointWriter: ~Copyable {
    /// How much is written by one call, so as not to hold up a commit on the same disk.
    private static let pieceSize = 256 << 10

    private let folder: StoreFolder
    private let handle: FileHandle
    private let header: NumberedHeader
    private var encoder = CheckpointEncoder()
    private var directory: CheckpointDirectory
    private var offset = UInt64(NumberedHeader.size)
    private var pending: [UInt8] = []

    private init(
        _ handle: FileHandle,
        _ header: NumberedHeader,
        in folder: StoreFolder
    ) {
        self.handle = handle
        self.header = header
        self.folder = folder
        directory = CheckpointDirectory(sequence: SequenceNumber(rawValue: header.number))
    }

    /// Writes a checkpoint, which is on the device then, and has its name.
    ///
    /// Beside the state it says where the frames of sealed segments begin.
    static func write(
        _ ledger: JobLedger,
        of store: StoreID,
        sealed: [SegmentCatalog.Segment],
        in folder: StoreFolder
    ) throws(SystemCallError) -> CheckpointEntry {
        let number = ledger.lastSequence.rawValue
        let header = NumberedHeader(.checkpoint, store: store, number: number)
        let temporary = folder.path(of: StoreFolder.preparingCheckpointName)
        let handle = try folder.fileSystem.open(temporary, .readWriteOrCreate)
        var entry = CheckpointEntry(sequence: ledger.lastSequence, fileSize: 0)
        do throws(SystemCallError) {
            // What is left of an earlier attempt does not count.
            try folder.fileSystem.truncate(handle, to: 0)
            try folder.fileSystem.write(handle, header.encoded(), at: 0)
            var writer = CheckpointWriter(handle, header, in: folder)
            try writer.write(ledger, sealed)
            entry.fileSize = try writer.finish()
            try folder.fileSystem.sync(handle)
            folder.fileSystem.close(handle)
        } catch {
            folder.fileSystem.close(handle)
            // It may be large, and the disk full; if that fails too, the next opening does it.
            do throws(SystemCallError) { try folder.fileSystem.remove(temporary) } catch {}
            throw error
        }
        try folder.fileSystem.rename(temporary, to: folder.path(of: entry.fileName))
        try folder.sync()
        return entry
    }

    private mutating func write(
        _ ledger: JobLedger,
        _ sealed: [SegmentCatalog.Segment]
    ) throws(SystemCallError) {
        let frame = ledger.frame
        for part in encoder.parts(of: frame) { try add(part) }
        try ledger.forEachImage { image throws(SystemCallError) in
            if let part = encoder.add(image) { try add(part) }
        }
        if let part = encoder.finishJobs() { try add(part) }
        for segment in frame.segments {
            for part in encoder.parts(of: segment.pruned, first: segment.first) { try add(part) }
        }
        for segment in sealed {
            let id = segment.header.segment
            for part in encoder.parts(ofPlaces: segment.places, in: id) { try add(part) }
        }
    }

    private mutating func add(_ part: CheckpointPart) throws(SystemCallError) {
        directory.parts.append(
            CheckpointDirectory.Part(
                kind: part.kind,
                key: part.key,
                offset: offset + UInt64(pending.count),
                bytes: part.bytes
            )
        )
        pending += part.stored
        if pending.count >= Self.pieceSize { try flush() }
    }

    private mutating func flush() throws(SystemCallError) {
        try folder.fileSystem.write(handle, pending, at: offset)
        offset += UInt64(pending.count)
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func finish() throws(SystemCallError) -> UInt64 {
        let end = offset + UInt64(pending.count)
        pending += encoder.ending(directory, at: end, header: header)
        try flush()
        return offset
    }
}
