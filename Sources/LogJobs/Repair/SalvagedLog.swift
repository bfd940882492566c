import LazyJobs

/// What is left of a log, to be read as often as one likes: always the same.
struct SalvagedLog {
    enum Step {
        /// A frame that follows all before it, but for what is missing.
        case frame(SegmentSalvage.Frame)
        /// What does not verify.
        case damage(RepairReport.Damage)
        /// Events that are missing between two frames.
        case gap(ClosedRange<SequenceNumber>)
    }

    let folder: StoreFolder
    let segments: [FoundSegment]
    /// The first event that is not retired.
    let first: SequenceNumber

    /// Calls a closure with all that is left, and with what is missing, in order.
    ///
    /// - Parameters:
    ///   - progress: Is told behind each segment how much of them was read, from 0 to 1.
    ///   - body: What is done with it.
    /// - Returns: The number of the event that would come next.
    /// - Throws: `inputOutput`, and what the closure throws.
    @discardableResult
    func walk(
        _ progress: LogRepair.Progress,
        _ body: (Step) throws(LogStoreError) -> Void
    ) throws(LogStoreError) -> SequenceNumber {
        var next = first
        for (index, segment) in segments.enumerated() {
            // What the next segment has again counts there.
            let limit = segments.dropFirst(index + 1).first?.header.firstSequence
            try walk(through: segment) { step throws(LogStoreError) in
                guard case .frame(let frame) = step else { return try body(step) }
                let header = frame.header
                if let limit, header.firstSequence >= limit, header.eventCount > 0 { return }
                if header.firstSequence > next {
                    let last = SequenceNumber(rawValue: header.firstSequence.rawValue - 1)
                    try body(.gap(next...last))
                    next = header.firstSequence
                }
                guard header.firstSequence == next else { return }
                try body(step)
                next = header.nextSequence
            }
            progress(Double(index + 1) / Double(segments.count))
        }
        return next
    }

    private func walk(
        through segment: FoundSegment,
        _ body: (Step) throws(LogStoreError) -> Void
    ) throws(LogStoreError) {
        let file = segment.id.fileName
        var salvage = try SegmentSalvage(segment.header, upTo: segment.validEnd, in: folder)
        defer { salvage.close() }
        if let end = segment.validEnd, salvage.fileSize < end {
            let missing = salvage.fileSize..<end
            try body(.damage(.init(file: file, bytes: missing, reason: "the file is cut off")))
        }
        while let finding = try salvage.next() {
            switch finding {
            case .frame(let frame): try body(.frame(frame))
            case .damage(let bytes, let reason):
                try body(.damage(.init(file: file, bytes: bytes, reason: reason)))
            }
        }
    }
}
