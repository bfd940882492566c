import Foundation
import LazyJobs

extension BackendConformance {
    static let closing: [Check] = [
        Check("a store that was closed opens as it was") { trial in
            _ = try await trial.fillWithEveryState()
            let running = try await trial.backend.list(JobQuery(states: [.running]))
            try await trial.cancel(running[0].id)
            try await trial.enqueue(.complete(runAt: trial.time(50)))
            let view = try await trial.view()
            for _ in 0..<2 {
                try await trial.closeAndReopen()
                try expect(try await trial.view(), is: view, "the store")
            }
        },
        Check("closing twice is closing once") { trial in
            try await trial.backend.close()
            try await trial.backend.close()
        },
        Check("a closed backend refuses every call with closed") { trial in
            let claimed = try await trial.run()
            try await trial.backend.close()
            let backend = trial.backend
            for call in Self.calls(on: claimed, abilities: backend.abilities) {
                try await expectError(.closed) { try await call(backend) }
            }
        },
        Check("what was refused by a closed backend did not happen") { trial in
            let claimed = try await trial.run()
            try await trial.backend.close()
            try await expectError(.closed) { _ = try await trial.backend.enqueue([.sample()]) }
            try await expectError(.closed) {
                let request = FinishRequest(claimed, .succeeded())
                _ = try await trial.backend.finish([request])
            }
            try await trial.closeAndReopen()
            try expect(try await trial.backend.stats().total, is: 1, "jobs")
            try expect(try await trial.backend.stats().byState[.succeeded], is: nil, "succeeded")
        },
        Check("closing under a running job loses nothing: it is offered again at once") { trial in
            let claimed = try await trial.run()
            try await trial.closeAndReopen()
            try expect(try await trial.backend.stats().byState[.running], is: nil, "running")
            try await trial.expectStale(claimed)
            try expect(try await trial.claimOne().record.id, is: claimed.record.id, "claimed job")
        },
        Check("a call that meets the closing either happens or is refused with closed") { trial in
            let backend = trial.backend
            let ids = try await inParallel(64) { index -> JobID? in
                do {
                    if index == 32 {
                        try await backend.close()
                        return nil
                    }
                    return try await backend.enqueue([.sample()]).first?.record.id
                } catch let error as BackendError where error.code == .closed {
                    return nil
                }
            }
            try await trial.closeAndReopen()
            let listed = try await trial.backend.list(JobQuery()).map(\.id)
            try expect(Set(listed), is: Set(ids.compactMap(\.self)), "jobs")
        },
    ]

    private typealias Call = @Sendable (any Backend) async throws -> Void

    private static func calls(on job: ClaimedJob, abilities: BackendAbilities) -> [Call] {
        let id = job.record.id
        var calls: [Call] = [
            { _ = try await $0.enqueue([.sample()]) },
            { _ = try await $0.claim(ClaimRequest(worker: "worker")) },
            { _ = try await $0.finish([FinishRequest(job, .succeeded())]) },
            { _ = try await $0.cancel([id], reason: "none", actor: nil) },
            { _ = try await $0.record(of: id) },
            { _ = try await $0.payload(of: id) },
            { _ = try await $0.list(JobQuery()) },
            { _ = try await $0.stats() },
        ]
        if abilities.contains(.history) {
            calls.append { _ = try await $0.history(of: id) }
        }
        if abilities.contains(.pruning) {
            calls.append { _ = try await $0.prune(finishedBefore: .distantFuture, limit: 1) }
        }
        if abilities.contains(.queueControl) {
            calls.append { try await $0.pauseQueue("a", reason: nil, actor: nil) }
            calls.append { try await $0.resumeQueue("a", actor: nil) }
            calls.append { _ = try await $0.pausedQueues() }
        }
        if abilities.contains(.schedules) {
            let schedule = JobSchedule(
                key: "hourly",
                interval: .seconds(3600),
                nextRunAt: ManualClock.defaultStart,
                job: .sample()
            )
            calls.append { _ = try await $0.setSchedule(schedule, actor: nil) }
            calls.append { try await $0.removeSchedule(key: "hourly", actor: nil) }
            calls.append { _ = try await $0.schedules() }
            calls.append { _ = try await $0.runDueSchedules() }
        }
        return calls
    }
}
