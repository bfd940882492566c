import Foundation
import LazyJobs
import LogJobs

/// Fills a small disk until nothing more is taken, and shows what goes on all the same.
struct FullDisk {
    private static let heldCount = 200

    private let folder: String

    init(folder: String) {
        self.folder = folder + "/store"
    }

    /// - Returns: Whether all was as it should be.
    func run() async throws -> Bool {
        print("filling the disk of \(folder), which takes a while")
        let configuration = LogBackend.Configuration(archive: .delete, retention: .forever)
        let backend = try await LogBackend.open(folder, configuration: configuration)
        for round in 1...3 {
            try await fill(backend, round: round)
        }
        try await backend.close()
        let again = try await LogBackend.open(folder, configuration: configuration)
        try await again.close()
        _ = try LogReader.verify(folder)
        return true
    }

    private func fill(_ backend: LogBackend, round: Int) async throws {
        var generator = SystemRandomNumberGenerator()
        func jobs(_ count: Int) -> [NewJob] {
            (0..<count).map { _ in
                let bytes = (0..<4_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
                return NewJob(kind: "fill", payload: JobPayload(bytes: bytes))
            }
        }
        _ = try await backend.enqueue(jobs(Self.heldCount))
        let request = ClaimRequest(limit: Self.heldCount, worker: "full")
        let held = try await backend.claim(request).jobs
        var count = 0
        while true {
            do throws(BackendError) {
                count += try await backend.enqueue(jobs(50)).count
            } catch {
                try expect(error.code == .storageFull, "a full disk is answered: \(error)")
                break
            }
        }
        let before = try await backend.stats().total
        do {
            _ = try await backend.enqueue(jobs(1_000))
            throw Finding(description: "four megabytes more are taken on a full disk")
        } catch let error as BackendError {
            try expect(error.code == .storageFull, "a full disk is answered: \(error)")
        }
        try expect(try await backend.stats().total == before, "what was refused is there")
        let ends = held.map { job in
            FinishRequest(jobID: job.record.id, lease: job.lease, outcome: .succeeded())
        }
        for result in try await backend.finish(ends) { _ = try result.get() }
        // Room is made by those who end something, a little at a time, and is used again.
        while true {
            let query = JobQuery(states: [.pending], limit: 100)
            let ids = try await backend.list(query).map(\.id)
            if ids.isEmpty { break }
            _ = try await backend.cancel(ids, reason: "the disk is full", actor: "torture")
        }
        while try await backend.prune(finishedBefore: .distantFuture, limit: 100) > 0 {}
        let report = try await backend.compact()
        print(
            "round \(round): \(count) jobs fill the disk; \(held.count) that ran ended; "
                + "\(report.segmentCount) segments of \(report.byteCount >> 20) MiB given back"
        )
    }

    private func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
        guard condition else { throw Finding(description: text()) }
    }
}
