import JobLedger
import LazyJobs

/// Makes a new store out of what is left of another one.
///
/// Crash story: the other store is only read. Under the lock of the new folder the segments of the
/// new one are written and synced, then all of it is read back and verified, and the manifest comes
/// last. Until then there is no store in the new folder.
struct StoreRepair {
    private let source: StoreFolder
    private let environment: StoreOpening.Environment
    private let sizes: LogRepair.Sizes
    private let progress: LogRepair.Progress

    init(
        _ source: StoreFolder,
        _ environment: StoreOpening.Environment,
        _ sizes: LogRepair.Sizes,
        _ progress: @escaping LogRepair.Progress
    ) {
        self.source = source
        self.environment = environment
        self.sizes = sizes
        self.progress = progress
    }

    func run(into path: String) throws(LogStoreError) -> RepairReport {
        try expectStoreFolder()
        let lock = try lock()
        defer { lock?.release() }
        let holder = StoreLockHolder(environment.process, now: environment.clock)
        let target = try NewStoreFolder(path, besides: source, for: holder)
        defer { target.release() }
        let salvage = try LogSalvage(source) { show($0, ofPart: 0) }
        let made: (report: RepairReport, manifest: Manifest)
        do throws(LogStoreError) {
            made = try write(salvage, into: target)
            try target.prepare(made.manifest)
        } catch {
            target.clearAfterFailure()
            throw error
        }
        // From here on the folder is left as it is: it may be a store already.
        try target.publish(made.manifest)
        return made.report
    }

    private func expectStoreFolder() throws(LogStoreError) {
        let status = try LogStoreError.from({ .inspecting(source.path, $0) }) {
            () throws(SystemCallError) in try source.fileSystem.status(of: source.path)
        }
        guard let status else {
            throw LogStoreError(
                .notFound,
                "Could not repair \(source.path): there is no such folder. Name that of a store."
            )
        }
        guard status.kind == .folder else { throw .notAFolder(source.path) }
    }

    /// Keeps writers away, which would make a second store of the same jobs; `nil` when there is no
    /// lock to be had without making one, or no right to take it.
    private func lock() throws(LogStoreError) -> StoreLock? {
        let attempt: StoreLock.Attempt
        do throws(SystemCallError) {
            guard try StoreLock.isThere(inFolder: source.path, of: source.fileSystem) else {
                return nil
            }
            attempt = try StoreLock.take(inFolder: source.path, of: source.fileSystem)
        } catch {
            if error.isRefused { return nil }
            throw .inspecting(source.path, error)
        }
        switch attempt {
        case .taken(let lock): return lock
        case .refused(let holder):
            let who = holder.map { "process \($0.process.pid)" } ?? "a process"
            throw LogStoreError(
                .locked,
                "Could not repair \(source.path): \(who) has it open for writing. Stop that one.",
                file: StoreLock.fileName
            )
        }
    }

    private func write(
        _ salvage: LogSalvage,
        into target: NewStoreFolder
    ) throws(LogStoreError) -> (report: RepairReport, manifest: Manifest) {
        let baseline = Self.baseline(of: salvage)
        // No store has so many events; the new one must be able to number its own.
        guard baseline.lastSequence.rawValue < .max / 2 else {
            throw impossible("it says that there were \(baseline.lastSequence) events")
        }
        do throws(LedgerError) {
            try baseline.check()
        } catch {
            throw impossible("\(error)")
        }
        var writer = SalvageWriter(baseline, target, environment, sizes)
        var report = salvage.report
        try add(salvage, to: &writer, &report)
        try LogStoreError.from({ .opening(target.files.path, $0) }) {
            () throws(SystemCallError) in try writer.finish()
        }
        let log = try target.verify(writer.manifest) { event, last in
            show(Double(event.rawValue) / Double(last.rawValue), ofPart: 2)
        }
        report.jobCount = log.ledger.count
        return (report, writer.manifest)
    }

    /// The log is read twice, and the new one once.
    private func show(_ share: Double, ofPart part: Int) {
        progress((Double(part) + share) / 3)
    }

    private func impossible(_ reason: String) -> LogStoreError {
        LogStoreError(
            .corruption,
            "Could not repair \(source.path): what it says of itself cannot be: \(reason). Restore "
                + "a backup."
        )
    }

    private static func baseline(of salvage: LogSalvage) -> LedgerBaseline {
        let jobs = salvage.jobs
        return LedgerBaseline(
            // A log that begins with event 1 begins with nothing.
            lastSequence: max(salvage.report.lastSequence, SequenceNumber(rawValue: 1)),
            epoch: jobs.epoch < .max ? jobs.epoch + 1 : jobs.epoch,
            nextJobID: JobID(rawValue: min(jobs.nextJobID, FormatLimits.jobIDMax)),
            isOpen: true,
            schedules: jobs.schedules,
            pausedQueues: jobs.pausedQueues
        )
    }

    /// Reads the log once more, for the records of the jobs.
    private func add(
        _ salvage: LogSalvage,
        to writer: inout SalvageWriter,
        _ report: inout RepairReport
    ) throws(LogStoreError) {
        try salvage.log.walk({ show($0, ofPart: 1) }) { step throws(LogStoreError) in
            guard case .frame(let frame) = step else { return }
            for copy in frame.events.lazy.compactMap({ JobRecordCopy($0) }) {
                guard let job = salvage.jobs.jobs[copy.jobID], job.record == copy.sequence else {
                    continue
                }
                do throws(LedgerError) {
                    try writer.add(job.transition(with: copy))
                } catch {
                    // Only what no writer writes can be refused.
                    report.lostJobs.append(copy.jobID)
                }
                try LogStoreError.from({ .opening(writer.path, $0) }) {
                    () throws(SystemCallError) in try writer.writeFull()
                }
            }
        }
        report.lostJobs.sort()
    }
}
