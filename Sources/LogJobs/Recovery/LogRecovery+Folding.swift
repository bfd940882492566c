import JobLedger
import LazyJobs

extension LogRecovery {
    /// Takes the next frame in.
    mutating func fold(
        _ frame: VerifiedFrame,
        of frames: SegmentFrames
    ) throws(LogStoreError) {
        report.frameCount += 1
        showProgress(frame.header.nextSequence)
        switch frame.content {
        case .nothing: break
        case .baseline(let baseline): try fold(baseline, at: frame.offset, of: frames)
        case .events(let blocks):
            for block in blocks { try fold(block, at: frame.offset, of: frames) }
            report.eventCount += frame.header.eventCount
        }
        guard frame.header.kind == .batch else { return }
        segments[segments.count - 1].add(
            firstSequence: frame.header.firstSequence,
            offset: frame.offset
        )
    }

    /// The baseline repeats what the fold must have come to.
    private mutating func fold(
        _ baseline: LedgerBaseline,
        at offset: UInt64,
        of frames: SegmentFrames
    ) throws(LogStoreError) {
        if let checkpoint = report.checkpoint, baseline.lastSequence < checkpoint { return }
        defer { ledger.beginSegment() }
        let isFirst = segments.count == 1 && report.checkpoint == nil
        guard !isFirst || baseline.lastSequence == .zero else {
            do throws(LedgerError) {
                try baseline.check()
            } catch {
                throw frames.damaged("its baseline: \(error)", at: offset)
            }
            ledger = JobLedger(baseline: baseline)
            return
        }
        guard baseline == ledger.baseline() else {
            throw frames.damaged("its baseline is not what the log comes to", at: offset)
        }
    }

    private mutating func fold(
        _ block: EventBlock,
        at offset: UInt64,
        of frames: SegmentFrames
    ) throws(LogStoreError) {
        do throws(FormatError) {
            if chain != nil { for event in try block.events() { chain?.add(event) } }
            var reader = try EventBlockReader(block)
            var plain = PlainTransition()
            while let event = try reader.next(&plain) { try take(event, plain) }
        } catch {
            throw frames.damaged("\(error)", at: offset)
        }
    }

    private mutating func take(
        _ event: FoldedEvent,
        _ plain: borrowing PlainTransition
    ) throws(FormatError) {
        do throws(LedgerError) {
            switch event {
            case .plain: try take(plain)
            case .event(let event): try take(event)
            }
        } catch {
            let sequence =
                switch event {
                case .plain: plain.head.sequence
                case .event(let event): event.sequence
                }
            throw .damaged("event \(sequence): \(error)")
        }
    }

    private mutating func take(_ event: JobEvent) throws(LedgerError) {
        switch use(of: event.sequence) {
        case .none: break
        case .skip: try ledger.skip(event)
        case .apply: try ledger.apply(event)
        }
    }

    private mutating func take(_ transition: borrowing PlainTransition) throws(LedgerError) {
        switch use(of: transition.head.sequence) {
        case .none: break
        case .skip: try ledger.skip(transition)
        case .apply: try ledger.apply(transition)
        }
    }

    /// What an event is for.
    private enum Use { case none, skip, apply }

    /// Of jobs whose beginning was retired, transitions are passed over until they are carried.
    private func use(of sequence: SequenceNumber) -> Use {
        if let checkpoint = report.checkpoint { return sequence > checkpoint ? .apply : .none }
        return sequence <= manifest.carriedThrough ? .skip : .apply
    }

    func showProgress(_ next: SequenceNumber) {
        progress?(next, manifest.durable)
    }
}
