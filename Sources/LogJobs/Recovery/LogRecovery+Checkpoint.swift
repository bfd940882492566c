import JobLedger
import LazyJobs

extension LogRecovery {
    /// Begins with the newest checkpoint that can be used; one that cannot costs only time.
    mutating func loadCheckpoint() {
        guard let first = manifest.segments.first?.firstSequence else { return }
        for entry in manifest.checkpoints.reversed() {
            // What is behind it must be there without a gap.
            guard entry.sequence.next >= first else {
                ignore(entry, "the segments behind it are retired")
                continue
            }
            guard entry.sequence < manifest.durable else {
                ignore(entry, "the log does not reach as far as it does")
                continue
            }
            do throws(LogReadError) {
                let checkpoint = try Checkpoint(entry, of: manifest.store, in: folder)
                report.checkpoint = checkpoint.sequence
                (ledger, places) = (checkpoint.ledger, checkpoint.places)
                ledger.retireSegments(before: first)
                return
            } catch {
                ignore(entry, "\(error)")
            }
        }
    }

    /// Reads every checkpoint, and reports those that cannot be used.
    mutating func checkCheckpoints() {
        for entry in manifest.checkpoints {
            do throws(LogReadError) {
                _ = try Checkpoint(entry, of: manifest.store, in: folder)
            } catch {
                ignore(entry, "\(error)")
            }
        }
    }

    private mutating func ignore(_ entry: CheckpointEntry, _ reason: String) {
        let file = RecoveryReport.IgnoredFile(file: entry.fileName, reason: reason)
        report.ignoredCheckpoints.append(file)
    }

    /// Takes over a segment whose events are all in the checkpoint.
    mutating func adopt(_ entry: SegmentEntry) throws(LogStoreError) {
        let places = places[entry.id]
        // What the checkpoint has of it needs no look.
        let end = places == nil ? entry.validEnd : 0
        let frames = try frames(of: entry, upTo: end)
        defer { frames.close() }
        appendSegment(frames.header, frames.fileSize, places ?? [])
        while let frame = try frames.next() { try fold(frame, of: frames) }
        report.segmentCount += 1
        previous = SegmentHeader.Predecessor(
            segment: entry.id,
            validEnd: entry.validEnd,
            lastSequence: entry.lastSequence
        )
        summaries.append(
            SegmentSummary(entry, epoch: frames.header.epoch, fileSize: frames.fileSize)
        )
    }

    mutating func appendSegment(
        _ header: SegmentHeader,
        _ fileSize: UInt64,
        _ places: [FramePlace] = []
    ) {
        segments.append(
            SegmentCatalog.Segment(header: header, recoveredSize: fileSize, places: places)
        )
    }
}

extension SegmentSummary {
    /// A segment of which nothing was read but its header.
    fileprivate init(_ entry: SegmentEntry, epoch: UInt64, fileSize: UInt64) {
        self.init(
            fileName: entry.id.fileName,
            epoch: epoch,
            firstSequence: entry.firstSequence,
            lastSequence: entry.lastSequence,
            validEnd: entry.validEnd,
            fileSize: fileSize,
            isSealed: entry.isSealed
        )
    }
}
