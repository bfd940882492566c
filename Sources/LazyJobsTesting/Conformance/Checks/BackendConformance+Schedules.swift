import Foundation
import LazyJobs

extension BackendConformance {
    static let schedules: [Check] = [
        Check("a schedule stands as it was set, sorted by key", needs: .schedules) { trial in
            let second = trial.schedule("b", first: 10)
            let first = trial.schedule("a", every: .milliseconds(1), first: -5) {
                $0 = .complete(runAt: trial.time(0)).with {
                    $0.runAt = nil
                    $0.uniqueKey = nil
                    $0.idempotencyKey = nil
                    $0.scheduleKey = nil
                }
            }
            for schedule in [second, first] {
                let stands = try await trial.backend.setSchedule(schedule, actor: "ada")
                try expect(stands, is: schedule, "schedule")
            }
            try expect(try await trial.backend.schedules(), is: [first, second], "schedules")
            try expect(try await trial.backend.stats().total, is: 0, "jobs")
        },
        Check("schedules outlive closing and crashing", needs: .schedules) { trial in
            let schedules = [trial.schedule("a", first: 10), trial.schedule("b", first: 20)]
            for schedule in schedules {
                _ = try await trial.backend.setSchedule(schedule, actor: nil)
            }
            try await trial.closeAndReopen()
            try expect(try await trial.backend.schedules(), is: schedules, "schedules")
            try await trial.crashAndReopen()
            try expect(try await trial.backend.schedules(), is: schedules, "schedules")
        },
        Check("a replaced schedule with the same interval keeps its next time", needs: .schedules) {
            trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 10), actor: nil)
            let new = trial.schedule("a", first: 99) { $0.kind = "other" }
            let stands = try await trial.backend.setSchedule(new, actor: nil)
            let expected = trial.schedule("a", first: 10) { $0.kind = "other" }
            try expect(stands, is: expected, "schedule")
            try expect(try await trial.backend.schedules(), is: [expected], "schedules")
        },
        Check("a replaced schedule with another interval starts anew", needs: .schedules) { trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 10), actor: nil)
            let new = trial.schedule("a", every: .seconds(61), first: 99)
            try expect(try await trial.backend.setSchedule(new, actor: nil), is: new)
            try expect(try await trial.backend.schedules(), is: [new], "schedules")
        },
        Check("a removed schedule is gone for good, its jobs stay", needs: .schedules) { trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 0), actor: nil)
            _ = try await trial.backend.setSchedule(trial.schedule("b", first: 90), actor: nil)
            let job = try await trial.runDueSchedules(expecting: 1)[0]
            try await trial.backend.removeSchedule(key: "a", actor: "ada")
            try await trial.crashAndReopen()
            try expect(try await trial.backend.schedules().map(\.key), is: ["b"], "schedules")
            trial.clock.advance(by: .seconds(60))
            try await trial.runDueSchedules(expecting: 0)
            try expect(try await trial.record(of: job.id).state, is: .pending, "state")
        },
        Check("a schedule that is not there cannot be removed", needs: .schedules) { trial in
            _ = try await trial.backend.setSchedule(trial.schedule("a", first: 0), actor: nil)
            try await trial.expectRefused(.notFound) {
                try await trial.backend.removeSchedule(key: "b", actor: nil)
            }
            try await trial.backend.removeSchedule(key: "a", actor: nil)
            try await trial.expectRefused(.notFound) {
                try await trial.backend.removeSchedule(key: "a", actor: nil)
            }
        },
        Check("a schedule that goes past a limit is refused", needs: .schedules) { trial in
            let good = trial.schedule("good", first: 5)
            _ = try await trial.backend.setSchedule(good, actor: nil)
            var bad = [
                trial.schedule("", first: 5),
                trial.schedule(text(JobLimits.keySizeMax + 1), first: 5),
                trial.schedule("good", first: 5) { $0.kind = "" },
                trial.schedule("good", first: 5) { $0.maxAttempts = 0 },
                trial.schedule("good", first: 5) {
                    $0.payload.bytes = noise(JobLimits.payloadSizeMax + 1)
                },
            ]
            for interval in [Duration.zero, .seconds(-1), .microseconds(999)] {
                bad.append(trial.schedule("good", every: interval, first: 5))
            }
            for date in Date.outOfBounds {
                bad.append(good)
                bad[bad.count - 1].nextRunAt = date
            }
            for schedule in bad {
                try await trial.expectRefused(.invalidRequest) {
                    _ = try await trial.backend.setSchedule(schedule, actor: nil)
                }
            }
            let actor = text(JobLimits.nameSizeMax + 1)
            try await trial.expectRefused(.invalidRequest) {
                _ = try await trial.backend.setSchedule(good, actor: actor)
            }
            let longest = trial.schedule(text(JobLimits.keySizeMax), first: 5)
            try expect(try await trial.backend.setSchedule(longest, actor: nil), is: longest)
        },
    ]
}

extension Trial {
    /// A schedule of a sample job, each minute unless told otherwise.
    func schedule(
        _ key: String,
        every interval: Duration = .seconds(60),
        first: Double,
        job change: (inout NewJob) -> Void = { _ in }
    ) -> JobSchedule {
        JobSchedule(
            key: key,
            interval: interval,
            nextRunAt: time(first),
            job: .sample().with(change)
        )
    }

    /// Runs the due schedules, and fails the check unless they enqueue so many jobs.
    @discardableResult
    func runDueSchedules(expecting count: Int, line: Int = #line) async throws -> [JobRecord] {
        let records = try await backend.runDueSchedules().enqueued
        try expect(records.count, is: count, "enqueued jobs", line: line)
        for record in records {
            try await expectRecord(record, line: line)
        }
        return records
    }

    /// Fails the check unless the only schedule is next due so long after the start.
    func expectNextRun(_ seconds: Double, line: Int = #line) async throws {
        let times = try await backend.schedules().map(\.nextRunAt)
        try expect(times, is: [time(seconds)], "next run-at times", line: line)
    }
}
