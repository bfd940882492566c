package import JobLedger

/// A frame that verifies, and what it says.
package struct VerifiedFrame: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// Nothing, or nothing that is asked for.
        case nothing
        case baseline(LedgerBaseline)
        /// A batch, whose blocks are inflated.
        case events([EventBlock])
    }

    package let header: FrameHeader
    package let offset: UInt64
    /// The payload and the padding.
    package let stored: ArraySlice<UInt8>
    /// Where the next frame begins.
    package let end: UInt64
    package let content: Content

    init(_ frame: SegmentScanner.Frame, _ content: Content) {
        (header, offset, stored) = (frame.header, frame.offset, frame.stored)
        (end, self.content) = (frame.end, content)
    }
}
