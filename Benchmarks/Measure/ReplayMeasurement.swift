import LazyJobs
import LogJobs

/// Reads a log of whole lives from its first byte to its last, beside zlib that only inflates it.
struct ReplayMeasurement {
    /// Of the speed of zlib.
    private static let speedMin = 0.4
    private static let runCount = 7

    private let folder: String
    private let count: Int

    init(_ folder: String, _ count: Int) {
        self.folder = folder
        self.count = count
    }

    func report(_ progress: (String) -> Void) async throws -> MeasurementReport {
        var report = MeasurementReport(
            name: "logs of \(count) jobs that were enqueued, claimed and succeeded",
            notes: [
                "payloads of \(SeededJobs.payloadSize) bytes; files in memory; no checkpoint",
                "inflate: zlib alone, one thread, the same blocks, into one buffer",
                "batches: a thousand jobs in a commit; singles: by 64 callers, one job each",
                "a second is one on the clock; bytes are those before they were deflated",
            ]
        )
        for pace in [PassingJobs.Pace.batches, .singles] {
            progress("making \(count) jobs in \(pace)")
            let folder = folder + "/\(pace)"
            try await fill(folder, pace)
            progress("reading them")
            try measure(folder, "\(pace)", &report)
        }
        return report
    }

    private func fill(_ folder: String, _ pace: PassingJobs.Pace) async throws {
        let store = try await LogBackend.open(folder, configuration: .withoutUpkeep)
        try await PassingJobs(store: store, jobs: SeededJobs()).pass(count, pace)
        try await store.close()
        try StoreFiles(folder).removeCheckpoints()
    }

    /// Takes turns, so that all of them see the same machine.
    private func measure(
        _ folder: String,
        _ pace: String,
        _ report: inout MeasurementReport
    ) throws {
        let blocks = try InflatedBlocks(folder)
        let megabytes = Double(blocks.rawLength) / 1e6
        let reader = try LogReader.open(folder)
        let eventCount = reader.report.eventCount
        let middle = SequenceNumber(rawValue: UInt64(eventCount / 2))
        var times = Times()
        for _ in 0..<Self.runCount {
            times.inflate.append(Self.seconds { blocks.inflate() })
            times.oneCore.append(try Self.replayTime(of: folder, onOneCore: true))
            times.replay.append(try Self.replayTime(of: folder, onOneCore: false))
            times.past.append(
                try Self.seconds { _ = try reader.state(at: .sequence(middle)) }
            )
            var events = 0
            times.events.append(try Self.seconds { try reader.forEachEvent { _ in events += 1 } })
            guard events == eventCount else { throw Surprise("events are missing") }
            times.verify.append(try Self.seconds { _ = try LogReader.verify(folder) })
        }
        report.figures.append(
            Figure("\(pace): inflate", times.inflate.map { megabytes / $0 }, "MB/s")
        )
        for (name, seconds, share) in times.readings {
            report.figures += [
                Figure(
                    "\(pace): \(name)",
                    seconds.map { share * Double(eventCount) / $0 },
                    "events/s"
                ),
                Figure("\(pace): \(name)", seconds.map { share * megabytes / $0 }, "MB/s"),
            ]
        }
        let speeds = zip(times.inflate, times.oneCore).map(/)
        let gains = zip(times.oneCore, times.replay).map(/)
        report.claims += [
            Claim(
                "replay of \(pace) on one core: beside inflate",
                Spread(speeds),
                "times",
                .atLeast,
                Self.speedMin
            ),
            Claim(
                "replay of \(pace) on all cores: beside one",
                Spread(gains),
                "times",
                .atLeast,
                1
            ),
        ]
    }

    /// How long each reading took, run by run.
    private struct Times {
        var inflate: [Double] = []
        var oneCore: [Double] = []
        var replay: [Double] = []
        var past: [Double] = []
        var events: [Double] = []
        var verify: [Double] = []

        /// With the share of the log that each reads.
        var readings: [(name: String, seconds: [Double], share: Double)] {
            [
                ("replay on one core", oneCore, 1), ("replay", replay, 1),
                ("state in the middle of the log", past, 0.5), ("each event", events, 1),
                ("verify", verify, 1),
            ]
        }
    }

    /// Opens the store in a process of its own, which does not leave a checkpoint.
    private static func replayTime(of folder: String, onOneCore: Bool) throws -> Double {
        let opened = try OpenedStore.measure(folder, runsUpkeep: false, onOneCore: onOneCore)
        guard !opened.usedCheckpoint else {
            throw Surprise("the log was not read from its beginning")
        }
        return opened.openingTime
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return start.duration(to: .now) / .seconds(1)
    }
}
