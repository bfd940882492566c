package import JobLedger
package import LazyJobs

/// A block of a batch, inflated and verified: its events are decoded as they are asked for.
package struct EventBlock: Hashable, Sendable {
    package let first: SequenceNumber
    package let eventCount: Int
    let raw: ArraySlice<UInt8>

    package init(first: SequenceNumber, eventCount: Int, raw: ArraySlice<UInt8>) {
        (self.first, self.eventCount, self.raw) = (first, eventCount, raw)
    }

    package func events() throws(FormatError) -> [JobEvent] {
        var reader = BlockReader(raw)
        return try reader.events(count: eventCount, first: first)
    }
}

/// Reads the events of a block, one after the other.
package struct EventBlockReader {
    private var reader: BlockReader
    private let epoch: UInt64
    private var next: SequenceNumber
    private let end: SequenceNumber

    package init(_ block: EventBlock) throws(FormatError) {
        reader = BlockReader(block.raw)
        epoch = try reader.begin()
        next = block.first
        end = SequenceNumber(rawValue: block.first.rawValue + UInt64(block.eventCount))
    }

    /// The next event, as a fold takes it; `nil` behind the last.
    package mutating func next(
        _ plain: inout PlainTransition
    ) throws(FormatError) -> FoldedEvent? {
        guard next < end else {
            try reader.end()
            return nil
        }
        defer { next = next.next }
        return try reader.folded(next, epoch: epoch, &plain)
    }
}
