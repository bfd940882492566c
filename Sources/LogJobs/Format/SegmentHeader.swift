package import LazyJobs

/// The first page of a segment: what it belongs to, and where it goes on from.
package struct SegmentHeader: Hashable, Sendable {
    package static let size = 4096

    package var store: StoreID
    package var segment: SegmentID
    /// Random; makes frames of this segment valid nowhere else.
    package var salt: UInt64
    package var epoch: UInt64
    package var firstSequence: SequenceNumber
    package var predecessor: Predecessor?
    package var createdAt: Timestamp
    /// Frames begin at multiples of it.
    package var commitAlignment: Int
    /// What all deflated blocks of the segment may refer back to.
    package var dictionary: [UInt8]
    package var features: FeatureBits

    /// Where the log stood when the segment began.
    package struct Predecessor: Hashable, Sendable {
        package var segment: SegmentID
        /// Where its valid frames end; what stands behind does not count.
        package var validEnd: UInt64
        package var lastSequence: SequenceNumber

        package init(segment: SegmentID, validEnd: UInt64, lastSequence: SequenceNumber) {
            self.segment = segment
            self.validEnd = validEnd
            self.lastSequence = lastSequence
        }
    }

    package init(
        store: StoreID,
        segment: SegmentID,
        salt: UInt64,
        epoch: UInt64,
        firstSequence: SequenceNumber,
        predecessor: Predecessor?,
        createdAt: Timestamp,
        commitAlignment: Int = FormatLimits.alignmentMin,
        dictionary: [UInt8] = FormatDictionary.builtIn,
        features: FeatureBits = FeatureBits()
    ) {
        self.store = store
        self.segment = segment
        self.salt = salt
        self.epoch = epoch
        self.firstSequence = firstSequence
        self.predecessor = predecessor
        self.createdAt = createdAt
        self.commitAlignment = commitAlignment
        self.dictionary = dictionary
        self.features = features
    }

    package func encoded() -> [UInt8] {
        precondition(dictionary.count <= FormatLimits.dictionarySizeMax, "dictionary too large")
        precondition(FormatLimits.isAlignment(commitAlignment), "no commit alignment")
        precondition(predecessor?.segment.rawValue != 0, "segment ids begin at 1")
        var writer = ByteWriter(capacity: Self.size)
        FileOpening.segment.write(length: Self.size, features: features, to: &writer)
        store.write(to: &writer)
        writer.append(fixed: segment.rawValue)
        writer.append(fixed: salt)
        writer.append(fixed: epoch)
        writer.append(fixed: firstSequence.rawValue)
        writer.append(fixed: predecessor?.segment.rawValue ?? 0)
        writer.append(fixed: predecessor?.validEnd ?? 0)
        writer.append(fixed: predecessor?.lastSequence.rawValue ?? 0)
        writer.appendZeros(Self.digestSize)
        writer.append(fixed: UInt64(bitPattern: createdAt.microseconds))
        writer.append(fixed: UInt32(commitAlignment))
        writer.append(fixed: UInt32(dictionary.count))
        writer.append(contentsOf: dictionary)
        writer.appendZeros(Self.size - 4 - writer.count)
        writer.append(fixed: CRC32C.checksum(writer.bytes))
        return writer.bytes
    }

    /// Reads the first 4096 bytes of a segment.
    package init(decoding bytes: [UInt8]) throws(FormatError) {
        let length = try FileOpening.segment.length(of: bytes[...])
        guard bytes.count == Self.size else { throw .damaged("the segment header is cut off") }
        var reader = ByteReader(bytes[(Self.size - 4)...])
        guard try reader.fixed() == CRC32C.checksum(bytes[..<(Self.size - 4)]) else {
            throw .damaged("the segment header does not match its checksum")
        }
        reader = ByteReader(bytes[..<(Self.size - 4)])
        features = try FileOpening.segment.features(from: &reader)
        guard length == Self.size else { throw .damaged("the segment header's size is wrong") }
        store = try StoreID(from: &reader)
        segment = SegmentID(rawValue: try reader.fixed())
        salt = try reader.fixed()
        epoch = try reader.fixed()
        firstSequence = SequenceNumber(rawValue: try reader.fixed())
        predecessor = try Predecessor(from: &reader)
        try reader.zeros(Self.digestSize, "the digest's place")
        createdAt = Timestamp(microseconds: Int64(bitPattern: try reader.fixed()))
        commitAlignment = Int(try reader.fixed(UInt32.self))
        let dictionarySize = Int(try reader.fixed(UInt32.self))
        guard dictionarySize <= FormatLimits.dictionarySizeMax else {
            throw .damaged("a dictionary of \(dictionarySize) bytes")
        }
        dictionary = Array(try reader.slice(dictionarySize))
        try reader.zeros("the rest of the segment header")
        try validate()
    }

    private func validate() throws(FormatError) {
        guard FormatLimits.isAlignment(commitAlignment) else {
            throw .damaged("a commit alignment of \(commitAlignment)")
        }
        guard segment.rawValue > 0, epoch > 0, firstSequence > .zero else {
            throw .damaged("a segment, an epoch or a sequence number is 0")
        }
        guard createdAt.isWritable else { throw .damaged("a time is out of bounds") }
        guard let predecessor else { return }
        guard predecessor.segment < segment else {
            throw .damaged("segment \(segment) follows segment \(predecessor.segment)")
        }
        guard predecessor.lastSequence < firstSequence else {
            throw .damaged("the first sequence number is not behind the predecessor's last")
        }
    }

    private static let digestSize = 32
}

extension SegmentHeader.Predecessor {
    fileprivate init?(from reader: inout ByteReader) throws(FormatError) {
        segment = SegmentID(rawValue: try reader.fixed())
        validEnd = try reader.fixed()
        lastSequence = SequenceNumber(rawValue: try reader.fixed())
        if segment.rawValue > 0 { return }
        guard validEnd == 0, lastSequence == .zero else {
            throw .damaged("a predecessor without an id")
        }
        return nil
    }
}
