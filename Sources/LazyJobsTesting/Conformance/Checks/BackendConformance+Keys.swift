import LazyJobs

extension BackendConformance {
    static let keys: [Check] = [
        Check("a unique key keeps a second job out while the first is not final") { trial in
            let job = NewJob.sample(uniqueKey: "once")
            let first = try await trial.enqueue(job)
            let second = NewJob.sample("other", queue: "other", uniqueKey: "once")
            try await trial.expectUnchanged {
                try expect(try await trial.enqueueDuplicate(second), is: first, "while pending")
            }
            let claimed = try await trial.claimOne()
            try expect(try await trial.enqueueDuplicate(job), is: claimed.record, "while running")
            let outcome = JobOutcome.retry(error: "again", runAt: trial.time(60))
            let retrying = try await trial.finish(claimed, outcome)
            try expect(try await trial.enqueueDuplicate(job), is: retrying, "while retrying")
            try expect(try await trial.backend.stats().total, is: 1, "jobs")
        },
        Check("a unique key is free again when its job is final, however it ended") { trial in
            let job = NewJob.sample(uniqueKey: "once")
            let ends: [JobOutcome] = [
                .succeeded(), .discard(error: "no"), .cancel(reason: "not needed"),
            ]
            for end in ends {
                try await trial.finish(try await trial.run(job), end)
            }
            try await trial.cancel(try await trial.enqueue(job).id)
            try await trial.enqueue(job)
            try expect(try await trial.backend.stats().total, is: 5, "jobs")
        },
        Check("a unique key binds across closing and crashing, and is freed across them") { trial in
            let first = try await trial.enqueue(.sample(uniqueKey: "once"))
            try await trial.closeAndReopen()
            try expect(try await trial.enqueueDuplicate(.sample(uniqueKey: "once")), is: first)
            try await trial.crashAndReopen()
            try expect(try await trial.enqueueDuplicate(.sample(uniqueKey: "once")), is: first)
            try await trial.cancel(first.id)
            try await trial.crashAndReopen()
            try await trial.enqueue(.sample(uniqueKey: "once"))
        },
        Check("an idempotency key answers with its job, even when that is final") { trial in
            let job = NewJob.sample(idempotencyKey: "request 1")
            let first = try await trial.enqueue(job)
            try await trial.expectUnchanged {
                try expect(try await trial.enqueueDuplicate(job), is: first, "while pending")
            }
            let ended = try await trial.finish(try await trial.claimOne(), .succeeded())
            try expect(try await trial.enqueueDuplicate(job), is: ended, "when final")
            try await trial.closeAndReopen()
            try expect(try await trial.enqueueDuplicate(job), is: ended, "after closing")
            try await trial.crashAndReopen()
            try expect(try await trial.enqueueDuplicate(job), is: ended, "after crashing")
        },
        Check("duplicates inside one batch are one job") { trial in
            let results = try await trial.backend.enqueue([
                .sample("a", uniqueKey: "u"), .sample("b", uniqueKey: "u"),
                .sample("c", idempotencyKey: "i"), .sample("d", idempotencyKey: "i"),
                .sample("e"),
            ])
            try expect(results.map(\.record.kind), is: ["a", "a", "c", "c", "e"], "kinds")
            let records = results.map(\.record)
            try expect(
                results,
                is: [
                    .enqueued(records[0]), .duplicate(of: records[0]),
                    .enqueued(records[2]), .duplicate(of: records[2]), .enqueued(records[4]),
                ],
                "results"
            )
            try expect(try await trial.backend.stats().total, is: 3, "jobs")
        },
        Check("unique keys, idempotency keys and no key do not meet each other") { trial in
            try await trial.enqueue([
                .sample(uniqueKey: "same"), .sample(idempotencyKey: "same"), .sample(), .sample(),
            ])
            try await trial.enqueue([
                .sample(uniqueKey: "SAME"), .sample(idempotencyKey: "same "),
            ])
        },
        Check("a batch that is refused binds no keys") { trial in
            try await trial.expectRefused(.invalidRequest) {
                _ = try await trial.backend.enqueue([
                    .sample(uniqueKey: "u", idempotencyKey: "i"), .sample(""),
                ])
            }
            try await trial.enqueue(.sample(uniqueKey: "u", idempotencyKey: "i"))
        },
        Check("a batch with a duplicate and a bad job is refused as a whole") { trial in
            try await trial.enqueue(.sample(uniqueKey: "u"))
            try await trial.expectRefused(.invalidRequest) {
                _ = try await trial.backend.enqueue([
                    .sample(), .sample(uniqueKey: "u"), .sample(""),
                ])
            }
        },
    ]
}
