import JobLedger
import LazyJobs

extension StoreOpening {
    func begin(
        _ log: RecoveredLog,
        _ lock: StoreLock
    ) throws(LogStoreError) -> Opened {
        let leftovers = try removeLeftovers(log.manifest)
        do throws(SystemCallError) {
            return try beginSegment(log, lock, leftovers)
        } catch {
            throw .opening(folder.path, error)
        }
    }

    private func beginSegment(
        _ log: RecoveredLog,
        _ lock: StoreLock,
        _ leftovers: Leftovers
    ) throws(SystemCallError) -> Opened {
        let header = header(for: log, leftovers.nextSegment)
        var encoder = encoder(for: header)
        let preparer = try SegmentPreparer(in: folder, ballastSize: sizes.ballastBytes)
        let baseline = encoder.payload(of: log.provenBaseline)
        preparer.fitBallast(to: 2 * log.ledger.baselineSizeMax)
        try preparer.cutBallast()
        if try !preparer.prepareSpare(after: log.manifest) {
            // A crash of an opening before has used it, and others have its room.
            giveBackZeros(of: log.manifest.segments)
            _ = try preparer.prepareSpare(after: log.manifest)
        }
        let prepared = try prepare(log, baseline, header, preparer)
        let active = try SegmentFile.begin(
            in: prepared,
            header: header,
            baseline: baseline,
            frames: log.unproven,
            folder: folder
        )
        preparer.renamed()
        let (manifest, firstJobID) = manifest(for: log, header)
        do throws(SystemCallError) {
            try ManifestFile(in: folder).replace(with: manifest)
            // Without the next one it could not even be closed.
            guard try preparer.prepareSpare(after: manifest) else {
                throw .noRoom(for: folder.path(of: StoreFolder.spareManifestName))
            }
        } catch {
            folder.fileSystem.close(active.handle)
            throw error
        }
        removeRetired(leftovers)
        if !preparer.hasBallast { saveBallast(preparer, log.manifest.segments.last) }
        var segment = SegmentCatalog.Segment(header: header)
        for frame in active.loggedAgain {
            segment.add(firstSequence: frame.firstSequence, offset: frame.offset)
        }
        var machine = CommitMachine(
            ledger: log.ledger,
            place: active.place,
            jobIDEnd: manifest.jobIDEnd,
            encoder: encoder,
            settings: settings
        )
        // Without all of it nothing is added: the ballast is made first, or made again.
        machine.isFull = !preparer.hasBallast
        let writer = LogWriter(
            machine: machine,
            active: active,
            manifest: manifest,
            lock: lock,
            folder: folder,
            preparer: preparer,
            catalog: SegmentCatalog(log.segments + [segment], manifest),
            clock: environment.clock,
            sizes: sizes,
            random: environment.random
        )
        var report = log.report
        report.epoch = manifest.epoch
        return Opened(writer: writer, report: report, firstJobID: firstJobID)
    }

    private func encoder(for header: SegmentHeader) -> FrameEncoder {
        FrameEncoder(
            dictionary: header.dictionary,
            sizeMin: settings.durability == .synced
                ? DeflateStream.syncedSizeMin : DeflateStream.promptSizeMin,
            sharing: .byProcessors
        )
    }

    /// On a full disk each opening takes a file that is kept back, and a process that dies leaves
    /// most of it empty: that is kept back again, lest a few crashes lock the store for good.
    private func saveBallast(_ preparer: SegmentPreparer, _ last: SegmentEntry?) {
        guard let last else { return }
        giveBackZeros(of: [last])
        do throws(SystemCallError) {
            try preparer.saveBallast()
        } catch {
            // It is open; there may be room later.
        }
    }

    private func giveBackZeros(of segments: [SegmentEntry]) {
        for segment in segments {
            do throws(SystemCallError) {
                try folder.giveBackZeros(of: segment.id.fileName)
            } catch {
                // What it does not give back is missing, and that is said.
            }
        }
    }

    private func header(for log: RecoveredLog, _ id: SegmentID) -> SegmentHeader {
        let predecessor = log.manifest.segments.last.map { last in
            SegmentHeader.Predecessor(
                segment: last.id,
                validEnd: log.provenEnd,
                lastSequence: log.provenBaseline.lastSequence
            )
        }
        return SegmentHeader(
            store: log.manifest.store,
            segment: id,
            salt: environment.random(),
            epoch: log.manifest.epoch + 1,
            firstSequence: log.provenBaseline.lastSequence.next,
            predecessor: predecessor,
            createdAt: Timestamp(environment.clock.now),
            commitAlignment: sizes.commitAlignment,
            // What is logged again is deflated with it.
            dictionary: log.segments.last?.header.dictionary ?? FormatDictionary.builtIn
        )
    }

    /// Finds the file: on a full disk what was kept back must do, since nobody could finish
    /// anything in a store that does not open; nor could one be closed that has only room for its
    /// opening.
    private func prepare(
        _ log: RecoveredLog,
        _ baseline: FramePayload,
        _ header: SegmentHeader,
        _ preparer: SegmentPreparer
    ) throws(SystemCallError) -> SegmentPreparer.Prepared {
        let size = SegmentFile.size(
            baseline: baseline,
            frames: log.unproven,
            payloadBytes: EventBounds.givingBack(log.ledger.runningCount).bytesMax
                + EventBounds.closing,
            alignment: header.commitAlignment
        )
        func take() throws(SystemCallError) -> SegmentPreparer.Prepared? {
            try preparer.take(size: size, target: sizes.segmentBytesFirst, usesBallast: true)
        }
        if let prepared = try take() { return prepared }
        // Processes that died in the middle of an opening may have left most of theirs empty.
        giveBackZeros(of: log.manifest.segments)
        if let prepared = try take() { return prepared }
        throw .noRoom(for: folder.path(of: StoreFolder.nextSegmentName))
    }

    private func manifest(
        for log: RecoveredLog,
        _ header: SegmentHeader
    ) -> (manifest: Manifest, firstJobID: JobID) {
        var manifest = log.manifest
        if !manifest.segments.isEmpty {
            manifest.seal(
                validEnd: log.provenEnd,
                lastSequence: log.provenBaseline.lastSequence
            )
        }
        let next = log.ledger.nextJobID
        let first = log.manifest.isClosed ? next : max(next, log.manifest.jobIDEnd)
        manifest.add(header)
        manifest.generation += 1
        manifest.epoch = header.epoch
        // All that was logged again is synced.
        manifest.durable = log.ledger.lastSequence.next
        manifest.isClosed = false
        manifest.jobIDEnd = JobID(rawValue: first.rawValue + settings.jobIDBlock)
        return (manifest, first)
    }
}

extension StoreID {
    /// A random (version 4) id.
    static func random(_ word: @escaping @Sendable () -> UInt64) -> StoreID {
        var generator = Words(word: word)
        return StoreID(using: &generator)
    }

    private struct Words: RandomNumberGenerator {
        var word: @Sendable () -> UInt64

        mutating func next() -> UInt64 { word() }
    }
}
