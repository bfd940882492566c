/// One block of a payload, as the block table describes it.
package struct FrameBlock {
    var eventCount: Int
    package var rawLength: Int
    var rawCRC: UInt32
    package var stored: ArraySlice<UInt8>

    package var isDeflated: Bool { stored.count < rawLength }

    /// Cuts a payload into its blocks.
    package static func blocks(
        of header: FrameHeader,
        in payload: ArraySlice<UInt8>
    ) throws(FormatError) -> [FrameBlock] {
        var reader = ByteReader(payload)
        let count = try reader.count(max: max(1, header.eventCount), "blocks")
        guard count > 0 else { throw .damaged("a payload without blocks") }
        if count == 1 {
            let block = FrameBlock(
                eventCount: header.eventCount,
                rawLength: header.rawLength,
                rawCRC: header.rawCRC,
                stored: try reader.slice(reader.remaining)
            )
            try block.validate(lengthMax: header.kind == .baseline ? header.rawLength : nil)
            return [block]
        }
        return try severalBlocks(count, of: header, from: &reader)
    }

    private static func severalBlocks(
        _ count: Int,
        of header: FrameHeader,
        from reader: inout ByteReader
    ) throws(FormatError) -> [FrameBlock] {
        guard count <= reader.remaining / entrySizeMin else {
            throw .damaged("more blocks than there is room for")
        }
        var blocks: [FrameBlock] = []
        blocks.reserveCapacity(count)
        var lengths: [Int] = []
        lengths.reserveCapacity(count)
        for _ in 0..<count {
            let block = FrameBlock(
                eventCount: try reader.count(max: header.eventCount, "events of a block"),
                rawLength: try reader.count(max: header.rawLength, "a block's length"),
                rawCRC: 0,
                stored: []
            )
            lengths.append(try reader.count(max: block.rawLength, "a block's stored length"))
            blocks.append(block)
            blocks[blocks.count - 1].rawCRC = try reader.fixed()
        }
        for index in blocks.indices {
            blocks[index].stored = try reader.slice(lengths[index])
            try blocks[index].validate(lengthMax: nil)
        }
        try reader.end("the blocks")
        guard blocks.reduce(0, { $0 + $1.eventCount }) == header.eventCount,
            blocks.reduce(0, { $0 + $1.rawLength }) == header.rawLength
        else { throw .damaged("the blocks do not add up to the frame") }
        return blocks
    }

    private func validate(lengthMax: Int?) throws(FormatError) {
        let bound = eventCount > 1 ? FormatLimits.blockSizeMax : FormatLimits.eventSizeMax
        guard rawLength <= lengthMax ?? bound, stored.count <= rawLength, !stored.isEmpty else {
            throw .damaged("a block's lengths are impossible")
        }
        guard lengthMax != nil || eventCount > 0 else { throw .damaged("a block without events") }
    }

    /// Three varints and a checksum.
    private static let entrySizeMin = 7
}
