import JobLedger
import LazyJobs
import Synchronization

/// Reads the segments that are to be retired, verifying all that it reads: hands out the records in
/// them, a few at a time, and writes their history into an archive on the way.
///
/// What does not verify loses only its own: the events there are missing in the archive, and whose
/// records they were is told, so that those jobs can be carried without their payloads.
final class RetiringSegments: Sendable {
    /// What is done with the history.
    enum Keeping: Sendable {
        case archive
        case nothing
    }

    private let targets: [LogEngine.CompactionTarget]
    private let folder: StoreFolder
    private let reading: Mutex<Reading>

    private struct Reading: ~Copyable, Sendable {
        var nextTarget = 0
        var salvage: SegmentSalvage?
        /// The event that comes next, unless it is lost.
        var next = SequenceNumber.zero
        var damage: [DamagedRange] = []
        var archive: ArchiveWriter?
        var chain: HistoryChain
        let firstLink: Digest
    }

    /// Begins with the oldest of one or more segments, behind whose predecessors the chain has a
    /// link.
    init(
        _ targets: [LogEngine.CompactionTarget],
        after link: Digest,
        keeping: Keeping,
        in folder: StoreFolder
    ) throws(LogStoreError) {
        self.targets = targets
        self.folder = folder
        var archive: ArchiveWriter?
        if case .archive = keeping {
            let first = targets[0].header
            archive = try LogStoreError.from({ .archiving($0) }) { () throws(SystemCallError) in
                try ArchiveWriter.begin(of: first.store, firstSegment: first.segment, in: folder)
            }
        }
        reading = Mutex(
            Reading(archive: archive, chain: HistoryChain(after: link), firstLink: link)
        )
    }

    deinit {
        reading.withLock { reading in
            reading.salvage?.close()
            reading.archive?.close()
        }
    }

    /// Ends the reading, while the store is still open, and removes an unfinished archive.
    func close() {
        reading.withLock { reading in
            reading.salvage?.close()
            reading.salvage = nil
            reading.archive?.close()
            reading.archive?.removeUnfinished()
            reading.archive = nil
        }
    }

    /// What a reading of some of the segments has found.
    struct Piece: Sendable {
        /// The records in it.
        var copies: [JobRecordCopy] = []
        /// How many events there are in it, those records among them.
        var eventCount = 0
        fileprivate var weight = 0
    }

    /// Reads on, frame by frame, until there is about as much as asked for.
    ///
    /// `weightMax` is in bytes of events, before they are deflated. Gives `nil` at the end.
    func next(weightMax: Int) throws(LogStoreError) -> Piece? {
        try reading.withLock { reading throws(LogStoreError) in
            var piece = Piece()
            while piece.weight < weightMax {
                guard reading.nextTarget < targets.count else { break }
                try readFrame(&reading, &piece)
                giveWay()
            }
            return piece.eventCount > 0 ? piece : nil
        }
    }

    /// What could not be read so far.
    var damage: [DamagedRange] { reading.withLock { $0.damage } }

    private func readFrame(
        _ reading: inout Reading,
        _ piece: inout Piece
    ) throws(LogStoreError) {
        let target = targets[reading.nextTarget]
        if reading.salvage == nil {
            reading.salvage = try SegmentSalvage(
                target.header,
                upTo: target.validEnd,
                in: folder,
                skipsUnreadable: true
            )
            reading.next = target.header.firstSequence
        }
        switch try reading.salvage?.next() {
        case .frame(let frame): try take(frame, of: target, &reading, &piece)
        case .damage: break
        case nil:
            try expectAnswers(target, &reading)
            end(target, &reading)
        }
    }

    /// What a device has lost is damage; what one does not give that is away is none.
    private func expectAnswers(
        _ target: LogEngine.CompactionTarget,
        _ reading: inout Reading
    ) throws(LogStoreError) {
        guard reading.salvage?.isInterrupted == true else { return }
        let name = target.header.segment.fileName
        throw LogStoreError(
            .inputOutput,
            "The device does not give \(name) any more. Nothing was retired; mend the disk, then "
                + "try again.",
            file: name
        )
    }

    private func take(
        _ frame: SegmentSalvage.Frame,
        of target: LogEngine.CompactionTarget,
        _ reading: inout Reading,
        _ piece: inout Piece
    ) throws(LogStoreError) {
        if let baseline = frame.baseline { reading.archive?.begin(baseline) }
        guard !frame.events.isEmpty else { return }
        // What verifies here and is not of this place in the order, was written by nobody.
        guard frame.header.firstSequence >= reading.next else { return }
        noteLost(before: frame.header.firstSequence, of: target, &reading)
        reading.next = frame.header.nextSequence
        piece.copies += frame.events.lazy.compactMap { JobRecordCopy($0) }
        piece.eventCount += frame.events.count
        piece.weight += frame.events.reduce(0) { $0 + $1.weight }
        // Its baseline may be what is lost.
        let last = SequenceNumber(rawValue: target.header.firstSequence.rawValue - 1)
        reading.archive?.begin(LedgerBaseline(lastSequence: last, epoch: target.header.epoch))
        try archive(frame.events, &reading)
    }

    private func noteLost(
        before next: SequenceNumber,
        of target: LogEngine.CompactionTarget,
        _ reading: inout Reading
    ) {
        guard next > reading.next else { return }
        reading.damage.append(
            DamagedRange(
                file: target.header.segment.fileName,
                firstSequence: reading.next,
                lastSequence: SequenceNumber(rawValue: next.rawValue - 1)
            )
        )
    }

    private func archive(
        _ events: [JobEvent],
        _ reading: inout Reading
    ) throws(LogStoreError) {
        for (index, event) in events.enumerated() {
            if index % 64 == 63 { giveWay() }
            reading.chain.add(event)
            do throws(SystemCallError) {
                try reading.archive?.add(event)
            } catch {
                throw .archiving(error)
            }
        }
    }

    private func end(_ target: LogEngine.CompactionTarget, _ reading: inout Reading) {
        noteLost(before: target.nextSequence, of: target, &reading)
        let last = SequenceNumber(rawValue: target.nextSequence.rawValue - 1)
        let link = reading.chain.end(target.header.segment, lastSequence: last)
        reading.archive?.end(target.header.segment, lastSequence: last, link: link)
        reading.salvage?.close()
        reading.salvage = nil
        reading.nextTarget += 1
    }

    /// Ends the archive, which is on the device then.
    ///
    /// - Returns: What the manifest is to say; through which event the jobs were carried is not in
    ///   it yet.
    func finish() throws(LogStoreError) -> ManifestEdit.Retirement.History {
        try reading.withLock { reading throws(LogStoreError) in
            let link = reading.firstLink
            do throws(LogReadError) {
                guard let entry = try reading.archive?.finish(after: link) else {
                    return .dropped(link: reading.chain.link)
                }
                return .archived(entry)
            } catch {
                throw .archiving(error)
            }
        }
    }
}

extension LogStoreError {
    /// An archive that could not be written.
    fileprivate static func archiving(_ error: SystemCallError) -> Self {
        Self(
            error.isOutOfSpace ? .storageFull : .inputOutput,
            "Could not write an archive: \(error). Nothing was retired. "
                + (error.isOutOfSpace
                    ? "Free space, or keep less history, then try again."
                    : "Mend the disk, then try again."),
            file: StoreFolder.preparingArchiveName,
            cause: error
        )
    }

    fileprivate static func archiving(_ error: LogReadError) -> Self {
        switch error {
        case .inputOutput(let call): archiving(call)
        case .damaged(let file, let offset, let reason):
            Self(
                .inputOutput,
                "Could not write an archive: it reads back otherwise than it was written, at byte "
                    + "\(offset): \(reason). Nothing was retired. Mend the disk, then try again.",
                file: file,
                offset: offset
            )
        }
    }
}
