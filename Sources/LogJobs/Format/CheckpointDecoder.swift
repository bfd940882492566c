package import JobLedger
import LazyJobs

/// Reads the parts of checkpoints; owned by one reader.
// SAFETY: a value of it cannot be copied, so its zlib stream is used by whoever owns it only.
package struct CheckpointDecoder: ~Copyable, @unchecked Sendable {
    private var inflate = InflateStream()

    package init() {}

    /// Reads the directory.
    package mutating func directory(
        _ trailer: FileTrailer,
        stored: [UInt8]
    ) throws(FormatError) -> CheckpointDirectory {
        let raw = try trailer.directory.unpack(stored, with: &inflate)
        return try CheckpointDirectory(decoding: raw, end: trailer.directoryOffset)
    }

    /// Reads what is there beside jobs, but for the pruned jobs of segments, which have parts of
    /// their own; how many each has is given beside.
    package mutating func frame(
        _ part: CheckpointDirectory.Part,
        stored: [UInt8]
    ) throws(FormatError) -> (frame: LedgerFrame, prunedCounts: [Int]) {
        let raw = try part.bytes.unpack(stored, with: &inflate)
        var reader = ByteReader(raw)
        let size = try reader.count(max: reader.remaining, "a baseline")
        var block = BlockReader(try reader.slice(size))
        let baseline = try block.baseline()
        let kinds = try names(&reader)
        let queues = try names(&reader)
        let workers = try names(&reader)
        var segments: [RecordAccounts.Segment] = []
        var prunedCounts: [Int] = []
        for _ in 0..<(try reader.count(max: reader.remaining / 5, "segments")) {
            segments.append(
                RecordAccounts.Segment(
                    first: SequenceNumber(rawValue: try reader.varint()),
                    weight: try reader.count(max: Int.max, "a weight"),
                    liveWeight: try reader.count(max: Int.max, "a weight"),
                    liveCount: try reader.count(max: Int.max, "a count")
                )
            )
            prunedCounts.append(try reader.count(max: Int(UInt32.max), "pruned jobs"))
        }
        let jobCount = try reader.count(max: Int(UInt32.max), "jobs")
        try reader.end("a checkpoint's first part")
        let frame = LedgerFrame(
            baseline: baseline,
            kinds: kinds,
            queues: queues,
            workers: workers,
            segments: segments,
            jobCount: jobCount
        )
        return (frame, prunedCounts)
    }

    /// Adds the names of a part to the list that they continue.
    package mutating func names(
        _ part: CheckpointDirectory.Part,
        stored: [UInt8],
        to frame: inout LedgerFrame
    ) throws(FormatError) {
        var reader = ByteReader(try part.bytes.unpack(stored, with: &inflate))
        let names = try names(&reader)
        try reader.end("a part of names")
        switch part.key {
        case 0: frame.kinds += names
        case 1: frame.queues += names
        case 2: frame.workers += names
        default: throw .damaged("names of a kind that there is not")
        }
    }

    private func names(_ reader: inout ByteReader) throws(FormatError) -> [String] {
        var names: [String] = []
        for _ in 0..<(try reader.count(max: reader.remaining, "names")) {
            names.append(try reader.text(max: FormatLimits.nameSizeMax, "a name"))
        }
        return names
    }

    package mutating func jobs(
        _ part: CheckpointDirectory.Part,
        stored: [UInt8]
    ) throws(FormatError) -> [JobImage] {
        try JobColumnsReader.jobs(in: try part.bytes.unpack(stored, with: &inflate))
    }

    /// Adds the pruned jobs of a part to those of its segment.
    package mutating func pruned(
        _ part: CheckpointDirectory.Part,
        stored: [UInt8],
        to pruned: inout PrunedJobs
    ) throws(FormatError) {
        var reader = ByteReader(try part.bytes.unpack(stored, with: &inflate))
        var (id, sequence) = (UInt64(0), part.key)
        while reader.remaining > 0 {
            id &+= UInt64(bitPattern: try reader.zigzag())
            sequence &+= try reader.varint()
            pruned.add(JobID(rawValue: id), at: SequenceNumber(rawValue: sequence))
        }
    }

    /// Where the frames of a segment begin.
    package mutating func places(
        _ part: CheckpointDirectory.Part,
        stored: [UInt8]
    ) throws(FormatError) -> [FramePlace] {
        var reader = ByteReader(try part.bytes.unpack(stored, with: &inflate))
        var places: [FramePlace] = []
        places.reserveCapacity(reader.remaining / 3)
        var (start, offset) = (UInt64(0), UInt64(0))
        while reader.remaining > 0 {
            start &+= try reader.varint()
            offset &+= try reader.varint()
            guard start <= UInt64(UInt32.max), offset <= UInt64(UInt32.max) else {
                throw .damaged("a frame's place is out of bounds")
            }
            places.append(FramePlace(start: UInt32(start), offset: UInt32(offset)))
        }
        return places
    }
}
