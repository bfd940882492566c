import JobLedger
import LazyJobs

/// Goes through what is kept of a store's history in the order of the events' numbers: archives
/// first, then segments.
///
/// Where it is, is an event's number and no file: when the store's writer retires what is read, it
/// goes on where those events stand then. So every event comes once; those that were lost to damage
/// before they were archived are passed over.
///
/// Invariant: at most one of `archive` and `scanner` is open.
struct LogCursor: ~Copyable, Sendable {
    /// What comes next.
    enum Step: Sendable {
        /// The state before the first event of a file, without jobs; before the file's events.
        case baseline(LedgerBaseline)
        /// The events of a frame or a block, at least one.
        case events([JobEvent])
    }

    private struct OpenArchive: Sendable {
        var file: ArchiveFile
        var blocks: ArraySlice<ArchiveDirectory.Block>
        var isNew = true
    }

    /// The number of the next event.
    private(set) var next: SequenceNumber

    private let folder: StoreFolder
    /// The last event that it goes to; without one it follows the log.
    private let last: SequenceNumber?
    private var manifest: Manifest
    private var decoder = ArchiveDecoder()
    private var archive: OpenArchive?
    private var scanner: SegmentScanner?
    private var segment: SegmentEntry?
    /// Whether the manifest does not name the open segment any more.
    private var isRetired = false
    private var hasBegun = false

    /// Begins at an event, or with the oldest that is kept.
    ///
    /// The last event must have been found valid before. Without one, ``step()`` may be called
    /// again when it has come to the end, for what was added meanwhile.
    init(
        _ manifest: Manifest,
        in folder: StoreFolder,
        from first: SequenceNumber = .zero,
        through last: SequenceNumber?
    ) {
        self.manifest = manifest
        self.folder = folder
        self.last = last
        next = max(first, manifest.oldestEvent)
    }

    deinit {
        scanner?.close()
    }

    /// What comes next; `nil` at the end, or where it is for now.
    ///
    /// - Throws: `corruption`, `inputOutput`, `missingSegment`, and `retired` when the writer has
    ///   dropped events that were not read yet.
    mutating func step() throws(LogStoreError) -> Step? {
        var isCurrent = last != nil
        while true {
            if let last, next > last, hasBegun || next > manifest.oldestEvent { return nil }
            if let step = try stepInFile() { return step }
            if try openNext() { continue }
            if isCurrent { return nil }
            isCurrent = true
            try look()
        }
    }

    /// The next events, without what is between them.
    mutating func events() throws(LogStoreError) -> [JobEvent]? {
        while let step = try step() {
            if case .events(let events) = step { return events }
        }
        return nil
    }

    /// Takes what was not shown yet.
    private mutating func take(_ found: [JobEvent]) -> Step? {
        let events = found.filter { $0.sequence >= next && $0.sequence <= last ?? $0.sequence }
        guard let newest = events.last else { return nil }
        next = newest.sequence.next
        return .events(events)
    }
}

// MARK: - Files

extension LogCursor {
    /// What the open file has next; `nil` when it has no more, or none is open.
    private mutating func stepInFile() throws(LogStoreError) -> Step? {
        if archive != nil { return try stepInArchive() }
        if let segment { return try step(in: segment) }
        return nil
    }

    /// Opens the file that has the next event.
    ///
    /// - Returns: Whether there is one that was not read yet.
    private mutating func openNext() throws(LogStoreError) -> Bool {
        while scanner == nil, archive == nil {
            guard next >= manifest.oldestEvent else { throw .dropped(next, in: folder) }
            do throws(LogStoreError) {
                if let archive = manifest.archive(of: next) {
                    try open(archive)
                } else if let segment = manifest.segment(of: next) {
                    try open(segment)
                } else {
                    return false
                }
                hasBegun = true
                return true
            } catch  where error.code == .missingSegment {
                // Its writer has retired it, or it is missing indeed.
                let generation = manifest.generation
                try readManifest()
                if manifest.generation == generation { throw error }
            }
        }
        return false
    }

    private mutating func open(_ entry: ArchiveEntry) throws(LogStoreError) {
        do throws(LogReadError) {
            let file = try ArchiveFile(entry, of: manifest.store, in: folder, &decoder)
            archive = OpenArchive(file: file, blocks: file.directory.blocks[...])
        } catch {
            throw .history(error)
        }
    }

    private mutating func open(_ entry: SegmentEntry) throws(LogStoreError) {
        scanner = try SegmentScanner(entry.id, in: folder)
        segment = entry
        isRetired = false
    }

    private mutating func closeSegment() {
        scanner?.close()
        scanner = nil
        segment = nil
    }

    /// Looks at what the writer has done meanwhile.
    private mutating func look() throws(LogStoreError) {
        try readManifest()
        guard let segment else { return }
        if let entry = manifest.segments.first(where: { $0.id == segment.id }) {
            self.segment = entry
        } else {
            isRetired = true
        }
        scanner?.refresh()
    }

    private mutating func readManifest() throws(LogStoreError) {
        let now = try LogRecovery.manifest(in: folder)
        guard now.store == manifest.store else { throw .replaced(folder) }
        manifest = now
    }

    private mutating func stepInArchive() throws(LogStoreError) -> Step? {
        guard let file = archive?.file else { return nil }
        if var opened = archive, opened.isNew {
            opened.isNew = false
            archive = opened
            if file.entry.firstSequence >= next { return .baseline(file.directory.baseline) }
        }
        while let block = archive?.blocks.popFirst() {
            guard block.nextSequence > next else { continue }
            do throws(LogReadError) {
                if let step = take(try file.events(of: block, &decoder)) { return step }
            } catch {
                try readManifest()
                guard next >= manifest.oldestEvent else { throw .dropped(next, in: folder) }
                throw .history(error)
            }
        }
        next = max(next, file.entry.lastSequence.next)
        archive = nil
        return nil
    }

    private mutating func step(in segment: SegmentEntry) throws(LogStoreError) -> Step? {
        while let offset = scanner?.offset, !segment.hasEnded || offset < segment.validEnd {
            let finding = try scanner?.scan()
            guard case .frame(let frame) = finding else {
                guard segment.hasEnded || last != nil else {
                    if isRetired { closeSegment() }
                    return nil
                }
                var reason = "zeros where a frame should be"
                if case .invalid(let other) = finding { reason = other }
                throw .corruption(reason, file: segment.id.fileName, offset: offset)
            }
            switch frame.header.kind {
            case .baseline where segment.firstSequence >= next:
                if let baseline = try scanner?.baseline(of: frame) { return .baseline(baseline) }
            case .batch where frame.header.nextSequence > next:
                if let step = take(try scanner?.events(of: frame) ?? []) { return step }
            case .baseline, .batch, .watermark, .seal: break
            }
        }
        next = max(next, segment.lastSequence.next)
        closeSegment()
        return nil
    }
}

extension Manifest {
    /// The oldest event that is kept, or the first that will be.
    var oldestEvent: SequenceNumber {
        history.archives.first?.firstSequence ?? segments.first?.firstSequence
            ?? SequenceNumber(rawValue: 1)
    }

    /// The archive that has an event, or the first behind it.
    fileprivate func archive(of sequence: SequenceNumber) -> ArchiveEntry? {
        history.archives.first { $0.lastSequence >= sequence }
    }

    /// The segment that has an event, the first behind it, or the one that it will be written to.
    fileprivate func segment(of sequence: SequenceNumber) -> SegmentEntry? {
        segments.first { !$0.hasEnded || $0.lastSequence >= sequence }
    }
}

extension SegmentEntry {
    /// Whether nothing is written to it any more.
    fileprivate var hasEnded: Bool { validEnd > 0 }
}

extension LogStoreError {
    fileprivate static func dropped(_ sequence: SequenceNumber, in folder: StoreFolder) -> Self {
        Self(
            .retired,
            "Could not read event \(sequence) in \(folder.path): the store's writer has dropped "
                + "it meanwhile. Read sooner, or have the writer keep its history for longer."
        )
    }

    fileprivate static func replaced(_ folder: StoreFolder) -> Self {
        Self(
            .retired,
            "Could not go on in \(folder.path): another store has taken the place of the one that "
                + "was read. Begin anew."
        )
    }
}
