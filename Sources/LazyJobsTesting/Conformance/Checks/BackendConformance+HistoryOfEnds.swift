import LazyJobs

extension BackendConformance {
    static let historyOfEnds: [Check] = [
        Check("a long life is told in full, in order, and outlives closing", needs: .history) {
            trial in
            let (id, steps) = try await trial.liveLong()
            try await trial.expectHistory(of: id, steps)
            try await trial.closeAndReopen()
            try await trial.expectHistory(of: id, steps)
            try await trial.crashAndReopen()
            try await trial.expectHistory(of: id, steps)
        },
        Check("a crash is an event of each job that it hit, in a new epoch", needs: .history) {
            trial in
            let claimed = try await trial.run()
            let id = claimed.record.id
            trial.clock.advance(by: .seconds(7))
            try await trial.crashAndReopen()
            let error = try unwrap(try await trial.record(of: id).lastError, "the last error")
            try await trial.finish(try await trial.claimOne(worker: "heir"), .succeeded())
            try await trial.expectHistory(
                of: id,
                [
                    Step(0, attempt: 0, .enqueued(.sample(), runAt: trial.time(0))),
                    Step(0, attempt: 1, .claimed(worker: "worker")),
                    Step(7, attempt: 1, .rescued(error: error)),
                    Step(7, attempt: 2, .claimed(worker: "heir")),
                    Step(7, attempt: 2, .succeeded(output: nil, duration: .zero)),
                ]
            )
            let epochs = try await trial.backend.history(of: id).map(\.epoch)
            try expect(epochs[0] == epochs[1] && epochs[1] < epochs[2], "epochs are \(epochs)")
            try expect(epochs[2...].allSatisfy { $0 == epochs[2] }, "epochs are \(epochs)")
        },
        Check("a crash in the last attempt is told as the job's end", needs: .history) { trial in
            let claimed = try await trial.run(.sample(maxAttempts: 1))
            try await trial.crashAndReopen()
            let record = try await trial.record(of: claimed.record.id)
            let events = try await trial.backend.history(of: record.id)
            let last = try unwrap(events.last?.transition, "the last event")
            try expect(last.attempt, is: 1, "attempt")
            guard case .discarded(let error, _, _) = last.change else {
                throw ExpectationFailure(message: "the last event is \(last)", line: #line)
            }
            try expect(error, is: record.lastError ?? "", "error")
        },
        Check("events of several jobs are told apart", needs: .history) { trial in
            try await trial.enqueue((0..<3).map { .sample("kind \($0)") })
            let claimed = try await trial.claim()
            for job in claimed.reversed() { try await trial.finish(job, .succeeded()) }
            for job in claimed {
                try await trial.expectHistory(
                    of: job.record.id,
                    [
                        Step(
                            0,
                            attempt: 0,
                            .enqueued(.sample(job.record.kind), runAt: trial.time(0))
                        ),
                        Step(0, attempt: 1, .claimed(worker: "worker")),
                        Step(0, attempt: 1, .succeeded(output: nil, duration: .zero)),
                    ]
                )
            }
        },
        Check("a duplicate leaves no trace in the history", needs: .history) { trial in
            let job = NewJob.sample(uniqueKey: "once", idempotencyKey: "request 1")
            let id = try await trial.enqueue(job).id
            _ = try await trial.enqueueDuplicate(job)
            let steps = [Step(0, attempt: 0, .enqueued(job, runAt: trial.time(0)))]
            try await trial.expectHistory(of: id, steps)
        },
        Check(
            "a pruned job's history is dropped, or ends with its removal",
            needs: [
                .history, .pruning,
            ]
        ) { trial in
            let claimed = try await trial.run()
            try await trial.finish(claimed, .succeeded())
            let before = try await trial.backend.history(of: claimed.record.id)
            trial.clock.advance(by: .seconds(1))
            _ = try await trial.backend.prune(finishedBefore: trial.time(1), limit: 1)
            let after = try await trial.backend.history(of: claimed.record.id)
            guard !after.isEmpty else { return }
            try expect(Array(after.dropLast()), is: before, "the events before")
            let last = try unwrap(after.last?.transition, "the last event")
            try expect(last.kind, is: .pruned, "last event")
            try expect(last.version, is: 3, "version")
            try expect(last.previous, is: before.last?.sequence, "pointer back")
        },
    ]
}

extension Trial {
    /// Leads a job through most of what can happen to one; gives its id and its history.
    fileprivate func liveLong() async throws -> (JobID, [Step]) {
        let job = NewJob.sample(maxAttempts: 9, actor: "ada")
        let id = try await enqueue(job).id
        var steps = [Step(0, attempt: 0, .enqueued(job, runAt: time(0)))]
        let second = Duration.seconds(1)
        let lives: [(JobOutcome, Int, JobTransition.Change)] = [
            (.interrupted(reason: "a"), 0, .interrupted(reason: "a", duration: second)),
            (
                .retry(error: "b", runAt: time(0)), 1,
                .retried(error: "b", runAt: time(0), duration: second)
            ),
            (
                .snooze(until: time(0), reason: "c"), 1,
                .snoozed(runAt: time(0), reason: "c", duration: second)
            ),
            (
                .retry(error: "d", runAt: time(0)), 2,
                .retried(error: "d", runAt: time(0), duration: second)
            ),
            (.succeeded(output: [1]), 3, .succeeded(output: [1], duration: second)),
        ]
        var attempt = 0
        for (index, (outcome, counted, change)) in lives.enumerated() {
            let claimed = try await claimOne(worker: "worker \(index)")
            steps.append(
                Step(
                    Double(index),
                    attempt: attempt + 1,
                    .claimed(worker: "worker \(index)")
                )
            )
            clock.advance(by: second)
            try await finish(claimed, outcome)
            steps.append(Step(Double(index + 1), attempt: counted, change))
            attempt = counted
        }
        return (id, steps)
    }
}
