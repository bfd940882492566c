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
        if callers == 1 {
            comparison.add(try setting.calledLoop(frameSize: frame.size))
        } else {
            let jobs = Int(frame.jobs.rounded())
            comparison.add(try setting.deflatingFloor(jobsPerFrame: jobs))
            if let lane = try setting.unawaitedFloor(jobsPerFrame: jobs) { comparison.add(lane) }
            comparison.add(try setting.deflatingQueue(callers: callers))
            if let lane = try setting.unawaitedQueue(callers: callers) { comparison.add(lane) }
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
        func claim(
            _ name: String,
            of lane: String = LaneName.log,
            to others: [String],
            atLeast target: Double? = nil,
            reach bounds: [String] = []
        ) -> Claim? {
            measured.ratio(of: lane, toBestOf: others).map { ratio in
                let name = "enqueue, 64 callers: \(name)"
                var claim = Claim(name, ratio, "times", .atLeast, target)
                claim.reach =
                    bounds.compactMap {
                        Claim.Reach(of: $0, measured.ratio(of: $0, toBestOf: others))
                    }
                    .max { $0.value < $1.value }
                return claim
            }
        }
        let bounds = [LaneName.deflatingQueue, LaneName.unawaitedQueue]
        return [
            claim(
                "beside the bare loop",
                to: [LaneName.floor],
                atLeast: Self.floorMin,
                reach: bounds
            ),
            claim("beside the loop with zlib", to: [LaneName.deflatingFloor]),
            claim("beside the loop with zlib, called", to: [LaneName.deflatingQueue]),
            claim(
                "beside SQLite FULL, grouped",
                to: [LaneName.grouped],
                atLeast: Self.strongMin,
                reach: bounds
            ),
            claim("beside SQLite's best", to: LaneName.sqlite, atLeast: 1, reach: bounds),
            claim(
                ".written, beside SQLite NORMAL, grouped",
                of: LaneName.written,
                to: [LaneName.groupedNormal]
            ),
            claim(
                "by JobRunner, beside the backend",
                of: LaneName.runner,
                to: [LaneName.log],
                atLeast: Self.runnerMin
            ),
        ].compactMap(\.self)
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
