package import LazyJobs

/// What a manifest says of the history that does not stand in its segments any more.
package struct ManifestHistory: Hashable, Sendable {
    /// The history that was dropped, up to some segment.
    package struct Dropped: Hashable, Sendable {
        package var lastSegment: SegmentID
        package var lastSequence: SequenceNumber
        /// Through this event what was left of its jobs was carried.
        package var carriedThrough: SequenceNumber
        /// The chain's link of the last segment.
        package var link: Digest

        package init(
            lastSegment: SegmentID,
            lastSequence: SequenceNumber,
            carriedThrough: SequenceNumber,
            link: Digest
        ) {
            self.lastSegment = lastSegment
            self.lastSequence = lastSequence
            self.carriedThrough = carriedThrough
            self.link = link
        }
    }

    package var dropped: Dropped?
    /// The oldest first.
    package var archives: [ArchiveEntry]

    package init(dropped: Dropped? = nil, archives: [ArchiveEntry] = []) {
        self.dropped = dropped
        self.archives = archives
    }

    package var isEmpty: Bool { dropped == nil && archives.isEmpty }

    /// The link behind which the segments go on; `nil` when the first segment is among them.
    package var link: Digest? { archives.last?.link ?? dropped?.link }

    static func size(archiveCount: Int) -> Int { 64 + archiveCount * ArchiveEntry.size }
}

/// An archive that counts.
package struct ArchiveEntry: Hashable, Sendable {
    package var firstSegment: SegmentID
    package var lastSegment: SegmentID
    package var firstSequence: SequenceNumber
    /// One less than the first when there are no events.
    package var lastSequence: SequenceNumber
    /// Through this event what was left of its jobs was carried.
    package var carriedThrough: SequenceNumber
    /// The time of its newest event.
    package var newest: Timestamp
    package var fileSize: UInt64
    /// The chain's link of the last segment.
    package var link: Digest

    package init(
        firstSegment: SegmentID,
        lastSegment: SegmentID,
        firstSequence: SequenceNumber,
        lastSequence: SequenceNumber,
        carriedThrough: SequenceNumber,
        newest: Timestamp,
        fileSize: UInt64,
        link: Digest
    ) {
        self.firstSegment = firstSegment
        self.lastSegment = lastSegment
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.carriedThrough = carriedThrough
        self.newest = newest
        self.fileSize = fileSize
        self.link = link
    }

    package var fileName: String { NumberedName.archive(firstSegment.rawValue) }

    static let size = 88
}

// MARK: - Bytes

extension ManifestHistory {
    func write(to writer: inout ByteWriter) {
        writer.append(fixed: dropped?.lastSegment.rawValue ?? 0)
        writer.append(fixed: dropped?.lastSequence.rawValue ?? 0)
        writer.append(fixed: dropped?.carriedThrough.rawValue ?? 0)
        writer.append(contentsOf: (dropped?.link ?? .zero).bytes)
        writer.append(fixed: UInt32(archives.count))
        writer.append(fixed: UInt32(0))
        for archive in archives { archive.write(to: &writer) }
    }

    init(from reader: inout ByteReader) throws(FormatError) {
        let last = SegmentID(rawValue: try reader.fixed())
        let dropped = Dropped(
            lastSegment: last,
            lastSequence: SequenceNumber(rawValue: try reader.fixed()),
            carriedThrough: SequenceNumber(rawValue: try reader.fixed()),
            link: Digest(Array(try reader.slice(Digest.size)))
        )
        self.init(dropped: last.rawValue > 0 ? dropped : nil)
        let count = Int(try reader.fixed(UInt32.self))
        try reader.zeros(4, "a reserved word")
        guard count <= FormatLimits.archiveCountMax, count * ArchiveEntry.size <= reader.remaining
        else { throw .damaged("the manifest names more archives than it has room for") }
        for _ in 0..<count { archives.append(try ArchiveEntry(from: &reader)) }
        try validate(dropped)
    }

    private func validate(_ zeros: Dropped) throws(FormatError) {
        guard !isEmpty else { throw .damaged("there is no history, though it says so") }
        guard
            dropped != nil
                || zeros.lastSequence == .zero && zeros.carriedThrough == .zero
                    && zeros.link == .zero
        else { throw .damaged("nothing was dropped, though it says what") }
        var (segment, sequence) = (dropped?.lastSegment, dropped?.lastSequence ?? .zero)
        for archive in archives {
            guard archive.firstSegment > segment ?? SegmentID(rawValue: 0),
                archive.lastSegment >= archive.firstSegment,
                archive.firstSequence == sequence.next,
                archive.lastSequence.next >= archive.firstSequence
            else { throw .damaged("the manifest's archives are out of order") }
            (segment, sequence) = (archive.lastSegment, archive.lastSequence)
        }
    }
}

extension ArchiveEntry {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.append(fixed: firstSegment.rawValue)
        writer.append(fixed: lastSegment.rawValue)
        writer.append(fixed: firstSequence.rawValue)
        writer.append(fixed: lastSequence.rawValue)
        writer.append(fixed: carriedThrough.rawValue)
        writer.append(fixed: UInt64(bitPattern: newest.microseconds))
        writer.append(fixed: fileSize)
        writer.append(contentsOf: link.bytes)
    }

    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        firstSegment = SegmentID(rawValue: try reader.fixed())
        lastSegment = SegmentID(rawValue: try reader.fixed())
        firstSequence = SequenceNumber(rawValue: try reader.fixed())
        lastSequence = SequenceNumber(rawValue: try reader.fixed())
        carriedThrough = SequenceNumber(rawValue: try reader.fixed())
        newest = Timestamp(microseconds: Int64(bitPattern: try reader.fixed()))
        fileSize = try reader.fixed()
        link = Digest(Array(try reader.slice(Digest.size)))
    }
}

/// A checkpoint that may be used.
package struct CheckpointEntry: Hashable, Sendable {
    /// The last event in it.
    package var sequence: SequenceNumber
    package var fileSize: UInt64

    package init(sequence: SequenceNumber, fileSize: UInt64) {
        self.sequence = sequence
        self.fileSize = fileSize
    }

    package var fileName: String { NumberedName.checkpoint(sequence.rawValue) }

    static let size = 24

    func write(to writer: inout ByteWriter) {
        writer.append(fixed: sequence.rawValue)
        writer.append(fixed: fileSize)
        writer.append(fixed: UInt64(0))
    }

    init(from reader: inout ByteReader) throws(FormatError) {
        sequence = SequenceNumber(rawValue: try reader.fixed())
        fileSize = try reader.fixed()
        try reader.zeros(8, "a checkpoint's reserved word")
    }
}
