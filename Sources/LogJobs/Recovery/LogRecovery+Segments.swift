import JobLedger
import LazyJobs

extension LogRecovery {
    /// Opens a segment and checks that it is the one that the manifest means, and goes on where
    /// the one before it ended.
    func scanner(for entry: SegmentEntry) throws(LogStoreError) -> SegmentScanner {
        let scanner = try Self.namedSegment(entry.id, in: folder)
        do throws(LogStoreError) {
            try check(scanner, against: entry)
        } catch {
            scanner.close()
            throw error
        }
        return scanner
    }

    private func check(
        _ scanner: borrowing SegmentScanner,
        against entry: SegmentEntry
    ) throws(LogStoreError) {
        let header = scanner.header
        guard header.store == manifest.store, header.segment == entry.id,
            header.firstSequence == entry.firstSequence
        else {
            throw scanner.damaged("it is not the segment that the manifest means", at: 0)
        }
        if let previous {
            guard header.predecessor == previous else {
                throw scanner.damaged("it does not go on where the segment before it ends", at: 0)
            }
        }
        guard scanner.fileSize >= entry.validEnd else {
            throw LogStoreError(
                .missingSegment,
                "Could not open the store: \(entry.id.fileName) has \(scanner.fileSize) bytes, and "
                    + "had \(entry.validEnd). Put the whole file back, or restore a backup.",
                file: entry.id.fileName,
                offset: scanner.fileSize
            )
        }
    }

    /// Reads the header of each segment, and nothing behind it.
    static func headers(
        of manifest: Manifest,
        in folder: StoreFolder
    ) throws(LogStoreError) -> [SegmentHeader] {
        var headers: [SegmentHeader] = []
        for entry in manifest.segments {
            let segment = try namedSegment(entry.id, in: folder)
            defer { segment.close() }
            headers.append(segment.header)
        }
        return headers
    }

    /// The manifest says that the file is ours: with another beginning it is damaged.
    static func namedSegment(
        _ id: SegmentID,
        in folder: StoreFolder
    ) throws(LogStoreError) -> SegmentScanner {
        do throws(LogStoreError) {
            return try SegmentScanner(id, in: folder)
        } catch  where error.code == .notOurs {
            throw .corruption("it does not begin as a segment", file: id.fileName, offset: 0)
        }
    }

    /// Folds a segment that another follows: it is durable up to its recorded end.
    mutating func foldSealed(_ entry: SegmentEntry) throws(LogStoreError) {
        let frames = try frames(of: entry, upTo: entry.validEnd)
        defer { frames.close() }
        appendSegment(frames.header, frames.fileSize)
        while let frame = try frames.next() { try fold(frame, of: frames) }
        try finish(entry, frames.offset, frames.fileSize, frames.header)
        guard frames.offset == entry.validEnd, ledger.lastSequence == entry.lastSequence else {
            throw frames.damaged("it does not end where the manifest says")
        }
    }

    /// The frames of a segment, of which those in the checkpoint are not inflated.
    func frames(of entry: SegmentEntry, upTo end: UInt64) throws(LogStoreError) -> SegmentFrames {
        SegmentFrames(
            try scanner(for: entry),
            upTo: end,
            known: report.checkpoint ?? .zero
        )
    }

    mutating func finish(
        _ entry: SegmentEntry,
        _ validEnd: UInt64,
        _ fileSize: UInt64,
        _ header: SegmentHeader
    ) throws(LogStoreError) {
        report.segmentCount += 1
        report.byteCount += validEnd
        report.lastSequence = ledger.lastSequence
        if let link = chain?.end(entry.id, lastSequence: ledger.lastSequence) {
            report.links.append(HistoryLink(entry.id.fileName, ledger.lastSequence, link))
        }
        previous = SegmentHeader.Predecessor(
            segment: entry.id,
            validEnd: validEnd,
            lastSequence: ledger.lastSequence
        )
        summaries.append(
            SegmentSummary(
                fileName: entry.id.fileName,
                epoch: header.epoch,
                firstSequence: entry.firstSequence,
                lastSequence: ledger.lastSequence,
                validEnd: validEnd,
                fileSize: fileSize,
                isSealed: entry.isSealed
            )
        )
    }
}
