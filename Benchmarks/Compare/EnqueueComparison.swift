import InMemoryJobs
import LazyJobs
import LogJobs

/// Callers that enqueue one job after the other, each waiting until it is there.
struct EnqueueComparison {
    static let callerCounts = [1, 16, 64]
    private static let delayMax = 60.0
    private static let floorMin = 25.0
    private static let strongMin = 2.0
    private static let runnerMin = 0.6

    let setting: Setting

    func reports() async throws -> [MeasurementReport] {
        var reports: [MeasurementReport] = []
        for callers in Self.callerCounts { reports.append(try await report(callers)) }
        return reports
    }

    private func report(_ callers: Int) async throws -> MeasurementReport {
        let who = callers == 1 ? "1 caller" : "\(callers) callers"
        setting.progress("enqueue, \(who)")
        let store = try await setting.logStore("log \(callers)")
        let log = setting.enqueues(LaneName.log, .synced, into: store, callers: callers)
        let frame = try await frame(of: store, log)
        var comparison = setting.comparison
        comparison.add(try setting.floor(frameSize: frame.size))
        if callers > 1 {
            let jobs = Int(frame.jobs.rounded())
            comparison.add(try setting.deflatingFloor(jobsPerFrame: jobs))
        }
        comparison.add(log)
        comparison.add(try await runnerLane(callers))
        let written = try await setting.logStore(
            "written \(callers)",
            .written(syncEvery: .seconds(1))
        )
        comparison.add(
            setting.enqueues(LaneName.written, .written, into: written, callers: callers)
        )
        #if SQLite
            for (name, style) in SQLiteQueue.Style.all {
                comparison.add(try setting.enqueues(name, style, callers: callers))
            }
        #endif
        let memory = InMemoryBackend()
        comparison.add(setting.enqueues(LaneName.memory, .none, into: memory, callers: callers))
        let measured = try await comparison.run(setting.progress)
        var report = MeasurementReport(
            name: "enqueue, \(who)",
            notes: [
                "each caller waits for one job before it enqueues the next",
                "LogJobs writes \(frame.size) bytes and \(Figure.number(frame.jobs)) jobs for each "
                    + "sync, on average; the bare loop writes as many bytes",
            ]
        )
        report.add(measured, claims(measured, callers))
        return report
    }

    private func claims(_ measured: Comparison.Measured, _ callers: Int) -> [Claim] {
        if callers == 1 {
            return measured.delays(
                of: LaneName.log,
                "enqueue, 1 caller: p50",
                max: Self.delayMax
            )
        }
        guard callers == 64 else { return [] }
        var claims: [Claim] = []
        let pairs: [(String, Spread?, Double?)] = [
            (
                "beside the bare loop", measured.ratio(of: LaneName.log, to: LaneName.floor),
                Self.floorMin
            ),
            (
                "beside the loop with zlib",
                measured.ratio(of: LaneName.log, to: LaneName.deflatingFloor), nil
            ),
            (
                "beside SQLite FULL, grouped",
                measured.ratio(of: LaneName.log, to: LaneName.grouped), Self.strongMin
            ),
            (
                "beside SQLite's best",
                measured.ratio(of: LaneName.log, toBestOf: LaneName.sqlite), 1
            ),
            (
                ".written, beside SQLite NORMAL, grouped",
                measured.ratio(of: LaneName.written, to: LaneName.groupedNormal), nil
            ),
            (
                "by JobRunner, beside the backend",
                measured.ratio(of: LaneName.runner, to: LaneName.log), Self.runnerMin
            ),
        ]
        for case (let name, let ratio?, let target) in pairs {
            claims.append(Claim("enqueue, 64 callers: \(name)", ratio, "times", .atLeast, target))
        }
        return claims
    }

    private func runnerLane(_ callers: Int) async throws -> Lane {
        let store = try await setting.logStore("runner \(callers)")
        let runner = try JobRunner(backend: store)
        let jobs = setting.jobs.typed
        return Lane(
            name: LaneName.runner,
            durability: .synced,
            callers: callers,
            run: { count in
                try await Callers.run(callers, count: count) { number in
                    try await jobs[number % jobs.count].enqueue(with: runner)
                }
            },
            close: { try await store.close() }
        )
    }

    /// Warms the store up, and sees by that how large its frames are.
    private func frame(
        of store: LogBackend,
        _ lane: Lane
    ) async throws -> (size: Int, jobs: Double) {
        let before = try await store.storageReport().writtenByteCount
        let round = try await lane.run(lane.callers * 200)
        let bytes = try await store.storageReport().writtenByteCount - before
        // One sync for each frame, and some for files that are prepared meanwhile.
        let frames = max(1, round.expense.syncs)
        return (max(64, Int(bytes) / frames), Double(round.count) / Double(frames))
    }
}
