import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

/// What must be true of a disk after a crash.
struct CrashOracle {
    /// The same program without a crash.
    let reference: CrashRun
    /// The run that the crash ended.
    let run: CrashRun
    /// The last event that must be there.
    let kept: SequenceNumber
    /// Whether the crash took what was not synced.
    let hasLostPower: Bool
    /// What to print when something is not true.
    let story: String

    /// Checks a disk, and the store that is opened on it.
    func check(_ disk: SimulatedFileSystem) async throws {
        try checkContent(of: disk)
        let views = try await reopen(disk.copy())
        // Recovering again, after a crash of the recovery, comes to the same.
        let again = disk.copy()
        let first = CrashRun(run.program.opening, on: again)
        var opening = first
        again.faults = .crash(atCall: callOfSecondCrash)
        try await opening.run()
        // What the death of a process has left unsynced, the loss of power may take: another story.
        let second = try await reopen(
            hasLostPower ? again.crashed(keeping: .nothing) : again.copy()
        )
        try expect(second == views, "a crash during the recovery changes what it comes to")
    }

    /// At which call the recovery is cut short: another one in each story, the same in each run.
    private var callOfSecondCrash: Int {
        1 + story.utf8.reduce(0) { ($0 * 31 + Int($1)) % 40 }
    }

    /// What is on the disk is what was written, up to a commit, and no less than was promised.
    private func checkContent(of disk: SimulatedFileSystem) throws {
        guard let reader = try reader(of: disk) else {
            return try expect(!run.wasOpened, "the store is gone")
        }
        let last = reader.report.lastSequence
        try expect(last >= kept, "event \(kept) was promised, and the last one is \(last)")
        guard last > .zero else { return }
        let view = try StoreContent(reader)
        guard let expected = reference.views.state(at: last, of: view) else {
            throw failure("the log ends at event \(last), in the middle of a command")
        }
        try expect(view.isSame(as: expected), "the state at event \(last) is another")
    }

    /// The store on the disk; `nil` when there is none.
    func reader(of disk: SimulatedFileSystem) throws -> LogReader? {
        do {
            return try LogReader.open(CrashRun.folder, of: disk.copy(), clock: ManualClock())
        } catch {
            if error.code == .notFound { return nil }
            throw failure("it cannot be read: \(error)")
        }
    }

    /// Opens the store and works with it.
    ///
    /// - Returns: The jobs as the opening has left them.
    @discardableResult
    func reopen(_ disk: SimulatedFileSystem) async throws -> [JobRecord] {
        var configuration = ProgramWorker.configuration(of: run.program)
        configuration.jobIDBlock = 1 << 16
        let backend: LogBackend
        do {
            backend = try await LogBackend.open(
                CrashRun.folder,
                configuration,
                StoreOpening.Environment(
                    fileSystem: disk,
                    clock: run.clock,
                    process: ProcessIdentity(pid: 8, bootID: "boot", host: "host"),
                    random: { 0xABCD }
                ),
                mode: .inline
            )
        } catch {
            throw failure("it does not open: \(error)")
        }
        try checkNames(of: disk)
        let records = try await backend.list(JobQuery(limit: JobLimits.listCountMax))
        try expect(!records.contains { $0.state == .running }, "a job hangs in running")
        try await work(backend)
        try await backend.close()
        try expect(disk.openPaths.isEmpty, "closed, it has open files: \(disk.openPaths)")
        // Rescues are stamped with the time of the opening, and the two openings have the same.
        return records
    }

    /// An opening leaves no file that nothing counts.
    private func checkNames(of disk: SimulatedFileSystem) throws {
        let folder = StoreFolder(CrashRun.folder, of: disk)
        let manifest = try LogRecovery.manifest(in: folder)
        let named =
            manifest.segments.map(\.id.fileName) + manifest.history.archives.map(\.fileName)
            + manifest.checkpoints.map(\.fileName)
        let left = try disk.names(inFolder: CrashRun.folder).filter { name in
            let isNumbered = SegmentID(fileName: name) != nil || StoreFolder.isDerived(name)
            return isNumbered && !named.contains(name)
                || StoreFolder.temporaryNames.contains(name)
        }
        try expect(left.isEmpty, "an opening leaves \(left)")
    }

    private func work(_ backend: LogBackend) async throws {
        let added = try await backend.enqueue([NewJob(kind: "new", payload: JobPayload(bytes: []))])
        let id = added[0].record.id
        try expect(!run.ids.contains(id), "id \(id) is given to a second job")
        try await backend.resumeQueue("default", actor: nil)
        let claims = try await backend.claim(ClaimRequest(limit: 60, worker: "after")).jobs
        try expect(claims.contains { $0.record.id == id }, "the new job is not claimed")
        for claim in claims {
            try expect(!run.leases.contains(claim.lease), "a lease is given twice")
            try expect(claim.payload != nil, "the payload of job \(claim.record.id) is gone")
            let history = try await backend.history(of: claim.record.id)
            let versions = history.compactMap(\.transition?.version)
            try expect(
                versions == Array(0..<UInt32(history.count)) && !history.isEmpty,
                "the history of job \(claim.record.id) has gaps: \(versions)"
            )
        }
    }

    func expect(_ condition: Bool, _ message: String) throws {
        if !condition { throw failure(message) }
    }

    func failure(_ message: String) -> CrashFailure {
        CrashFailure(message: "\(run.program), \(story): \(message)")
    }
}

struct CrashFailure: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}

extension CrashProgram {
    /// What comes after a crash.
    var opening: CrashProgram {
        var program = self
        program.steps = [.open]
        return program
    }
}
