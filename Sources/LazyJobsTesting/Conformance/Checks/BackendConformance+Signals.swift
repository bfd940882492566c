import LazyJobs

extension BackendConformance {
    static let signals: [Check] = [
        Check("a signal follows when jobs are enqueued") { trial in
            try await trial.expectSignal { try await trial.enqueue(.sample()) }
            try await trial.expectSignal {
                try await trial.enqueue(.sample(runAt: trial.time(60)))
            }
        },
        Check("a signal follows when a queue is resumed", needs: .queueControl) { trial in
            try await trial.backend.pauseQueue("a", reason: nil, actor: nil)
            try await trial.enqueue(.sample(queue: "a"))
            try await trial.expectSignal {
                try await trial.backend.resumeQueue("a", actor: nil)
            }
            try expect(try await trial.claim().count, is: 1, "claimed jobs")
        },
        Check("a signal follows when the end of a job frees a limited queue") { trial in
            try await trial.enqueue([.sample(), .sample()])
            let running = try await trial.claim(limits: [JobDefaults.queue: 1])
            try await trial.expectSignal {
                try await trial.finish(running[0], .succeeded())
            }
            let next = try await trial.claim(limits: [JobDefaults.queue: 1])
            try expect(next.count, is: 1, "claimed jobs")
        },
        Check("a signal follows when a running job is cancelled") { trial in
            let claimed = try await trial.run()
            try await trial.expectSignal { try await trial.cancel(claimed.record.id) }
        },
        Check("a signal follows when a job will run again") { trial in
            let outcomes: [JobOutcome] = [
                .retry(error: "no", runAt: trial.time(60)), .snooze(until: trial.time(60)),
                .interrupted(reason: "stop"),
            ]
            for outcome in outcomes {
                let claimed = try await trial.run()
                try await trial.expectSignal { try await trial.finish(claimed, outcome) }
            }
        },
        Check("a signal follows when a schedule is set", needs: .schedules) { trial in
            let schedule = trial.schedule("a", first: 60)
            try await trial.expectSignal {
                _ = try await trial.backend.setSchedule(schedule, actor: nil)
            }
        },
        Check("signals that nobody has read become one, and none is lost") { trial in
            let signals = trial.backend.signals()
            for _ in 0..<100 { try await trial.enqueue(.sample()) }
            var reader = signals.makeAsyncIterator()
            try expect(await reader.next() != nil, "the signals ended")
            try await trial.backend.close()
            var count = 1
            while await reader.next() != nil { count += 1 }
            try expect(count < 100, "\(count) signals were kept")
        },
        Check("everyone who asked for signals gets them") { trial in
            let readers = (0..<3).map { _ in trial.backend.signals() }
            try await trial.enqueue(.sample())
            for signals in readers {
                var reader = signals.makeAsyncIterator()
                try expect(await reader.next() != nil, "the signals ended")
            }
        },
        Check("the signals end when the backend is closed, and are ended afterwards") { trial in
            let signals = trial.backend.signals()
            try await trial.backend.close()
            for await _ in signals {}
            for await _ in trial.backend.signals() {}
        },
    ]
}

extension Trial {
    /// Fails the check unless a signal follows; waits for ever when none does.
    func expectSignal(
        line: Int = #line,
        _ cause: () async throws -> Void
    ) async throws {
        var reader = backend.signals().makeAsyncIterator()
        try await cause()
        try expect(await reader.next() != nil, "the signals ended", line: line)
    }
}
