import LazyJobs

extension BackendConformance {
    static let outcomes: [Check] = [
        Check("a job that succeeded is final and keeps its output") { trial in
            let claimed = try await trial.run(after: .seconds(2))
            let expected = claimed.record.with {
                $0.state = .succeeded
                $0.output = [0, 255]
                $0.updatedAt = trial.time(2)
            }
            try await trial.expectEnd(claimed, .succeeded(output: [0, 255]), is: expected)
        },
        Check("no output and an empty one are two things") { trial in
            for output in [nil, []] as [[UInt8]?] {
                let claimed = try await trial.run()
                let record = try await trial.finish(claimed, .succeeded(output: output))
                try expect(record.output, is: output, "output")
                try await trial.closeAndReopen()
                try await trial.expectRecord(record)
            }
        },
        Check("a job to be retried waits for its time and keeps the error") { trial in
            let claimed = try await trial.run(after: .seconds(2))
            let expected = claimed.record.with {
                $0.state = .retrying
                $0.lastError = "no route"
                $0.runAt = trial.time(30)
                $0.updatedAt = trial.time(2)
            }
            let outcome = JobOutcome.retry(error: "no route", runAt: trial.time(30))
            try await trial.expectEnd(claimed, outcome, is: expected)
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
            trial.clock.advance(by: .seconds(28))
            let again = try await trial.claimOne()
            try expect(again.record.attempt, is: 2, "attempt")
            try expect(again.record.lastError, is: "no route", "last error")
        },
        Check("a retry whose time is past is claimable at once") { trial in
            let claimed = try await trial.run()
            try await trial.finish(claimed, .retry(error: "no", runAt: trial.time(-5)))
            try expect(try await trial.claimOne().record.attempt, is: 2, "attempt")
        },
        Check("a discarded job is final and keeps the error") { trial in
            let claimed = try await trial.run(after: .seconds(2))
            let expected = claimed.record.with {
                $0.state = .discarded
                $0.lastError = "bad address"
                $0.updatedAt = trial.time(2)
            }
            try await trial.expectEnd(claimed, .discard(error: "bad address"), is: expected)
        },
        Check("a job that calls itself off is cancelled, which is no error") { trial in
            let claimed = try await trial.run(after: .seconds(2))
            let expected = claimed.record.with {
                $0.state = .cancelled
                $0.updatedAt = trial.time(2)
            }
            try await trial.expectEnd(claimed, .cancel(reason: "obsolete"), is: expected)
        },
        Check("a snoozed job gets its attempt back and waits for its time") { trial in
            let claimed = try await trial.run(after: .seconds(2))
            let expected = claimed.record.with {
                $0.state = .pending
                $0.attempt = 0
                $0.runAt = trial.time(30)
                $0.updatedAt = trial.time(2)
            }
            let outcome = JobOutcome.snooze(until: trial.time(30), reason: "rate limit")
            try await trial.expectEnd(claimed, outcome, is: expected)
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
            trial.clock.advance(by: .seconds(28))
            try expect(try await trial.claimOne().record.attempt, is: 1, "attempt")
        },
        Check("an interrupted job gets its attempt back and is offered again at once") { trial in
            let claimed = try await trial.run(after: .seconds(2))
            let record = try await trial.finish(claimed, .interrupted(reason: "stop"))
            let expected = claimed.record.with {
                $0.state = .pending
                $0.attempt = 0
                $0.runAt = record.runAt
                $0.updatedAt = trial.time(2)
            }
            try expect(record, is: expected)
            try await trial.expectRecord(expected)
            try expect(record.runAt <= trial.clock.now, "it must be due at once")
            try expect(try await trial.claimOne().record.attempt, is: 1, "attempt")
        },
        Check("snoozed or interrupted after a failure, a job is retrying with its error") {
            trial in
            let ends: [JobOutcome] = [
                .snooze(until: trial.time(0)), .interrupted(reason: "stop"),
            ]
            for end in ends {
                let first = try await trial.run()
                try await trial.finish(first, .retry(error: "no", runAt: trial.time(0)))
                let record = try await trial.finish(try await trial.claimOne(), end)
                try expect(record.state, is: .retrying, "state")
                try expect(record.attempt, is: 1, "attempt")
                try expect(record.lastError, is: "no", "last error")
                let third = try await trial.claimOne()
                try expect(third.record.attempt, is: 2, "attempt")
                try await trial.finish(third, .succeeded())
            }
        },
        Check("no number of snoozes and interruptions uses attempts up") { trial in
            let id = try await trial.enqueue(.sample(maxAttempts: 2)).id
            for round in 0..<8 {
                let claimed = try await trial.claimOne()
                try expect(claimed.record.attempt, is: 1, "attempt")
                let snooze = JobOutcome.snooze(until: trial.time(0))
                try await trial.finish(
                    claimed,
                    round % 2 == 0 ? snooze : .interrupted(reason: "stop")
                )
            }
            _ = try await trial.claimOne()
            try await trial.crashAndReopen()
            try expect(try await trial.record(of: id).state, is: .retrying, "state")
        },
        Check("success keeps the error of an earlier attempt, and the worker") { trial in
            let first = try await trial.run()
            try await trial.finish(first, .retry(error: "no", runAt: trial.time(0)))
            let second = try await trial.claimOne(worker: "second")
            let record = try await trial.finish(second, .succeeded())
            try expect(record.lastError, is: "no", "last error")
            try expect(record.worker, is: "second", "worker")
            try expect(record.attempt, is: 2, "attempt")
        },
        Check("the last error is that of the last failure") { trial in
            let first = try await trial.run()
            try await trial.finish(first, .retry(error: "one", runAt: trial.time(0)))
            let second = try await trial.claimOne()
            try await trial.finish(second, .retry(error: "two", runAt: trial.time(0)))
            let third = try await trial.claimOne()
            try expect(third.record.lastError, is: "two", "last error")
            let record = try await trial.finish(third, .discard(error: "three"))
            try expect(record.lastError, is: "three", "last error")
        },
    ]
}

extension Trial {
    /// Runs a job for so long.
    fileprivate func run(after duration: Duration, line: Int = #line) async throws -> ClaimedJob {
        let claimed = try await run(line: line)
        clock.advance(by: duration)
        return claimed
    }

    /// Finishes a job, and fails the check unless that leaves the expected record.
    fileprivate func expectEnd(
        _ job: ClaimedJob,
        _ outcome: JobOutcome,
        is expected: JobRecord,
        line: Int = #line
    ) async throws {
        try expect(try await finish(job, outcome, line: line), is: expected, line: line)
        try await expectRecord(expected, line: line)
    }
}
