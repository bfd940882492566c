import LazyJobs

extension BackendConformance {
    static let queueLimits: [Check] = [
        Check("a queue limit counts the running jobs of the whole store") { trial in
            try await trial.enqueue((0..<5).map { _ in .sample(queue: "a") })
            try expect(try await trial.claim(2, worker: "free").count, is: 2, "claimed jobs")
            let limited = try await trial.claim(limits: ["a": 3], worker: "limited")
            try expect(limited.count, is: 1, "claimed jobs")
            try expect(try await trial.claim(limits: ["a": 3]).count, is: 0, "claimed jobs")
            try expect(try await trial.claim(limits: ["a": 1]).count, is: 0, "claimed jobs")
            try expect(try await trial.claim().count, is: 2, "claimed jobs")
        },
        Check("a queue limit holds within one claim too, in claim order") { trial in
            let records = try await trial.enqueue((0..<6).map { .sample(priority: Int8($0)) })
            let claimed = try await trial.claim(limits: [JobDefaults.queue: 2])
            try expect(claimed.map(\.record.id), is: [records[5].id, records[4].id], "jobs")
        },
        Check("a queue at its limit is passed over, the others are not") { trial in
            let records = try await trial.enqueue([
                .sample(queue: "a", priority: 9), .sample(queue: "a", priority: 8),
                .sample(queue: "b"), .sample(queue: "c", priority: 1), .sample(queue: "b"),
            ])
            let claimed = try await trial.claim(limits: ["a": 1, "b": 1])
            let expected = [records[0].id, records[3].id, records[2].id]
            try expect(claimed.map(\.record.id), is: expected, "claimed jobs")
            try expect(try await trial.claim(limits: ["a": 1, "b": 2]).count, is: 1, "jobs")
        },
        Check("a limited queue is free again when a running job ends, in any way") { trial in
            try await trial.enqueue((0..<8).map { _ in .sample() })
            let outcomes: [JobOutcome] = [
                .succeeded(), .retry(error: "no", runAt: trial.time(99)), .discard(error: "no"),
                .cancel(reason: "not needed"), .snooze(until: trial.time(99)),
                .interrupted(reason: "stop"),
            ]
            for outcome in outcomes {
                let running = try await trial.claim(limits: [JobDefaults.queue: 1])
                try expect(running.count, is: 1, "claimed jobs before \(outcome)")
                let none = try await trial.claim(limits: [JobDefaults.queue: 1])
                try expect(none.count, is: 0, "claimed jobs")
                try await trial.finish(running[0], outcome)
            }
        },
        Check("a limited queue is free again when its running job is cancelled") { trial in
            try await trial.enqueue([.sample(), .sample()])
            let running = try await trial.claimOne()
            try await trial.cancel(running.record.id)
            let next = try await trial.claim(limits: [JobDefaults.queue: 1])
            try expect(next.count, is: 1, "claimed jobs")
        },
        Check("a limited queue is free again when its workers died") { trial in
            try await trial.enqueue([.sample(), .sample(), .sample()])
            try expect(try await trial.claim(2).count, is: 2, "claimed jobs")
            try await trial.crashAndReopen()
            let claimed = try await trial.claim(limits: [JobDefaults.queue: 2])
            try expect(claimed.count, is: 2, "claimed jobs")
        },
        Check("a limit says nothing of queues that it does not name") { trial in
            try await trial.enqueue([.sample(queue: "a"), .sample(queue: "a")])
            let claimed = try await trial.claim(limits: ["b": 1, "none": 1])
            try expect(claimed.count, is: 2, "claimed jobs")
        },
        Check("a limit holds for the named queues of a claim") { trial in
            try await trial.enqueue((0..<4).map { .sample(queue: $0 % 2 == 0 ? "a" : "b") })
            let claimed = try await trial.claim(from: ["a"], limits: ["a": 1, "b": 1])
            try expect(claimed.map(\.record.queue), is: ["a"], "queues")
        },
    ]
}
