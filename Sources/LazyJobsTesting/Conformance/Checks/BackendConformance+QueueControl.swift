import LazyJobs

extension BackendConformance {
    static let queueControl: [Check] = [
        Check("no job of a paused queue is claimed, those of others are", needs: .queueControl) {
            trial in
            let records = try await trial.enqueue([
                .sample(queue: "a", priority: 9), .sample(queue: "b"), .sample(queue: "a"),
            ])
            try await trial.backend.pauseQueue("a", reason: "deploy", actor: "ada")
            try expect(try await trial.claim(from: ["a"]).count, is: 0, "claimed jobs")
            try expect(try await trial.claim().map(\.record.id), is: [records[1].id], "jobs")
            try await trial.backend.resumeQueue("a", actor: "ada")
            let rest = try await trial.claim().map(\.record.id)
            try expect(rest, is: [records[0].id, records[2].id], "claimed jobs")
        },
        Check("queues and schedules whose names look alike are two, also when reopened") { trial in
            let names = ["caf\u{E9}", "cafe\u{301}"]
            let abilities = trial.backend.abilities
            try await trial.enqueue(names.map { .sample($0, queue: $0) })
            for name in names {
                if abilities.contains(.queueControl) {
                    try await trial.backend.pauseQueue(name, reason: nil, actor: nil)
                }
                if abilities.contains(.schedules) {
                    let schedule = trial.schedule(name, first: 10)
                    _ = try await trial.backend.setSchedule(schedule, actor: nil)
                }
            }
            // The first opening reads what was said, the second what it has kept.
            for _ in 0..<3 {
                try expect(try await trial.backend.stats().total, is: 2, "jobs")
                if abilities.contains(.queueControl) {
                    try expect(try await trial.backend.pausedQueues().count, is: 2, "paused")
                }
                if abilities.contains(.schedules) {
                    try expect(try await trial.backend.schedules().count, is: 2, "schedules")
                }
                try await trial.closeAndReopen()
            }
            if abilities.contains(.queueControl) {
                try await trial.backend.resumeQueue(names[1], actor: nil)
            }
            let claimed = try await trial.claim(from: [names[1]]).map(\.record.queue.utf8.count)
            try expect(claimed, is: [names[1].utf8.count], "claimed from")
            let counts = try await trial.backend.stats().byQueue.values
            try expect(counts.reduce(0, +), is: 2, "jobs in queues")
        },
        Check("what came to a queue while it was paused is claimed later", needs: .queueControl) {
            trial in
            try await trial.backend.pauseQueue("a", reason: nil, actor: nil)
            let now = try await trial.enqueue(.sample(queue: "a"))
            let later = try await trial.enqueue(.sample(queue: "a", runAt: trial.time(5)))
            trial.clock.advance(by: .seconds(5))
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
            try await trial.backend.resumeQueue("a", actor: nil)
            try expect(try await trial.claim().map(\.record.id), is: [now.id, later.id], "jobs")
        },
        Check("what runs in a paused queue goes on and can end", needs: .queueControl) { trial in
            let first = try await trial.run()
            let second = try await trial.run()
            try await trial.backend.pauseQueue(JobDefaults.queue, reason: nil, actor: nil)
            try await trial.finish(first, .succeeded())
            try await trial.finish(second, .retry(error: "no", runAt: trial.time(0)))
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
            try await trial.backend.resumeQueue(JobDefaults.queue, actor: nil)
            try expect(try await trial.claimOne().record.id, is: second.record.id, "claimed job")
        },
        Check("the paused queues are listed, sorted, without jobs too", needs: .queueControl) {
            trial in
            for queue in ["b", "c", "a"] {
                try await trial.backend.pauseQueue(queue, reason: nil, actor: nil)
            }
            try expect(try await trial.backend.pausedQueues(), is: ["a", "b", "c"], "paused")
            try await trial.backend.resumeQueue("b", actor: nil)
            try expect(try await trial.backend.pausedQueues(), is: ["a", "c"], "paused")
        },
        Check("pausing twice is pausing once, resuming twice resuming once", needs: .queueControl) {
            trial in
            try await trial.backend.pauseQueue("a", reason: "one", actor: nil)
            try await trial.backend.pauseQueue("a", reason: "two", actor: nil)
            try expect(try await trial.backend.pausedQueues(), is: ["a"], "paused")
            try await trial.backend.resumeQueue("a", actor: nil)
            try await trial.backend.resumeQueue("a", actor: nil)
            try expect(try await trial.backend.pausedQueues(), is: [], "paused")
        },
        Check("pauses outlive closing and crashing", needs: .queueControl) { trial in
            try await trial.enqueue([.sample(queue: "a"), .sample(queue: "b")])
            try await trial.backend.pauseQueue("a", reason: nil, actor: nil)
            try await trial.backend.pauseQueue("b", reason: nil, actor: nil)
            try await trial.closeAndReopen()
            try expect(try await trial.backend.pausedQueues(), is: ["a", "b"], "paused")
            try await trial.backend.resumeQueue("b", actor: nil)
            try await trial.crashAndReopen()
            try expect(try await trial.backend.pausedQueues(), is: ["a"], "paused")
            try expect(try await trial.claim().map(\.record.queue), is: ["b"], "queues")
        },
        Check("a pause has no part in enqueueing and cancelling", needs: .queueControl) { trial in
            try await trial.backend.pauseQueue("a", reason: nil, actor: nil)
            let record = try await trial.enqueue(.sample(queue: "a"))
            try expect(try await trial.cancel(record.id).state, is: .cancelled, "state")
        },
        Check("names past their limits are refused; a long reason is not", needs: .queueControl) {
            trial in
            let (queue, name) = (text(JobLimits.queueSizeMax), text(JobLimits.nameSizeMax))
            for bad in ["", queue + "x"] {
                try await trial.expectRefused(.invalidRequest) {
                    try await trial.backend.pauseQueue(bad, reason: nil, actor: nil)
                }
                try await trial.expectRefused(.invalidRequest) {
                    try await trial.backend.resumeQueue(bad, actor: nil)
                }
            }
            try await trial.expectRefused(.invalidRequest) {
                try await trial.backend.pauseQueue("a", reason: nil, actor: name + "x")
            }
            let reason = text(JobLimits.errorSizeMax + 1)
            try await trial.backend.pauseQueue(queue, reason: reason, actor: name)
            try expect(try await trial.backend.pausedQueues(), is: [queue], "paused")
        },
    ]
}
