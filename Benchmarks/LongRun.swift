import Foundation
import LazyJobs
import LogJobs

/// What becomes of a store in years: jobs by the million, and what is left of them on the disk.
struct LongRun {
    enum Name: String {
        /// One job that waits for a year, and five million that come and end.
        case year
        /// A hundred thousand jobs that are put off a hundred times each.
        case snoozes
        /// A hundred thousand jobs that were given up and are kept, and two million that pass.
        case discards
    }

    private let name: Name
    private let folder: String
    private let scale: Int

    /// - Parameters:
    ///   - name: What happens.
    ///   - folder: Where the stores are made.
    ///   - scale: By how much all counts are divided.
    init(_ name: Name, folder: String, scale: Int) {
        self.name = name
        self.folder = folder
        self.scale = scale
    }

    func perform(_ report: (String) -> Void) async throws {
        // The same without upkeep, for a tenth of it: the bytes that are written once.
        let plain = try await Store(folder + "/plain", keepsItself: false)
        try await run(on: plain, scale: 10 * scale)
        let once = 10 * (try await plain.frameBytes)
        try await plain.backend.close()

        let store = try await Store(folder + "/kept", keepsItself: true)
        let start = ContinuousClock.now
        try await run(on: store, scale: scale)
        let duration = start.duration(to: .now)
        let busy = try await store.sizes()
        report("\(name.rawValue) / \(scale): \(duration.formatted(.units(width: .narrow)))")
        report("  at the end of the run: \(busy)")
        try await store.settle()
        let settled = try await store.sizes()
        report("  settled: \(settled)")
        let upkeep = store.backend.upkeepReport
        let written = try await store.frameBytes
        let all =
            written + upkeep.compaction.archivedByteCount + upkeep.checkpointByteCount
        report(
            "  written once \(once >> 20) MiB, frames \(written >> 20), archives "
                + "\(upkeep.compaction.archivedByteCount >> 20), checkpoints "
                + "\(upkeep.checkpointByteCount >> 20): amplification "
                + String(format: "%.2f", Double(all) / Double(once))
        )
        let jobCount = try await store.backend.stats().total
        report(
            "  pruned \(upkeep.prunedCount), carried \(upkeep.compaction.carriedCount), "
                + "\(upkeep.compaction.segmentCount) segments retired, "
                + "\(upkeep.checkpointCount) checkpoints, \(jobCount) jobs left"
        )
        if let failure = upkeep.failure { report("  failed: \(failure)") }
        try await store.backend.close()
        let before = ContinuousClock.now
        let again = try await LogBackend.open(folder + "/kept")
        report("  opened in \(before.duration(to: .now)): \(again.recoveryReport)")
        try await again.close()
    }

    private func run(on store: Store, scale: Int) async throws {
        switch name {
        case .year:
            let later = Date(timeIntervalSinceNow: 365 * 86_400)
            _ = try await store.backend.enqueue([Store.job(0, runAt: later)])
            try await store.pass(5_000_000 / scale)
        case .snoozes:
            let count = 100_000 / scale
            try await store.enqueue(count)
            for _ in 0..<100 { try await store.work(count, .snooze(until: Date())) }
        case .discards:
            try await store.enqueue(100_000 / scale)
            try await store.work(100_000 / scale, .discard(error: "no use"))
            try await store.pass(2_000_000 / scale)
        }
    }
}

/// A store that jobs pass through.
private struct Store {
    private static let batch = 1000

    let backend: LogBackend
    let folder: String

    init(_ folder: String, keepsItself: Bool) async throws {
        self.folder = folder
        var configuration = LogBackend.Configuration()
        configuration.retention = JobRetention(succeeded: .seconds(1))
        configuration.runsUpkeep = keepsItself
        backend = try await LogBackend.open(folder, configuration: configuration)
    }

    /// The bytes of all frames so far.
    var frameBytes: UInt64 {
        get async throws { try await backend.storageReport().writtenByteCount }
    }

    static func job(_ number: Int, runAt: Date? = nil) -> NewJob {
        let user = (number &* 7919) % 1_000_003
        let payload = """
            {"address":"user\(user)@example.com","cart":[\(user % 97),\(user % 89),\(user % 83)],\
            "subject":"Your order \(user &* 31) has been shipped","template":"shipped-2",\
            "token":"\(String(user &* 2_654_435_761, radix: 36))","user_id":\(user)}
            """
        return NewJob(
            kind: "send-mail",
            queue: "mail",
            payload: JobPayload(bytes: Array(payload.utf8), encoding: "json"),
            runAt: runAt
        )
    }

    func enqueue(_ count: Int) async throws {
        for start in stride(from: 0, to: count, by: Self.batch) {
            let end = min(start + Self.batch, count)
            _ = try await backend.enqueue((start..<end).map { Self.job($0) })
        }
    }

    func work(_ count: Int, _ outcome: JobOutcome) async throws {
        var rest = count
        while rest > 0 {
            let limit = min(rest, Self.batch)
            let jobs = try await backend.claim(ClaimRequest(limit: limit, worker: "worker-1")).jobs
            rest -= jobs.count
            guard !jobs.isEmpty else { return }
            let requests = jobs.map { job in
                FinishRequest(jobID: job.record.id, lease: job.lease, outcome: outcome)
            }
            _ = try await backend.finish(requests)
        }
    }

    /// Jobs that come and end.
    func pass(_ count: Int) async throws {
        for start in stride(from: 0, to: count, by: Self.batch) {
            try await enqueue(min(Self.batch, count - start))
            try await work(min(Self.batch, count - start), .succeeded())
        }
    }

    /// Waits until all retention is over, and upkeep has nothing more to do.
    func settle() async throws {
        try await Task.sleep(for: .seconds(2))
        await backend.keepNow()
    }

    /// How many bytes the files have.
    func sizes() async throws -> String {
        var sums: [String: UInt64] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            let kind = name.hasPrefix("ballast") ? "ballast" : String(name.prefix(3))
            sums[kind, default: 0] += (attributes[.size] as? UInt64) ?? 0
        }
        let report = try await backend.storageReport()
        let files = sums.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value >> 10)" }
        return "sealed \(report.sealedByteCount >> 10) KiB, live \(report.liveByteCount >> 10); "
            + "files: " + files.joined(separator: ", ")
    }
}
