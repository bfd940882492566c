import InMemoryJobs
import LazyJobs
import LogJobs

/// Enqueues that wait for no sync, and batches that share one.
struct WrittenComparison {
    private static let callers = 4
    private static let writtenMin = 100_000.0
    private static let batch = 1000
    private static let batchMin = 300_000.0
    /// Of the loops.
    private static let frameSize = 256

    let setting: Setting

    func written() async throws -> MeasurementReport {
        setting.progress("written")
        let store = try await setting.logStore("written", .written(syncEvery: .seconds(1)))
        return try await report(
            MeasurementReport(
                name: "enqueue without waiting for a sync, \(Self.callers) callers",
                notes: ["kept when the process dies; a power cut loses the last second"]
            ),
            of: setting.enqueues(LaneName.written, .written, into: store, callers: Self.callers),
            besides: [LaneName.normal, LaneName.groupedNormal],
            claim: "enqueue, .written, 4 callers",
            rateMin: Self.writtenMin
        )
    }

    func batches() async throws -> MeasurementReport {
        setting.progress("batches")
        let store = try await setting.logStore("batches")
        return try await report(
            MeasurementReport(
                name: "batches of \(Self.batch) jobs, all or none, 1 caller",
                notes: ["each batch is durable before the next begins"]
            ),
            of: setting.enqueues(
                LaneName.log,
                .synced,
                into: store,
                callers: 1,
                batch: Self.batch
            ),
            besides: [LaneName.full, LaneName.normal],
            claim: "batches of 1000, durable",
            rateMin: Self.batchMin
        )
    }

    /// Measures a lane of ours beside some of SQLite's and memory, called by as many at once.
    private func report(
        _ report: MeasurementReport,
        of lane: Lane,
        besides sqliteNames: [String],
        claim: String,
        rateMin: Double
    ) async throws -> MeasurementReport {
        let (callers, batch) = (lane.callers, lane.jobsPerOperation)
        var comparison = setting.comparison
        comparison.add(lane)
        #if SQLite
            for (name, style) in SQLiteQueue.Style.all where sqliteNames.contains(name) {
                comparison.add(
                    try setting.enqueues(name, style, callers: callers, batch: batch)
                )
            }
        #endif
        let memory = InMemoryBackend()
        comparison.add(
            setting.enqueues(
                LaneName.memory,
                .none,
                into: memory,
                callers: callers,
                batch: batch
            )
        )
        if batch == 1 {
            comparison.add(try setting.floor(frameSize: Self.frameSize))
            comparison.add(
                try setting.calledLoop(frameSize: Self.frameSize, callers: callers, syncs: false)
            )
        } else {
            comparison.add(try setting.deflatingQueue(callers: callers, batch: batch))
        }
        let measured = try await comparison.run(setting.progress)
        var report = report
        report.add(measured, claims(measured, of: lane.name, claim, rateMin))
        return report
    }

    private func claims(
        _ measured: Comparison.Measured,
        of name: String,
        _ claim: String,
        _ rateMin: Double
    ) -> [Claim] {
        guard let row = measured.row(name), let memory = measured.row(LaneName.memory) else {
            return []
        }
        var rate = Claim(claim, row.summary.rate, "jobs/s", .atLeast, rateMin)
        let loop = measured.row(LaneName.writingLoop)?.summary.rate
        rate.reach = Claim.Reach(of: LaneName.writingLoop, loop)
        if let ratio = measured.ratio(of: name, to: LaneName.writingLoop) {
            let name = "\(claim): beside the called loop, without a sync"
            return [rate, Claim(name, ratio, "times", .atLeast)]
        }
        if let queue = measured.row(LaneName.deflatingQueue)?.summary.rate.median {
            // What has to be done after each other: a batch is written only once all is checked.
            let both = 1 / (1 / memory.summary.rate.median + 1 / queue)
            let lanes = "\(LaneName.memory), and then \(LaneName.deflatingQueue),"
            rate.reach = Claim.Reach(of: lanes, both)
        }
        // Batches are about processors, not disks.
        let time = row.summary.processorTime / memory.summary.processorTime
        var claims = [
            rate, Claim("\(claim): processor time beside InMemoryJobs", time, "times", .atMost),
        ]
        if let ratio = measured.ratio(of: name, to: LaneName.memory) {
            claims.append(Claim("\(claim): beside InMemoryJobs", ratio, "times", .atLeast))
        }
        return claims
    }
}
