import JobLedger
package import LazyJobs

/// Opens a store for writing: finds or makes it, recovers it, and begins a new segment.
///
/// Crash story, for a crash at any call:
/// 1. What is there is only read, so that whatever refuses the opening leaves the folder as it was.
///    The lock comes first where there is a `LOCK`, since another process may be changing what is
///    there; it is made, and its text written, when nothing forbids to open the store.
/// 2. The log is read under the lock.
/// 3. Leftovers of openings that were cut short are removed: no manifest has ever named them.
/// 4. A new segment is begun. It holds the state before its first event, and the frames of the old
///    end that nothing proves, written and synced anew: after a failed sync the cache may show what
///    the device does not have. Until the manifest names it, it is a leftover.
/// 5. The manifest names it, with the next epoch and a block of job ids behind every id that may
///    have been given out. A crash before this leaves the old end, and after it the new beginning;
///    both hold the same events.
package struct StoreOpening: Sendable {
    /// What the opening needs from outside.
    package struct Environment: Sendable {
        package var fileSystem: any FileSystem
        package var clock: any JobClock
        package var process: ProcessIdentity
        package var random: @Sendable () -> UInt64

        package init(
            fileSystem: any FileSystem,
            clock: any JobClock,
            process: ProcessIdentity,
            random: @escaping @Sendable () -> UInt64
        ) {
            self.fileSystem = fileSystem
            self.clock = clock
            self.process = process
            self.random = random
        }
    }

    /// What was opened.
    package struct Opened: ~Copyable {
        package var writer: LogWriter
        package var report: RecoveryReport
        /// Where the ids of this epoch begin.
        package var firstJobID: JobID

        package consuming func takeWriter() -> LogWriter { writer }
    }

    private let folder: StoreFolder
    private let environment: Environment
    private let settings: CommitMachine.Settings
    private let sizes: LogWriter.Sizes

    package init(
        _ path: String,
        _ environment: Environment,
        settings: CommitMachine.Settings,
        sizes: LogWriter.Sizes
    ) {
        folder = StoreFolder(path, of: environment.fileSystem)
        self.environment = environment
        self.settings = settings
        self.sizes = sizes
    }

    /// Opens the store, or makes it.
    ///
    /// - Parameter createsFolder: Whether a store may be made where there is none.
    /// - Returns: The store, open; its first event is still to be written.
    /// - Throws: As ``LogBackend/open(_:configuration:clock:)``.
    package func open(createsFolder: Bool) throws(LogStoreError) -> Opened {
        let start = environment.clock.uptime
        let isThere = try lookFirst(createsFolder: createsFolder)
        let lock = try takeLock()
        do throws(LogStoreError) {
            let log = try isThere ? recover(lock) : newLog(lock)
            var opened = try begin(log, lock)
            opened.report.duration = environment.clock.uptime - start
            return opened
        } catch {
            lock.release()
            throw error
        }
    }

    /// Refuses what can be refused before anything is touched.
    ///
    /// - Returns: Whether there is a store.
    private func lookFirst(createsFolder: Bool) throws(LogStoreError) -> Bool {
        switch try FolderInspection(folder) {
        case .store:
            if try !hasLockFile() { try lookWithoutLock() }
            return true
        case .empty, .missing:
            guard createsFolder else {
                throw LogStoreError(
                    .notFound,
                    "Could not open \(folder.path): there is no store, and none is to be made. "
                        + "Name the folder of one, or allow to make it (`createsFolder`)."
                )
            }
            try makeFolder()
            return false
        }
    }

    /// Looks at a store that has no `LOCK`, a copied one, before it gets one.
    ///
    /// If it has got one meanwhile, another process is opening it and may change what is looked at,
    /// so nothing is concluded: the lock decides.
    private func lookWithoutLock() throws(LogStoreError) {
        do throws(LogStoreError) {
            _ = try writableManifest()
        } catch {
            guard try hasLockFile() else { throw error }
        }
    }

    private func hasLockFile() throws(LogStoreError) -> Bool {
        try LogStoreError.from({ .opening(folder.path, $0) }) { () throws(SystemCallError) in
            try StoreLock.isThere(inFolder: folder.path, of: folder.fileSystem)
        }
    }

    /// Makes the folder, if it is not there, and its name durable in either case.
    ///
    /// Crash story:
    /// 1. A makes the folder, and dies before it has synced the parent.
    /// 2. B finds the folder, makes its store in it, and answers.
    /// 3. The power fails: without B's own sync of the parent, folder and store are gone.
    private func makeFolder() throws(LogStoreError) {
        do throws(SystemCallError) {
            let isThere = try folder.fileSystem.status(of: folder.path) != nil
            if !isThere { try folder.fileSystem.makeFolder(folder.path) }
            do throws(SystemCallError) {
                try folder.fileSystem.syncFolder(Self.parent(of: folder.path))
            } catch  where isThere && error.isRefused {
                // Somebody with more rights has made it for this process, and answers for it.
            }
        } catch {
            throw .opening(folder.path, error)
        }
    }

    static func parent(of path: String) -> String {
        let parts = path.split(separator: "/")
        let parent = parts.dropLast().joined(separator: "/")
        if path.hasPrefix("/") { return "/" + parent }
        return parent.isEmpty ? "." : parent
    }

    private func takeLock() throws(LogStoreError) -> StoreLock {
        let attempt: StoreLock.Attempt
        do throws(SystemCallError) {
            attempt = try StoreLock.take(inFolder: folder.path, of: folder.fileSystem)
        } catch {
            throw .opening(folder.path, error)
        }
        switch attempt {
        case .taken(let lock): return lock
        case .refused(let holder): throw locked(by: holder)
        }
    }

    private func locked(by holder: StoreLockHolder?) -> LogStoreError {
        var who = "another open has it"
        var remedy = "Close that one"
        if let holder, holder.process == environment.process {
            who = "this process has it open already"
        } else if let holder {
            who = "process \(holder.process.pid) has it"
            remedy = "Stop that process"
        }
        if let time = holder?.startTime, !time.isEmpty { who += " since \(time)" }
        return LogStoreError(
            .locked,
            "Could not open \(folder.path) for writing: \(who). \(remedy), or open the store "
                + "read-only.",
            file: StoreLock.fileName
        )
    }

    private func describe(_ lock: StoreLock) {
        let startTime = RFC3339.string(from: Timestamp(environment.clock.now))
        lock.describe(StoreLockHolder(process: environment.process, startTime: startTime))
    }
}

// MARK: - What is there

extension StoreOpening {
    private func recover(_ lock: StoreLock) throws(LogStoreError) -> RecoveredLog {
        let manifest = try writableManifest()
        describe(lock)
        return try LogRecovery.run(manifest, in: folder, for: .writing)
    }

    /// Reads the manifest, and the beginnings of what it names: enough to refuse a store that is
    /// newer or not whole before anything is made in its folder.
    private func writableManifest() throws(LogStoreError) -> Manifest {
        let manifest = try LogRecovery.manifest(in: folder)
        let headers = try LogRecovery.headers(of: manifest, in: folder)
        let features = [manifest.features] + headers.map(\.features)
        guard features.allSatisfy(\.allowWriting) else {
            throw LogStoreError(
                .tooNew,
                "Could not open \(folder.path) for writing: a newer version of this library wrote "
                    + "it, and allows this one to read it only. Open it read-only, or use that "
                    + "version."
            )
        }
        return manifest
    }

    private func newLog(_ lock: StoreLock) throws(LogStoreError) -> RecoveredLog {
        // Somebody may have been faster between the look and the lock.
        if case .store = try FolderInspection(folder) { return try recover(lock) }
        describe(lock)
        let random = environment.random
        let manifest = Manifest(
            store: StoreID.random(random),
            generation: 0,
            epoch: 0,
            nextSegment: SegmentID(rawValue: 1),
            jobIDEnd: JobID(rawValue: 1),
            durable: SequenceNumber(rawValue: 1),
            isClosed: false,
            segments: []
        )
        return try LogRecovery.run(manifest, in: folder, for: .writing)
    }

    /// Removes segments that no manifest has ever named, and those that were retired.
    ///
    /// - Returns: The next segment id, behind all that were ever used.
    private func removeLeftovers(_ manifest: Manifest) throws(LogStoreError) -> SegmentID {
        let named = Set(manifest.segments.map(\.id))
        let names = try LogStoreError.from({ .opening(folder.path, $0) }) {
            () throws(SystemCallError) in
            try folder.fileSystem.names(inFolder: folder.path)
        }
        let leftovers = names.compactMap { SegmentID(fileName: $0) }.filter { id in
            id >= manifest.nextSegment && !named.contains(id)
        }
        for id in leftovers { try expectNeverActive(id) }
        let retired = retiredSegments(manifest, names)
        let removed =
            (leftovers + retired).map(\.fileName)
            + names.filter(StoreFolder.temporaryNames.contains)
            + derivedLeftovers(manifest, names)
        for name in removed {
            try LogStoreError.from({ .opening(folder.path, $0) }) { () throws(SystemCallError) in
                try folder.fileSystem.remove(folder.path(of: name))
            }
        }
        return max(manifest.nextSegment, leftovers.max()?.next ?? manifest.nextSegment)
    }

    /// Files older than all that the manifest names, when it says that there were such segments.
    private func retiredSegments(_ manifest: Manifest, _ names: [String]) -> [SegmentID] {
        guard manifest.carriedThrough > .zero, let first = manifest.segments.first?.id else {
            return []
        }
        return names.compactMap { SegmentID(fileName: $0) }.filter { $0 < first }
    }

    /// Archives and checkpoints that the manifest does not name.
    private func derivedLeftovers(_ manifest: Manifest, _ names: [String]) -> [String] {
        let named = manifest.history.archives.map(\.fileName) + manifest.checkpoints.map(\.fileName)
        return names.filter { StoreFolder.isDerived($0) && !named.contains($0) }
    }

    private func expectNeverActive(_ id: SegmentID) throws(LogStoreError) {
        guard try LeftoverSegment(id, in: folder).wasActive else { return }
        throw LogStoreError(
            .corruption,
            "Could not open \(folder.path): its manifest is older than \(id.fileName), which holds "
                + "events that it does not know. Put the right manifest back, or restore a backup.",
            file: Manifest.fileName,
            offset: 0
        )
    }
}

// MARK: - The new beginning

extension StoreOpening {
    private func begin(
        _ log: RecoveredLog,
        _ lock: StoreLock
    ) throws(LogStoreError) -> Opened {
        let nextSegment = try removeLeftovers(log.manifest)
        do throws(SystemCallError) {
            return try beginSegment(log, lock, nextSegment)
        } catch {
            throw .opening(folder.path, error)
        }
    }

    private func beginSegment(
        _ log: RecoveredLog,
        _ lock: StoreLock,
        _ nextSegment: SegmentID
    ) throws(SystemCallError) -> Opened {
        let header = header(for: log, nextSegment)
        var encoder = FrameEncoder(dictionary: header.dictionary)
        let preparer = try SegmentPreparer(in: folder, ballastSize: sizes.ballastBytes)
        let baseline = encoder.payload(of: log.provenBaseline)
        let prepared = try prepare(log, baseline, header, preparer)
        let active = try SegmentFile.begin(
            in: prepared,
            header: header,
            baseline: baseline,
            frames: log.unproven,
            folder: folder
        )
        let (manifest, firstJobID) = manifest(for: log, header)
        do throws(SystemCallError) {
            try ManifestFile(in: folder).replace(with: manifest)
            _ = try ManifestFile(in: folder).prepareSpare()
        } catch {
            folder.fileSystem.close(active.handle)
            throw error
        }
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
            // What is logged again is deflated with it.
            dictionary: log.segments.last?.header.dictionary ?? FormatDictionary.builtIn
        )
    }

    /// Finds the file: on a full disk what was kept back must do, since nobody could finish
    /// anything in a store that does not open.
    private func prepare(
        _ log: RecoveredLog,
        _ baseline: FramePayload,
        _ header: SegmentHeader,
        _ preparer: SegmentPreparer
    ) throws(SystemCallError) -> SegmentPreparer.Prepared {
        let size = SegmentFile.size(
            baseline: baseline,
            frames: log.unproven,
            payloadBytes: EventBounds.givingBack(log.ledger).bytesMax,
            alignment: header.commitAlignment
        )
        let prepared = try preparer.take(
            size: size,
            target: sizes.segmentBytesFirst,
            usesBallast: true
        )
        guard let prepared else { throw .noRoom(in: folder.path) }
        return prepared
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
