import JobLedger
import LazyJobs

/// What a damaged log comes to, and what is missing of it.
struct LogSalvage {
    /// Ids are given out in blocks; without a manifest nothing says where the last one ended.
    private static let jobIDMargin: UInt64 = 1 << 20

    let log: SalvagedLog
    private(set) var report = RepairReport()
    private(set) var jobs = SalvagedJobs()

    /// Reads everything.
    ///
    /// - Throws: `notFound` when there is nothing of a store; `corruption` when nothing of it
    ///   verifies; `tooNew`, `inputOutput`.
    init(_ folder: StoreFolder, _ progress: LogRepair.Progress) throws(LogStoreError) {
        var report = RepairReport()
        let manifest = try Self.manifest(in: folder, &report.damages)
        let search = try SegmentSearch(manifest, in: folder)
        report.damages += search.damages
        report.tornTail = search.tornTail
        guard manifest != nil || !search.segments.isEmpty else {
            throw Self.nothing(in: folder, report)
        }
        if search.isManifestOld {
            let reason = "it is older than a segment"
            report.damages.append(.init(file: Manifest.fileName, bytes: nil, reason: reason))
        }
        log = SalvagedLog(
            folder: folder,
            segments: search.segments,
            first: Self.first(manifest, search)
        )
        self.report = report
        try read(manifest, progress)
        if manifest == nil || search.isManifestOld { jobs.skipIDs(Self.jobIDMargin) }
    }

    private static func manifest(
        in folder: StoreFolder,
        _ damages: inout [RepairReport.Damage]
    ) throws(LogStoreError) -> Manifest? {
        let name = Manifest.fileName
        let bytes = try LogStoreError.from({ .reading($0, file: name) }) {
            () throws(SystemCallError) in try ManifestFile(in: folder).read()
        }
        guard let bytes else {
            damages.append(.init(file: name, bytes: nil, reason: "there is no such file"))
            return nil
        }
        do throws(FormatError) {
            return try Manifest(decoding: bytes)
        } catch {
            if case .tooNew = error { throw .header(error, file: name) }
            let all = 0..<UInt64(max(1, bytes.count))
            damages.append(.init(file: name, bytes: all, reason: "\(error)"))
            return nil
        }
    }

    private static func nothing(in folder: StoreFolder, _ report: RepairReport) -> LogStoreError {
        guard report.damages.contains(where: { $0.bytes != nil }) else {
            return LogStoreError(
                .notFound,
                "Could not repair \(folder.path): there is no store, nor a part of one. Name the "
                    + "folder of one."
            )
        }
        return LogStoreError(
            .corruption,
            "Could not repair \(folder.path): nothing in it verifies. Restore a backup."
        )
    }

    /// The first event there should be: what was retired is not missing.
    private static func first(_ manifest: Manifest?, _ search: SegmentSearch) -> SequenceNumber {
        if let first = manifest?.segments.first { return first.firstSequence }
        guard let first = search.segments.first, !search.lacksOldest else {
            return SequenceNumber(rawValue: 1)
        }
        return first.header.firstSequence
    }

    private mutating func read(
        _ manifest: Manifest?,
        _ progress: LogRepair.Progress
    ) throws(LogStoreError) {
        var (jobs, report) = (jobs, report)
        var durable = SequenceNumber.zero
        if let manifest {
            durable = max(manifest.durable, manifest.segments.last?.lastSequence.next ?? .zero)
            jobs.note(epoch: manifest.epoch)
            jobs.note(nextJobID: manifest.jobIDEnd)
        }
        for segment in log.segments where !segment.isHeaderDamaged {
            jobs.note(epoch: segment.header.epoch)
        }
        var next = try log.walk(progress) { step in
            switch step {
            case .damage(let damage): report.damages.append(damage)
            case .gap(let events): report.lostEvents.append(events)
            case .frame(let frame):
                durable = max(durable, frame.header.durable)
                if let baseline = frame.baseline { jobs.take(baseline) }
                for event in frame.events { jobs.take(event) }
                report.eventCount += frame.events.count
            }
        }
        if durable > next {
            report.lostEvents.append(next...SequenceNumber(rawValue: durable.rawValue - 1))
            next = durable
        }
        report.lastSequence = SequenceNumber(rawValue: next.rawValue - 1)
        report.presumedEndedJobs = jobs.settleKeys()
        report.lostJobs = jobs.headless.sorted()
        if let gap = report.lostEvents.last {
            report.staleJobs = jobs.open(lastSeenBefore: gap.upperBound)
        }
        (self.jobs, self.report) = (jobs, report)
    }
}
