import JobLedger
package import LazyJobs

/// Reads a store's log from its first frame to its end, verifies all of it, and folds it into a
/// state.
///
/// Every event must be legal in the ledger, every frame must follow the one before it, and every
/// segment must go on where the one before it ended. What had been made durable and does not verify
/// is an error, never an end; the table of verdicts is in LogFormat, *Recovery*.
package struct LogRecovery: ~Copyable {
    /// Who asks.
    package enum Purpose: Sendable, Hashable {
        /// The one that will write: it has the lock, so nothing changes meanwhile.
        case writing
        /// A reader, perhaps beside a writer: the end of the log may move while it looks.
        case reading
    }

    /// How much is read.
    package enum Depth: Sendable, Hashable {
        /// What it takes to know the state: the log behind the newest checkpoint that can be used.
        case state
        /// All: the whole log, every archive, and the chain of digests over both.
        case everything
    }

    /// Is told now and then which event was read, and about how many there are.
    package typealias Progress = (_ event: SequenceNumber, _ last: SequenceNumber) -> Void

    let folder: StoreFolder
    private let purpose: Purpose
    private let progress: Progress?
    let manifest: Manifest
    private var ledger = JobLedger()
    private var segments: [SegmentCatalog.Segment] = []
    private var summaries: [SegmentSummary] = []
    var report = RecoveryReport()
    private var previous: SegmentHeader.Predecessor?
    private var checkpoint: Checkpoint?
    /// The digests, if they are to be checked.
    var chain: HistoryChain?

    private init(
        _ manifest: Manifest,
        in folder: StoreFolder,
        for purpose: Purpose,
        _ progress: Progress?
    ) {
        self.progress = progress
        self.manifest = manifest
        self.folder = folder
        self.purpose = purpose
        report.epoch = manifest.epoch
        report.wasClosed = manifest.isClosed
    }

    /// Reads the manifest.
    package static func manifest(in folder: StoreFolder) throws(LogStoreError) -> Manifest {
        let bytes = try LogStoreError.from({ .reading($0, file: Manifest.fileName) }) {
            () throws(SystemCallError) in try ManifestFile(in: folder).read()
        }
        guard let bytes else {
            throw LogStoreError(
                .notFound,
                "Could not open \(folder.path): there is no store in it. Name the folder of one."
            )
        }
        do throws(FormatError) {
            return try Manifest(decoding: bytes)
        } catch {
            if error == .notOurs {
                let isOfAStore = try hasSegments(folder)
                if isOfAStore { throw .replacedManifest(in: folder) }
            }
            throw .header(error, file: Manifest.fileName)
        }
    }

    private static func hasSegments(_ folder: StoreFolder) throws(LogStoreError) -> Bool {
        let names = try LogStoreError.from({ .inspecting(folder.path, $0) }) {
            () throws(SystemCallError) in try folder.fileSystem.names(inFolder: folder.path)
        }
        return names.contains { SegmentID(fileName: $0) != nil }
    }

    /// Reads the log that a manifest names.
    ///
    /// - Complexity: O(n) in the jobs of the checkpoint and the bytes of the log behind it.
    package static func run(
        _ manifest: Manifest,
        in folder: StoreFolder,
        for purpose: Purpose,
        depth: Depth = .state,
        progress: Progress? = nil
    ) throws(LogStoreError) -> RecoveredLog {
        var recovery = LogRecovery(manifest, in: folder, for: purpose, progress)
        guard let last = manifest.segments.last else { return recovery.emptyLog() }
        switch depth {
        case .state: recovery.loadCheckpoint()
        case .everything: try recovery.checkHistory()
        }
        for entry in manifest.segments.dropLast() {
            if entry.lastSequence <= recovery.checkpoint?.sequence ?? .zero {
                try recovery.adopt(entry)
            } else {
                try recovery.foldSealed(entry)
            }
        }
        return try recovery.foldLast(last)
    }

    private consuming func emptyLog() -> RecoveredLog {
        ledger.beginSegment()
        return RecoveredLog(
            manifest: manifest,
            ledger: ledger,
            provenBaseline: ledger.baseline(),
            provenEnd: 0,
            unproven: [],
            segments: [],
            summaries: [],
            report: report
        )
    }
}

// MARK: - Segments

extension LogRecovery {
    /// Opens a segment and checks that it is the one that the manifest means, and goes on where
    /// the one before it ended.
    private func scanner(for entry: SegmentEntry) throws(LogStoreError) -> SegmentScanner {
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
    private mutating func foldSealed(_ entry: SegmentEntry) throws(LogStoreError) {
        var scanner = try scanner(for: entry)
        defer { scanner.close() }
        appendSegment(scanner.header, scanner.fileSize)
        while scanner.offset < entry.validEnd {
            switch try scanner.scan() {
            case .frame(let frame): try fold(frame, of: &scanner)
            case .blank: throw scanner.damaged("zeros where a frame should be")
            case .invalid(let reason): throw scanner.damaged(reason)
            }
        }
        try finish(entry, scanner.offset, scanner.fileSize, scanner.header)
        guard scanner.offset == entry.validEnd, ledger.lastSequence == entry.lastSequence else {
            throw scanner.damaged("it does not end where the manifest says")
        }
    }

    private mutating func finish(
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

    private mutating func fold(
        _ frame: SegmentScanner.Frame,
        of scanner: inout SegmentScanner
    ) throws(LogStoreError) {
        report.frameCount += 1
        showProgress(frame.header.nextSequence)
        switch frame.header.kind {
        case .watermark, .seal: return
        case .baseline: try foldBaseline(frame, of: &scanner)
        case .batch where isInCheckpoint(frame): break
        case .batch:
            let events = try scanner.events(of: frame)
            for event in events {
                chain?.add(event)
                do throws(LedgerError) {
                    try take(event)
                } catch {
                    throw scanner.damaged("event \(event.sequence): \(error)", at: frame.offset)
                }
            }
            report.eventCount += events.count
        }
        guard frame.header.kind == .batch else { return }
        segments[segments.count - 1].add(
            firstSequence: frame.header.firstSequence,
            offset: frame.offset
        )
    }

    func showProgress(_ next: SequenceNumber) {
        progress?(next, manifest.durable)
    }

    private func isInCheckpoint(_ frame: SegmentScanner.Frame) -> Bool {
        checkpoint.map { frame.header.nextSequence <= $0.sequence.next } ?? false
    }

    /// Of jobs whose beginning was retired, transitions are passed over until they are carried.
    private mutating func take(_ event: JobEvent) throws(LedgerError) {
        if let checkpoint {
            if event.sequence > checkpoint.sequence { try ledger.apply(event) }
        } else if event.sequence <= manifest.carriedThrough {
            try ledger.skip(event)
        } else {
            try ledger.apply(event)
        }
    }

    /// The baseline repeats what the fold must have come to.
    private mutating func foldBaseline(
        _ frame: SegmentScanner.Frame,
        of scanner: inout SegmentScanner
    ) throws(LogStoreError) {
        let baseline = try scanner.baseline(of: frame)
        if let checkpoint, baseline.lastSequence < checkpoint.sequence { return }
        defer { ledger.beginSegment() }
        guard segments.count > 1 || baseline.lastSequence == .zero || checkpoint != nil else {
            do throws(LedgerError) {
                try baseline.check()
            } catch {
                throw scanner.damaged("its baseline: \(error)", at: frame.offset)
            }
            ledger = JobLedger(baseline: baseline)
            return
        }
        guard baseline == ledger.baseline() else {
            throw scanner.damaged("its baseline is not what the log comes to", at: frame.offset)
        }
    }
}

// MARK: - Checkpoints

extension LogRecovery {
    /// Begins with the newest checkpoint that can be used; one that cannot costs only time.
    private mutating func loadCheckpoint() {
        guard let first = manifest.segments.first?.firstSequence else { return }
        for entry in manifest.checkpoints.reversed() {
            do throws(LogReadError) {
                // What is behind it must be there without a gap.
                guard entry.sequence.next >= first, entry.sequence < manifest.durable else {
                    throw .damaged(
                        file: entry.fileName,
                        offset: 0,
                        reason: "the log does not go on behind it"
                    )
                }
                let checkpoint = try Checkpoint(entry, of: manifest.store, in: folder)
                ledger = checkpoint.ledger
                ledger.retireSegments(before: first)
                report.checkpoint = checkpoint.sequence
                self.checkpoint = checkpoint
                self.checkpoint?.ledger = JobLedger()
                return
            } catch {
                report.ignoredCheckpoints.append(
                    RecoveryReport.IgnoredFile(file: entry.fileName, reason: "\(error)")
                )
            }
        }
    }

    /// Takes over a segment whose events are all in the checkpoint.
    private mutating func adopt(_ entry: SegmentEntry) throws(LogStoreError) {
        var scanner = try scanner(for: entry)
        defer { scanner.close() }
        let places = checkpoint?.places[entry.id]
        appendSegment(scanner.header, scanner.fileSize, places ?? [])
        if places == nil {
            while scanner.offset < entry.validEnd {
                guard case .frame(let frame) = try scanner.scan() else {
                    throw scanner.damaged("no frame where one should be")
                }
                try fold(frame, of: &scanner)
            }
        }
        report.segmentCount += 1
        previous = SegmentHeader.Predecessor(
            segment: entry.id,
            validEnd: entry.validEnd,
            lastSequence: entry.lastSequence
        )
        summaries.append(
            SegmentSummary(entry, epoch: scanner.header.epoch, fileSize: scanner.fileSize)
        )
    }

    private mutating func appendSegment(
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

// MARK: - The last segment

extension LogRecovery {
    private consuming func foldLast(_ entry: SegmentEntry) throws(LogStoreError) -> RecoveredLog {
        let end = try LogEnd.find(
            try scanner(for: entry),
            entry: entry,
            manifestDurable: manifest.durable,
            purpose: purpose
        )
        report.tornTail = end.tornTail
        var scanner = try scanner(for: entry)
        defer { scanner.close() }
        appendSegment(scanner.header, scanner.fileSize)
        try fold(upTo: end.provenEnd, of: &scanner)
        let provenBaseline = ledger.baseline()
        // What nothing proves is logged again, in the next segment.
        if purpose == .writing { ledger.beginSegment() }
        let provenSegments = segments
        var unproven: [LoggedFrame] = []
        while scanner.offset < end.validEnd, case .frame(let frame) = try scanner.scan() {
            try fold(frame, of: &scanner)
            guard frame.header.kind == .batch else { continue }
            report.unprovenEventCount += frame.header.eventCount
            unproven.append(
                LoggedFrame(
                    payload: FramePayload(frame.header, stored: frame.stored),
                    firstSequence: frame.header.firstSequence,
                    seconds: frame.header.seconds
                )
            )
        }
        try finish(entry, end.validEnd, scanner.fileSize, scanner.header)
        ledger.endFold()
        report.lastChange = ledger.lastChange
        return RecoveredLog(
            manifest: manifest,
            ledger: ledger,
            provenBaseline: provenBaseline,
            provenEnd: end.provenEnd,
            unproven: unproven,
            segments: purpose == .writing ? provenSegments : segments,
            summaries: summaries,
            report: report
        )
    }

    private mutating func fold(
        upTo end: UInt64,
        of scanner: inout SegmentScanner
    ) throws(LogStoreError) {
        while scanner.offset < end {
            guard case .frame(let frame) = try scanner.scan() else {
                throw scanner.damaged("it has changed while it was read")
            }
            try fold(frame, of: &scanner)
        }
    }
}
