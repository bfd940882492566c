import InMemoryJobs
import LazyJobs
import LogJobs

/// Enqueues that wait for no sync, and batches that share one.
struct WrittenComparison {
    private static let callers = 4
    private static let writtenMin = 100_000.0
    private static let batch = 1000
    private static let batchMin = 300_000.0

    let setting: Setting

    func written() async throws -> MeasurementReport {
        setting.progress("written")
        let store = try await setting.logStore("written", .written(syncEvery: .seconds(1)))
        var comparison = setting.comparison
        comparison.add(
            setting.enqueues(LaneName.written, .written, into: store, callers: Self.callers)
        )
        #if SQLite
            for style in [SQLiteQueue.Style.normal, .groupedNormal] {
                let name = style.groups ? LaneName.groupedNormal : LaneName.normal
                comparison.add(try setting.enqueues(name, style, callers: Self.callers))
            }
        #endif
        comparison.add(
            setting.enqueues(
                LaneName.memory,
                .none,
                into: InMemoryBackend(),
                callers: Self.callers
            )
        )
        let measured = try await comparison.run(setting.progress)
        var report = MeasurementReport(
            name: "enqueue without waiting for a sync, \(Self.callers) callers",
            notes: ["kept when the process dies; a power cut loses the last second"]
        )
        report.rows = measured.rows
        if let row = measured.row(LaneName.written) {
            report.claims = [
                Claim(
                    "enqueue, .written, 4 callers",
                    row.summary.rate,
                    "jobs/s",
                    .atLeast,
                    Self.writtenMin
                )
            ]
        }
        return report
    }

    func batches() async throws -> MeasurementReport {
        setting.progress("batches")
        let store = try await setting.logStore("batches")
        var comparison = setting.comparison
        comparison.add(
            setting.enqueues(LaneName.log, .synced, into: store, callers: 1, batch: Self.batch)
        )
        #if SQLite
            for style in [SQLiteQueue.Style.full, .normal] {
                let name = style.synchronous == .full ? LaneName.full : LaneName.normal
                comparison.add(
                    try setting.enqueues(name, style, callers: 1, batch: Self.batch)
                )
            }
        #endif
        comparison.add(
            setting.enqueues(
                LaneName.memory,
                .none,
                into: InMemoryBackend(),
                callers: 1,
                batch: Self.batch
            )
        )
        let measured = try await comparison.run(setting.progress)
        var report = MeasurementReport(
            name: "batches of \(Self.batch) jobs, all or none, 1 caller",
            notes: ["each batch is durable before the next begins"]
        )
        report.rows = measured.rows
        if let row = measured.row(LaneName.log) {
            report.claims = [
                Claim(
                    "batches of 1000, durable",
                    row.summary.rate,
                    "jobs/s",
                    .atLeast,
                    Self.batchMin
                )
            ]
        }
        return report
    }
}
