import Foundation
import JobLedger
import LazyJobs
import LogJobs
import LogJobsTesting
import Synchronization

/// One of many who call a store at once; does what comes to mind, and notes what it sees.
struct BusyCaller: Sendable {
    let backend: LogBackend
    let calls: ObservedCalls
    let hands: SimulatedCaller.Hands
    let ids: KnownJobs

    /// The jobs that somebody has enqueued.
    final class KnownJobs: Sendable {
        private let ids = Mutex<[JobID]>([])

        func add(_ new: [JobID]) { ids.withLock { $0 += new } }

        func pick(_ generator: inout SeededGenerator) -> JobID? {
            let ids = ids.withLock { $0.suffix(40) }
            return ids.randomElement(using: &generator)
        }
    }

    private static let queues = ["a", "b"]
    private static let past = Date(timeIntervalSince1970: 1_000_000_000)

    /// Makes some calls, until the store is closed.
    func run(_ count: Int, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<count {
            do throws(BackendError) {
                try await act(&generator)
            } catch {
                guard error.code == .closed else { throw error }
                return
            }
        }
    }

    private func act(_ generator: inout SeededGenerator) async throws(BackendError) {
        switch Int.random(in: 0..<100, using: &generator) {
        case ..<25: try await enqueue(Int.random(in: 1...3, using: &generator), &generator)
        case ..<45: try await claim(Int.random(in: 1...3, using: &generator), &generator)
        case ..<65: try await finish(&generator)
        case ..<72: try await cancel(&generator)
        case ..<76: try await retry(&generator)
        case ..<85: try await lookAtJob(&generator)
        case ..<91: try await lookAtAll()
        case ..<94: try await list(&generator)
        case ..<97: try await pause(&generator)
        case ..<98: try await backend.takeCheckpoint()
        default: _ = try await backend.compact()
        }
    }

    /// Makes a call whose events carry a mark of its own.
    private func change<Answer: Sendable>(
        _ name: String,
        _ body: (String) async throws(BackendError) -> Answer,
        _ meanings: (Answer, String) -> [ObservedCall.Meaning]
    ) async throws(BackendError) {
        let begin = calls.moment()
        let mark = "m\(begin)"
        do throws(BackendError) {
            let answer = try await body(mark)
            calls.note(since: begin, "\(name) \(mark)", meanings(answer, mark))
        } catch {
            calls.note(since: begin, "\(name) \(mark)", [.events(mark: mark, count: 0)])
            throw error
        }
    }
}

// MARK: - Calls

extension BusyCaller {
    private func enqueue(
        _ count: Int,
        _ generator: inout SeededGenerator
    ) async throws(BackendError) {
        let queues = (0..<count).map { _ in Self.queues.randomElement(using: &generator) ?? "a" }
        try await change("enqueue") { mark throws(BackendError) in
            let jobs = queues.map { queue in
                NewJob(
                    kind: "busy",
                    queue: queue,
                    payload: JobPayload(bytes: Array(mark.utf8)),
                    maxAttempts: 3,
                    tags: [mark]
                )
            }
            return try await backend.enqueue(jobs).map(\.record)
        } _: { records, mark in
            ids.add(records.map(\.id))
            return [.events(mark: mark, count: count)] + records.map(Self.view)
        }
    }

    private func claim(
        _ limit: Int,
        _ generator: inout SeededGenerator
    ) async throws(BackendError) {
        let queue = Self.queues.randomElement(using: &generator) ?? "a"
        try await change("claim") { mark throws(BackendError) in
            let request = ClaimRequest(queues: [queue], limit: limit, worker: mark)
            return try await backend.claim(request).jobs
        } _: { jobs, mark in
            hands.take(jobs)
            let events = ObservedCall.Meaning.events(mark: mark, count: jobs.count)
            guard jobs.count < limit else { return [events] + jobs.map { Self.view($0.record) } }
            // All there was; what was taken does not wait any more.
            let rest = ObservedCall.Meaning.view { ledger in
                ledger.pausedQueues().contains(queue)
                    || [JobState.pending, .retrying].allSatisfy {
                        ledger.stats().byQueueState[queue]?[$0, default: 0] ?? 0 == 0
                    }
            }
            return [events, rest] + jobs.map { Self.view($0.record) }
        }
    }

    private func finish(_ generator: inout SeededGenerator) async throws(BackendError) {
        let pick = Int.random(in: 0..<1_000, using: &generator)
        let isStale = Int.random(in: 0..<8, using: &generator) == 0
        guard let job = isStale ? hands.given(pick) : hands.give(pick) else { return }
        let number = Int.random(in: 0..<5, using: &generator)
        try await change("finish \(job.record.id)") { mark throws(BackendError) in
            let outcome = Self.outcome(number, mark)
            let request = FinishRequest(jobID: job.record.id, lease: job.lease, outcome: outcome)
            return try await backend.finish([request])[0]
        } _: { result, mark in
            Self.meanings(result, mark, of: job.record.id) { record in
                // Each claim has a worker of its own.
                record?.state != .running || record?.worker != job.record.worker
            }
        }
    }

    private static func outcome(_ number: Int, _ mark: String) -> JobOutcome {
        switch number {
        case 0: .retry(error: mark, runAt: past)
        case 1: .discard(error: mark)
        case 2: .snooze(until: past, reason: mark)
        default: .succeeded(output: Array(mark.utf8))
        }
    }

    private func cancel(_ generator: inout SeededGenerator) async throws(BackendError) {
        guard let id = ids.pick(&generator) else { return }
        try await change("cancel \(id)") { mark throws(BackendError) in
            try await backend.cancel([id], reason: mark, actor: nil)[0]
        } _: { result, mark in
            Self.meanings(result, mark, of: id) { $0?.state.isFinal ?? true }
        }
    }

    private func retry(_ generator: inout SeededGenerator) async throws(BackendError) {
        guard let id = ids.pick(&generator) else { return }
        try await change("retry \(id)") { mark throws(BackendError) in
            try await backend.retry([id], reason: mark, actor: nil)[0]
        } _: { result, mark in
            Self.meanings(result, mark, of: id) { record in
                record.map { [.running, .succeeded].contains($0.state) } ?? true
            }
        }
    }

    private func pause(_ generator: inout SeededGenerator) async throws(BackendError) {
        let queue = Self.queues.randomElement(using: &generator) ?? "a"
        let isPause = Bool.random(using: &generator)
        try await change(isPause ? "pause" : "resume") { mark throws(BackendError) in
            if isPause {
                try await backend.pauseQueue(queue, reason: mark, actor: nil)
            } else {
                try await backend.resumeQueue(queue, actor: mark)
            }
        } _: { _, mark in
            // One that is so already makes no event.
            [
                .events(mark: mark, count: 0...1),
                .view { $0.pausedQueues().contains(queue) == isPause },
            ]
        }
    }

    private func lookAtJob(_ generator: inout SeededGenerator) async throws(BackendError) {
        guard let id = ids.pick(&generator) else { return }
        let begin = calls.moment()
        let record = try await backend.record(of: id)
        calls.note(since: begin, "look at \(id)", [.view { $0.record(of: id) == record }])
    }

    private func lookAtAll() async throws(BackendError) {
        let begin = calls.moment()
        let stats = try await backend.stats()
        calls.note(since: begin, "stats", [.view { $0.stats() == stats }])
    }

    private func list(_ generator: inout SeededGenerator) async throws(BackendError) {
        let begin = calls.moment()
        let query = JobQuery(queue: Self.queues.randomElement(using: &generator), limit: 20)
        let page = try await backend.list(query)
        calls.note(since: begin, "list", [.view { (try? $0.list(query)) == page }])
    }

    /// A job as it was answered.
    private static func view(_ record: JobRecord) -> ObservedCall.Meaning {
        .view { $0.record(of: record.id) == record }
    }

    /// One event and the job behind it, or none, for a reason that held.
    private static func meanings(
        _ result: FinishResult,
        _ mark: String,
        of id: JobID,
        refusedIf reason: @escaping @Sendable (JobRecord?) -> Bool
    ) -> [ObservedCall.Meaning] {
        switch result {
        case .success(let record): [.events(mark: mark, count: 1), view(record)]
        case .failure:
            [.events(mark: mark, count: 0), .view { reason($0.record(of: id)) }]
        }
    }
}
