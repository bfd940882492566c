import Foundation
import LazyJobs

extension BackendConformance {
    static let histories: [Check] = [
        Check("a job that has just come has one event, with all that was said", needs: .history) {
            trial in
            trial.clock.advance(by: .seconds(1))
            let job = NewJob.complete(runAt: trial.time(9))
            let id = try await trial.enqueue(job).id
            let steps = [Step(1, attempt: 0, .enqueued(job, runAt: trial.time(9)))]
            try await trial.expectHistory(of: id, steps)
        },
        Check("the history of a success", needs: .history) { trial in
            try await trial.expectHistory(
                ending: .succeeded(output: [1, 2]),
                attempt: 1,
                with: .succeeded(output: [1, 2], duration: .seconds(2.5))
            )
        },
        Check("the history of a failure that is to be retried", needs: .history) { trial in
            try await trial.expectHistory(
                ending: .retry(error: "no", runAt: trial.time(60)),
                attempt: 1,
                with: .retried(error: "no", runAt: trial.time(60), duration: .seconds(2.5))
            )
        },
        Check("the history of a failure for good", needs: .history) { trial in
            try await trial.expectHistory(
                ending: .discard(error: "no"),
                attempt: 1,
                with: .discarded(error: "no", actor: nil, duration: .seconds(2.5))
            )
        },
        Check("the history of a job that called itself off", needs: .history) { trial in
            try await trial.expectHistory(
                ending: .cancel(reason: "obsolete"),
                attempt: 1,
                with: .cancelled(reason: "obsolete", actor: nil, duration: .seconds(2.5))
            )
        },
        Check("the history of a snooze, with a reason and without", needs: .history) { trial in
            for reason in ["rate limit", nil] {
                try await trial.expectHistory(
                    ending: .snooze(until: trial.time(60), reason: reason),
                    attempt: 0,
                    with: .snoozed(
                        runAt: trial.time(60),
                        reason: reason,
                        duration: .seconds(2.5)
                    )
                )
            }
        },
        Check("the history of an interruption", needs: .history) { trial in
            try await trial.expectHistory(
                ending: .interrupted(reason: "stop"),
                attempt: 0,
                with: .interrupted(reason: "stop", duration: .seconds(2.5))
            )
        },
        Check("the history of a cancellation from outside says who and why", needs: .history) {
            trial in
            let waiting = try await trial.enqueue(.sample(runAt: trial.time(9)))
            try await trial.cancel(waiting.id, reason: "double", actor: "ada")
            let change = JobTransition.Change.cancelled(
                reason: "double",
                actor: "ada",
                duration: nil
            )
            try await trial.expectHistory(
                of: waiting.id,
                [
                    Step(0, attempt: 0, .enqueued(.sample(), runAt: trial.time(9))),
                    Step(0, attempt: 0, change),
                ]
            )
        },
        Check("the history of a running job's cancellation says how long it ran", needs: .history) {
            trial in
            let claimed = try await trial.run()
            trial.clock.advance(by: .seconds(4))
            try await trial.cancel(claimed.record.id, reason: "double", actor: nil)
            let change = JobTransition.Change.cancelled(
                reason: "double",
                actor: nil,
                duration: .seconds(4)
            )
            try await trial.expectHistory(
                of: claimed.record.id,
                [
                    Step(0, attempt: 0, .enqueued(.sample(), runAt: trial.time(0))),
                    Step(0, attempt: 1, .claimed(worker: "worker")),
                    Step(4, attempt: 1, change),
                ]
            )
        },
    ]
}

/// What one event of a job's history must say.
struct Step {
    let time: Double
    let attempt: Int
    let change: JobTransition.Change

    init(_ time: Double, attempt: Int, _ change: JobTransition.Change) {
        self.time = time
        self.attempt = attempt
        self.change = change
    }
}

extension Trial {
    /// Fails the check unless a job has exactly this history: versions, pointers and times too.
    func expectHistory(of id: JobID, _ steps: [Step], line: Int = #line) async throws {
        let events = try await backend.history(of: id)
        try expect(
            events.map { $0.transition?.kind },
            is: steps.map { JobTransition(step: $0).kind },
            "kinds of events",
            line: line
        )
        var previous: SequenceNumber?
        for (version, (event, step)) in zip(events, steps).enumerated() {
            let transition = try unwrap(event.transition, "the transition", line: line)
            let expected = JobTransition(
                jobID: id,
                version: UInt32(version),
                previous: previous,
                attempt: step.attempt,
                change: step.change
            )
            let subject = "event \(version)"
            try expect(transition.normalized, is: expected.normalized, subject, line: line)
            try expect(event.time, is: time(step.time), "time of \(subject)", line: line)
            try expect(event.epoch > 0, "epochs begin with 1", line: line)
            try expect(event.sequence > previous ?? .zero, "order of \(subject)", line: line)
            previous = event.sequence
        }
    }

    /// Fails the check unless a job that runs 2.5 seconds and ends so has the right history.
    fileprivate func expectHistory(
        ending outcome: JobOutcome,
        attempt: Int,
        with change: JobTransition.Change,
        line: Int = #line
    ) async throws {
        let job = NewJob.sample(priority: 1, actor: "ada")
        let start = clock.now.timeIntervalSince(time(0))
        let claimed = try await run(job, line: line)
        clock.advance(by: .seconds(2.5))
        try await finish(claimed, outcome, line: line)
        let steps = [
            Step(start, attempt: 0, .enqueued(job, runAt: time(start))),
            Step(start, attempt: 1, .claimed(worker: "worker")),
            Step(start + 2.5, attempt: attempt, change),
        ]
        try await expectHistory(of: claimed.record.id, steps, line: line)
    }
}

extension JobTransition {
    fileprivate init(step: Step) {
        self.init(
            jobID: JobID(rawValue: 1),
            version: 0,
            previous: nil,
            attempt: step.attempt,
            change: step.change
        )
    }

    /// The transition without the run-at time inside the job: that of the event says it exactly,
    /// and a store need not keep both.
    fileprivate var normalized: JobTransition {
        guard case .enqueued(let job, let runAt) = change else { return self }
        var copy = self
        copy.change = .enqueued(job.with { $0.runAt = nil }, runAt: runAt)
        return copy
    }
}
