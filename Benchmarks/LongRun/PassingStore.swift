import Foundation
import LazyJobs
import LogJobs

/// A store that jobs pass through.
struct PassingStore {
    private static let batch = 1000

    let backend: LogBackend
    let folder: String

    init(_ folder: String, _ configuration: LogBackend.Configuration) async throws {
        self.folder = folder
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

    func enqueue(_ count: Int, runAt: Date? = nil) async throws {
        for start in stride(from: 0, to: count, by: Self.batch) {
            let end = min(start + Self.batch, count)
            _ = try await backend.enqueue((start..<end).map { Self.job($0, runAt: runAt) })
        }
    }

    func work(_ count: Int, _ outcome: JobOutcome) async throws {
        var rest = count
        while rest > 0 {
            let limit = min(rest, Self.batch)
            let jobs = try await backend.claim(ClaimRequest(limit: limit, worker: "worker-1"))
                .jobs
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
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folder + "/" + name
            )
            let kind = name.hasPrefix("ballast") ? "ballast" : String(name.prefix(3))
            sums[kind, default: 0] += (attributes[.size] as? UInt64) ?? 0
        }
        let report = try await backend.storageReport()
        let files = sums.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value >> 10)" }
        return
            "sealed \(report.sealedByteCount >> 10) KiB, live \(report.liveByteCount >> 10); "
            + "files: " + files.joined(separator: ", ")
    }
}
