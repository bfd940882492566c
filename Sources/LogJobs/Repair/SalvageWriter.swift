import JobLedger
import LazyJobs

/// Writes what was saved as the log of a new store: one carried event for each job.
///
/// The events go on behind the last one of the old log, and in an epoch of their own. So the store
/// is like one whose older segments were retired: its histories begin here.
struct SalvageWriter: ~Copyable {
    private static let frameEventsMax = 4096

    /// What is known of the store so far.
    private(set) var ledger: JobLedger
    private(set) var manifest: Manifest

    private let target: NewStoreFolder
    private let environment: StoreOpening.Environment
    private let sizes: LogRepair.Sizes
    private let now: Timestamp
    private var encoder = FrameEncoder(dictionary: FormatDictionary.builtIn)
    /// What the segment begins with that is being filled.
    private var baseline: LedgerBaseline
    private var frames: [LoggedFrame] = []
    private var framesSize = 0
    private var events: [JobEvent] = []
    private var eventsSize = 0
    private var predecessor: SegmentHeader.Predecessor?

    init(
        _ baseline: LedgerBaseline,
        _ target: NewStoreFolder,
        _ environment: StoreOpening.Environment,
        _ sizes: LogRepair.Sizes
    ) {
        self.sizes = sizes
        self.baseline = baseline
        self.target = target
        self.environment = environment
        now = Timestamp(environment.clock.now)
        ledger = JobLedger(baseline: baseline)
        manifest = Manifest(
            store: StoreID.random(environment.random),
            generation: 1,
            epoch: baseline.epoch,
            nextSegment: SegmentID(rawValue: 1),
            jobIDEnd: baseline.nextJobID,
            durable: baseline.lastSequence.next,
            isClosed: false,
            segments: []
        )
    }

    var path: String { target.files.path }

    /// Adds a job.
    ///
    /// - Throws: When the store so far does not allow it; nothing has changed then.
    mutating func add(_ transition: JobTransition) throws(LedgerError) {
        let event = JobEvent(
            sequence: ledger.lastSequence.next,
            epoch: ledger.epoch,
            timestamp: now,
            body: .job(transition)
        )
        try ledger.apply(event)
        events.append(event)
        if case .carried(let carried) = transition.change { eventsSize += carried.size }
    }

    /// Writes what is complete.
    mutating func writeFull() throws(SystemCallError) {
        guard events.count >= Self.frameEventsMax || eventsSize >= sizes.frameBytesTarget else {
            return
        }
        endFrame()
        if framesSize >= sizes.segmentBytesTarget { try endSegment() }
    }

    /// Writes the rest.
    mutating func finish() throws(SystemCallError) {
        endFrame()
        if manifest.segments.isEmpty || !frames.isEmpty { try endSegment() }
        manifest.durable = ledger.lastSequence.next
        manifest.carriedThrough = ledger.lastSequence
    }

    private mutating func endFrame() {
        guard let first = events.first else { return }
        let payload = encoder.payload(of: events)
        frames.append(
            LoggedFrame(
                payload: payload,
                firstSequence: first.sequence,
                seconds: now.wholeSeconds
            )
        )
        framesSize += payload.bytes.count
        events.removeAll(keepingCapacity: true)
        eventsSize = 0
    }

    private mutating func endSegment() throws(SystemCallError) {
        let header = SegmentHeader(
            store: manifest.store,
            segment: manifest.nextSegment,
            salt: environment.random(),
            epoch: manifest.epoch,
            firstSequence: baseline.lastSequence.next,
            predecessor: predecessor,
            createdAt: now
        )
        let file = try write(header, encoder.payload(of: baseline))
        manifest.add(header)
        manifest.seal(validEnd: file.place.offset, lastSequence: ledger.lastSequence)
        predecessor = SegmentHeader.Predecessor(
            segment: header.segment,
            validEnd: file.place.offset,
            lastSequence: ledger.lastSequence
        )
        baseline = ledger.baseline()
        frames = []
        framesSize = 0
    }

    private func write(
        _ header: SegmentHeader,
        _ baseline: FramePayload
    ) throws(SystemCallError) -> SegmentFile {
        let size = SegmentFile.size(
            baseline: baseline,
            frames: frames,
            payloadBytes: 0,
            alignment: header.commitAlignment
        )
        let name = StoreFolder.nextSegmentName
        let temporaryName = StoreFolder.preparingName
        let names = [temporaryName, name, header.segment.fileName]
        let file = try target.make(names) { () throws(SystemCallError) in
            try target.files.makeZeroFile(name, size: size, as: temporaryName)
            return try SegmentFile.begin(
                in: SegmentPreparer.Prepared(name: name, size: size),
                header: header,
                baseline: baseline,
                frames: frames,
                folder: target.files
            )
        }
        target.files.fileSystem.close(file.handle)
        return file
    }
}
