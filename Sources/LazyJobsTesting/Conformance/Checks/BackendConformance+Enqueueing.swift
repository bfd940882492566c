import Foundation
import LazyJobs

extension BackendConformance {
    static let enqueueing: [Check] = [
        Check("a new job is pending, has no attempt, and bears the clock's time") { trial in
            trial.clock.advance(by: .microseconds(1_500_001))
            let job = NewJob.sample()
            let record = try await trial.enqueue(job)
            let expected = JobRecord(enqueued: job, id: record.id, at: trial.clock.now)
            try expect(record, is: expected)
            try expect(record.runAt, is: trial.time(1.500_001), "run-at time")
            try await trial.expectRecord(expected)
        },
        Check("the backend lives by the clock it was opened with") { trial in
            trial.clock.set(now: trial.time(12_345))
            try expect(trial.backend.clock.now, is: trial.time(12_345), "clock")
        },
        Check("the results of a batch stand in the order of its jobs, and ids grow") { trial in
            let jobs = (0..<20).map { NewJob.sample("kind \($0)", priority: Int8($0 % 3)) }
            let first = try await trial.enqueue(jobs)
            let second = try await trial.enqueue(jobs.reversed())
            try expect(first.map(\.kind), is: jobs.map(\.kind), "kinds")
            let ids = (first + second).map(\.id)
            try expect(ids, is: Array(Set(ids)).sorted(), "ids")
            try expect(ids[0].rawValue > 0, "ids begin with 1")
        },
        Check("an empty batch does nothing") { trial in
            try await trial.expectUnchanged {
                try expect(try await trial.backend.enqueue([]), is: [], "results")
                try expect(try await trial.backend.finish([]).count, is: 0, "results")
                let cancelled = try await trial.backend.cancel([], reason: "none", actor: nil)
                try expect(cancelled.count, is: 0, "results")
            }
        },
        Check("one bad job keeps its whole batch out, wherever it stands") { trial in
            for place in 0...2 {
                var batch = [NewJob](repeating: .sample(), count: 2)
                batch.insert(.sample(""), at: place)
                try await trial.expectRefused(.invalidRequest) {
                    _ = try await trial.backend.enqueue(batch)
                }
            }
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
            try await trial.enqueue(.sample())
            try expect(try await trial.backend.stats().total, is: 1, "jobs")
        },
        Check("an id that was never given out names no job") { trial in
            let id = try await trial.enqueue(.sample()).id
            let lease = try await trial.claimOne().lease
            for strange in [0, id.rawValue + 1, UInt64(Int64.max), 1 << 63, .max] {
                try await trial.expectUnknown(JobID(rawValue: strange), lease: lease)
            }
        },
        Check("a concurrency key is kept, or refused as unsupported") { trial in
            let job = NewJob.sample().with { $0.concurrencyKey = "customer 5" }
            try await trial.expectAcceptedOrUnsupported(job)
        },
        Check("a job that waits for another runs after its end, or is unsupported") { trial in
            let awaited = try await trial.enqueue(.sample())
            let job = NewJob.sample(priority: 9).with { $0.waitsFor = [awaited.id] }
            guard try await trial.expectAcceptedOrUnsupported(job) else { return }
            let running = try await trial.claim()
            try expect(running.map(\.record.id), is: [awaited.id], "claimed jobs")
            try await trial.finish(running[0], .succeeded())
            try expect(try await trial.claimOne().record.waitsFor, is: [awaited.id], "waits for")
        },
        Check("an ability that the backend lacks is refused as unsupported") { trial in
            try await trial.expectLackingAbilitiesRefused()
        },
    ]
}

extension Trial {
    /// Fails the check unless nothing can be found under an id.
    func expectUnknown(_ id: JobID, lease: Lease, line: Int = #line) async throws {
        try await expectUnchanged(line: line) {
            try expect(try await backend.record(of: id), is: nil, "record", line: line)
            try expect(try await backend.payload(of: id), is: nil, "payload", line: line)
            let request = FinishRequest(jobID: id, lease: lease, outcome: .succeeded())
            try expectError(.notFound, try await backend.finish([request]).first, line: line)
            let cancelled = try await backend.cancel([id], reason: "none", actor: nil)
            try expectError(.notFound, cancelled.first, line: line)
            guard backend.abilities.contains(.history) else { return }
            try expect(try await backend.history(of: id), is: [], "history", line: line)
        }
    }

    @discardableResult
    fileprivate func expectAcceptedOrUnsupported(_ job: NewJob) async throws -> Bool {
        let before = try await view()
        do {
            try await expectAccepted(job)
            return true
        } catch let error as BackendError where error.code == .unsupported {
            try expect(try await view(), is: before, "the store")
            return false
        }
    }

    fileprivate func expectLackingAbilitiesRefused() async throws {
        let schedule = JobSchedule(
            key: "hourly",
            interval: .seconds(3600),
            nextRunAt: time(0),
            job: .sample()
        )
        typealias Call = @Sendable (any Backend) async throws -> Void
        let calls: [(BackendAbilities, Call)] = [
            (.history, { _ = try await $0.history(of: JobID(rawValue: 1)) }),
            (.schedules, { _ = try await $0.setSchedule(schedule, actor: nil) }),
            (.schedules, { try await $0.removeSchedule(key: "hourly", actor: nil) }),
            (.schedules, { _ = try await $0.schedules() }),
            (.schedules, { _ = try await $0.runDueSchedules() }),
            (.queueControl, { try await $0.pauseQueue("mail", reason: nil, actor: nil) }),
            (.queueControl, { try await $0.resumeQueue("mail", actor: nil) }),
            (.queueControl, { _ = try await $0.pausedQueues() }),
            (.pruning, { _ = try await $0.prune(finishedBefore: .distantFuture, limit: 1) }),
        ]
        for (ability, call) in calls where !backend.abilities.contains(ability) {
            try await expectError(.unsupported) { try await call(backend) }
        }
    }
}
