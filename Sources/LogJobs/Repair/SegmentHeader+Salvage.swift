import LazyJobs

extension SegmentHeader {
    private static let saltOffset = 64
    private static let alignmentOffset = 152

    /// Makes what can be made of a segment's damaged beginning.
    ///
    /// What is needed of it proves itself: with another salt no frame verifies, with another
    /// dictionary no block that was deflated with it. So the checksum is passed over. All else that
    /// a header says must come from elsewhere: here it says nothing.
    ///
    /// - Parameters:
    ///   - bytes: The first page of the file.
    ///   - id: The segment's id, as the file is named.
    /// - Returns: A header to look for frames with; `nil` when it is past reading.
    static func salvaged(_ bytes: [UInt8], of id: SegmentID) -> SegmentHeader? {
        guard bytes.count == size else { return nil }
        do throws(FormatError) {
            var reader = ByteReader(bytes[saltOffset...])
            let salt: UInt64 = try reader.fixed()
            reader = ByteReader(bytes[alignmentOffset...])
            let alignment = Int(try reader.fixed(UInt32.self))
            let length = Int(try reader.fixed(UInt32.self))
            guard length <= FormatLimits.dictionarySizeMax else { return nil }
            return SegmentHeader(
                store: StoreID(high: 0, low: 0),
                segment: id,
                salt: salt,
                epoch: 1,
                firstSequence: SequenceNumber(rawValue: 1),
                predecessor: nil,
                createdAt: Timestamp(microseconds: 0),
                commitAlignment: FormatLimits.isAlignment(alignment)
                    ? alignment : FormatLimits.alignmentMin,
                dictionary: Array(try reader.slice(length))
            )
        } catch {
            return nil
        }
    }
}
