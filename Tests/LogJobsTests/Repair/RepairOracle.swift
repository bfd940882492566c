import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// What a repair must come to, known from the store before it was damaged.
struct RepairOracle: Sendable {
    static let target = "/repaired"

    /// A frame with events that counts.
    private struct Frame {
        var path: String
        var bytes: Range<Int>
        var events: ClosedRange<SequenceNumber>
    }

    let store: TestStore
    let content: StoreContent
    private let isClosed: Bool
    private let lastSegmentStart: SequenceNumber
    private let frames: [Frame]
    /// The events in the segments: a repair makes the new store of those alone.
    let logged: [JobEvent]
    /// All that ever happened to a job, as far as the segments have it.
    private let events: [JobID: [JobEvent]]
    private let payloads: [JobID: JobPayload]
    /// Each job's record: the event that its arguments stand in.
    private let records: [JobID: SequenceNumber]

    init(_ store: TestStore) throws {
        self.store = store
        let reader = try store.read()
        content = try StoreContent(reader)
        isClosed = reader.report.wasClosed
        lastSegmentStart = reader.segments.last?.firstSequence ?? .zero
        frames = try Self.frames(of: store, reader.segments)
        var events: [JobID: [JobEvent]] = [:]
        var payloads: [JobID: JobPayload] = [:]
        var records: [JobID: SequenceNumber] = [:]
        let first = reader.segments.first?.firstSequence ?? .zero
        var logged: [JobEvent] = []
        try reader.forEachEvent { if $0.sequence >= first { logged.append($0) } }
        self.logged = logged
        for event in logged {
            guard let transition = event.transition else { continue }
            events[transition.jobID, default: []].append(event)
            switch transition.change {
            case .enqueued(let job, _): payloads[transition.jobID] = job.payload
            case .carried(let carried): payloads[transition.jobID] = carried.job.payload
            default: continue
            }
            records[transition.jobID] = event.sequence
        }
        (self.events, self.payloads, self.records) = (events, payloads, records)
    }

    private static func frames(
        of store: TestStore,
        _ segments: [SegmentSummary]
    ) throws -> [Frame] {
        var frames: [Frame] = []
        for segment in segments {
            guard let id = SegmentID(fileName: segment.fileName) else { continue }
            let folder = StoreFolder(TestStore.folder, of: store.disk)
            var scanner = try SegmentScanner(id, in: folder)
            defer { scanner.close() }
            while scanner.offset < segment.validEnd, case .frame(let frame) = try scanner.scan() {
                guard frame.header.eventCount > 0 else { continue }
                let last = SequenceNumber(rawValue: frame.header.nextSequence.rawValue - 1)
                frames.append(
                    Frame(
                        path: TestStore.path(segment.fileName),
                        bytes: Int(frame.offset)..<Int(frame.end),
                        events: frame.header.firstSequence...last
                    )
                )
            }
        }
        return frames
    }
}

// MARK: - Checks

extension RepairOracle {
    /// Repairs a damaged copy, and checks what comes out.
    ///
    /// - Parameters:
    ///   - damaged: A copy of the store with something wrong.
    ///   - story: What is wrong.
    ///   - isSingle: Whether only one thing is: then the report must name all that is lost.
    /// - Returns: The report; `nil` when nothing could be saved.
    /// - Throws: What is not as it must be.
    @discardableResult
    func check(
        _ damaged: TestStore,
        _ story: String,
        isSingle: Bool = true
    ) async throws -> RepairReport? {
        // Nothing in here waits: without this one sweep would keep a thread from all other tests.
        await Task.yield()
        let contents = damaged.contents
        let survivors = survivors(in: damaged)
        guard let report = try Self.repair(damaged) else {
            try expect(survivors.isEmpty, story, "nothing is saved")
            return nil
        }
        let source = damaged.contents.filter { !$0.key.hasPrefix(Self.target) }
        try expect(source == contents, story, "the damaged store is changed")
        try expect(damaged.disk.openPaths.isEmpty, story, "open: \(damaged.disk.openPaths)")
        let reader = try LogReader.open(Self.target, of: damaged.disk, clock: damaged.clock)
        let saved = try reader.list(JobQuery(limit: JobLimits.listCountMax))
        try expect(saved.count == report.jobCount, story, "it reports \(report.jobCount) jobs")
        try checkSaved(saved, reader, survivors, report, story)
        if isSingle { try checkReport(saved, reader, survivors, report, story) }
        try await checkOpening(damaged, saved, story)
        return report
    }

    /// - Returns: The report; `nil` when nothing verified.
    private static func repair(_ damaged: TestStore) throws -> RepairReport? {
        var shares: [Double] = []
        let report: RepairReport
        do throws(LogStoreError) {
            report = try LogRepair.run(
                from: TestStore.folder,
                into: target,
                damaged.environment(),
                sizes: LogRepair.Sizes(frameBytesTarget: 1000, segmentBytesTarget: 3000)
            ) {
                shares.append($0)
            }
        } catch {
            guard error.code == .corruption || error.code == .notFound else { throw error }
            return nil
        }
        guard shares == shares.sorted(), (0...1).contains(shares.last ?? 0) else {
            throw RepairFailure(message: "the progress goes \(shares)")
        }
        return report
    }

    /// The events whose frames are as they were, in segments whose headers are.
    private func survivors(in damaged: TestStore) -> Set<SequenceNumber> {
        var found: Set<SequenceNumber> = []
        for frame in frames {
            let before = store.disk.bytes(of: frame.path) ?? []
            let now = damaged.disk.bytes(of: frame.path) ?? []
            guard now.count >= frame.bytes.upperBound,
                now[..<SegmentHeader.size] == before[..<SegmentHeader.size],
                now[frame.bytes] == before[frame.bytes]
            else { continue }
            for number in frame.events.lowerBound.rawValue...frame.events.upperBound.rawValue {
                found.insert(SequenceNumber(rawValue: number))
            }
        }
        return found
    }

    private func checkSaved(
        _ saved: [JobRecord],
        _ reader: LogReader,
        _ survivors: Set<SequenceNumber>,
        _ report: RepairReport,
        _ story: String
    ) throws {
        let truth = Dictionary(uniqueKeysWithValues: content.records.map { ($0.id, $0) })
        for record in saved {
            let id = record.id
            let history = events[id] ?? []
            try expect(!history.isEmpty, story, "job \(id) is invented")
            let payload = try reader.payload(of: id)
            try expect(payload == payloads[id], story, "job \(id) has other arguments")
            if history.allSatisfy({ survivors.contains($0.sequence) }) {
                try expect(truth[id] == record, story, "job \(id) is \(record)")
            }
        }
        let ids = Set(saved.map(\.id))
        for record in content.records where !ids.contains(record.id) {
            let place = records[record.id] ?? .zero
            let isPresumed = report.presumedEndedJobs.contains(record.id)
            try expect(!survivors.contains(place) || isPresumed, story, "job \(record.id) is gone")
        }
    }

    /// What is not as it was is named.
    ///
    /// Nothing tells of the newest commits of a store that was not closed, once they are gone: they
    /// could as well never have been.
    private func checkReport(
        _ saved: [JobRecord],
        _ reader: LogReader,
        _ survivors: Set<SequenceNumber>,
        _ report: RepairReport,
        _ story: String
    ) throws {
        let unnamed = logged.map(\.sequence).filter { sequence in
            !survivors.contains(sequence) && !report.lostEvents.contains { $0.contains(sequence) }
        }
        let namedCount = logged.count { event in
            report.lostEvents.contains { $0.contains(event.sequence) }
        }
        let unnamedCount = logged.count - report.eventCount - namedCount
        let isEndOpen = !isClosed && unnamed.allSatisfy { $0 >= lastSegmentStart }
        try expect(
            unnamedCount == 0 || unnamedCount > 0 && isEndOpen,
            story,
            "\(unnamedCount) of \(unnamed) are not named: \(report)"
        )
        for id in report.lostJobs {
            let place = records[id] ?? .zero
            try expect(!survivors.contains(place), story, "job \(id) is not lost")
        }
        let truth = Dictionary(uniqueKeysWithValues: content.records.map { ($0.id, $0) })
        let named = Set(report.staleJobs + report.presumedEndedJobs)
        for record in saved where truth[record.id] != record && !record.state.isFinal {
            let isNamed = named.contains(record.id) || unnamedCount > 0
            try expect(isNamed || lacksWords(record, truth), story, "not said of \(record)")
        }
        guard report.isWhole, unnamedCount == 0 else { return }
        try expect(saved == content.records, story, "it is called whole, and is not")
        try expect(reader.schedules() == content.schedules, story, "schedules are lost")
        try expect(reader.pausedQueues() == content.pausedQueues, story, "pauses are lost")
    }

    /// Whether a job stands where it should, and only the words of what is lost are missing.
    private func lacksWords(_ record: JobRecord, _ truth: [JobID: JobRecord]) -> Bool {
        guard var expected = truth[record.id] else { return false }
        expected.lastError = record.lastError
        expected.worker = record.worker
        expected.runAt = record.runAt
        return expected == record
    }

    private func checkOpening(
        _ damaged: TestStore,
        _ saved: [JobRecord],
        _ story: String
    ) async throws {
        let backend = try await LogBackend.open(
            Self.target,
            TestStore.configuration,
            damaged.environment(pid: 99),
            mode: .inline
        )
        let added = try await backend.enqueue([NewJob(kind: "new", payload: JobPayload(bytes: []))])
        let last = events.keys.max() ?? JobID(rawValue: 0)
        try expect(added[0].record.id > last, story, "id \(added[0].record.id) is given again")
        let total = try await backend.stats().total
        try expect(total == saved.count + 1, story, "\(total) jobs after the opening")
        try await backend.close()
    }

    private func expect(_ condition: Bool, _ story: String, _ message: String) throws {
        if !condition { throw RepairFailure(message: "\(story): \(message)") }
    }
}

struct RepairFailure: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}
