package import JobLedger
package import LazyJobs

/// Makes the parts of a checkpoint; owned by one writer.
// SAFETY: a value of it cannot be copied, so its zlib stream is used by whoever owns it only.
package struct CheckpointEncoder: ~Copyable, @unchecked Sendable {
    /// How many jobs, pruned jobs or places a part has.
    private static let jobCount = 1024
    private static let entryCount = 16 << 10
    /// With more bytes a part of jobs is ended.
    private static let jobsSize = 256 << 10
    /// How many bytes of each list of names stand in the frame, and in each further part.
    private static let namesSize = 1 << 20

    private var deflate = DeflateStream()
    private var jobs: [JobImage] = []
    private var jobsSize = 0

    package init() {}

    /// What is there beside jobs: the frame, then the names that it has no room for.
    package mutating func parts(of frame: LedgerFrame) -> [CheckpointPart] {
        var block = BlockWriter()
        block.begin()
        block.append(frame.baseline)
        var writer = ByteWriter()
        writer.append(sized: block.writer.bytes, max: FormatLimits.rawSizeMax)
        var further: [CheckpointPart] = []
        for (key, names) in [frame.kinds, frame.queues, frame.workers].enumerated() {
            var pieces = Self.pieces(of: names)[...]
            Self.append(pieces.popFirst() ?? [], to: &writer)
            for piece in pieces {
                var writer = ByteWriter()
                Self.append(piece, to: &writer)
                further.append(pack(.names, writer.bytes, key: UInt64(key)))
            }
        }
        writer.append(varint: frame.segments.count)
        for segment in frame.segments {
            writer.append(varint: segment.first.rawValue)
            writer.append(varint: segment.weight)
            writer.append(varint: segment.liveWeight)
            writer.append(varint: segment.liveCount)
            writer.append(varint: segment.pruned.count)
        }
        writer.append(varint: frame.jobCount)
        return [pack(.frame, writer.bytes)] + further
    }

    private static func append(_ names: ArraySlice<String>, to writer: inout ByteWriter) {
        writer.append(varint: names.count)
        for name in names { writer.append(text: name, max: FormatLimits.nameSizeMax) }
    }

    /// The names in their order, in pieces of about ``namesSize`` bytes.
    private static func pieces(of names: [String]) -> [ArraySlice<String>] {
        var pieces: [ArraySlice<String>] = []
        var (start, size) = (0, 0)
        for (index, name) in names.enumerated() {
            size += name.utf8.count + 2
            guard size >= namesSize else { continue }
            pieces.append(names[start...index])
            (start, size) = (index + 1, 0)
        }
        return start < names.count ? pieces + [names[start...]] : pieces
    }

    /// Adds a job; gives a part when it is full.
    package mutating func add(_ image: JobImage) -> CheckpointPart? {
        jobs.append(image)
        jobsSize += image.extras?.size ?? 0
        return jobs.count >= Self.jobCount || jobsSize >= Self.jobsSize ? finishJobs() : nil
    }

    /// The last part of jobs, if there are some left.
    package mutating func finishJobs() -> CheckpointPart? {
        guard !jobs.isEmpty else { return nil }
        defer {
            jobs.removeAll(keepingCapacity: true)
            jobsSize = 0
        }
        var columns = JobColumnsWriter()
        columns.append(jobs)
        return pack(.jobs, columns.block.writer.bytes)
    }

    /// The jobs that were pruned in a segment.
    package mutating func parts(of pruned: PrunedJobs, first: SequenceNumber) -> [CheckpointPart] {
        let entries = pruned.entries
        return stride(from: 0, to: entries.count, by: Self.entryCount).map { start in
            var writer = ByteWriter()
            var (id, sequence) = (UInt64(0), first.rawValue)
            for entry in entries[start..<min(start + Self.entryCount, entries.count)] {
                writer.append(zigzag: Int64(bitPattern: entry.id.rawValue &- id))
                writer.append(varint: entry.sequence.rawValue - sequence)
                (id, sequence) = (entry.id.rawValue, entry.sequence.rawValue)
            }
            return pack(.pruned, writer.bytes, key: first.rawValue)
        }
    }

    /// Where the frames of a segment begin: the first events, less the one before, and the places.
    package mutating func parts(
        ofPlaces places: [FramePlace],
        in segment: SegmentID
    ) -> [CheckpointPart] {
        stride(from: 0, to: places.count, by: Self.entryCount).map { start in
            var writer = ByteWriter()
            var last = FramePlace(start: 0, offset: 0)
            for place in places[start..<min(start + Self.entryCount, places.count)] {
                writer.append(varint: UInt64(place.start - last.start))
                writer.append(varint: UInt64(place.offset - last.offset))
                last = place
            }
            return pack(.places, writer.bytes, key: segment.rawValue)
        }
    }

    private mutating func pack(
        _ kind: CheckpointDirectory.PartKind,
        _ raw: [UInt8],
        key: UInt64 = 0
    ) -> CheckpointPart {
        let (stored, bytes) = PackedBytes.pack(raw, with: &deflate)
        return CheckpointPart(kind: kind, key: key, stored: stored, bytes: bytes)
    }

    /// The end of the file: the directory and the trailer.
    package mutating func ending(
        _ directory: CheckpointDirectory,
        at offset: UInt64,
        header: NumberedHeader
    ) -> [UInt8] {
        let (stored, bytes) = PackedBytes.pack(directory.encoded(), with: &deflate)
        let trailer = FileTrailer(directoryOffset: offset, directory: bytes)
        return stored + trailer.encoded(headerChecksum: header.checksum)
    }
}

/// A part as it is to be stored.
package struct CheckpointPart: Sendable {
    package var kind: CheckpointDirectory.PartKind
    package var key: UInt64
    package var stored: [UInt8]
    package var bytes: PackedBytes
}

/// Where a frame with events begins.
package struct FramePlace: Hashable, Sendable {
    /// Its first event, less that of the segment.
    package var start: UInt32
    package var offset: UInt32

    package init(start: UInt32, offset: UInt32) {
        self.start = start
        self.offset = offset
    }
}

extension JobImage.Extras {
    /// About how many bytes they have.
    fileprivate var size: Int {
        (traits?.size ?? 0) + (error?.utf8.count ?? 0) + (output?.count ?? 0)
    }
}

extension JobTraits {
    /// About how many bytes it has.
    fileprivate var size: Int {
        tags.reduce(64) { $0 + $1.utf8.count }
            + metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
            + 8 * waitsFor.count
    }
}
