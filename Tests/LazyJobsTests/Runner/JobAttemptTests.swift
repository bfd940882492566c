import Foundation
import Testing

@testable import LazyJobs

@Suite("Outcomes")
struct JobAttemptTests {
    private let now = Date.sample

    private func attempt(
        _ end: JobAttempt.End?,
        _ job: ClaimedJob = .sample(),
        output: [UInt8]? = nil,
        retryDelay: @escaping @Sendable (Int, any Error) -> Duration = { _, _ in .seconds(9) }
    ) -> JobAttempt {
        let attempt = JobAttempt(token: 1, job: job)
        let prepared = JobRegistry.Prepared(work: { _ in }, retryDelay: retryDelay)
        do { try attempt.keep(prepared: prepared) } catch { Issue.record("it was cancelled") }
        if let output { attempt.keep(output: output) }
        if let end { attempt.keep(end: end) }
        return attempt
    }

    @Test("a job that returns has succeeded, with what it kept as output")
    func succeeds() {
        #expect(attempt(.returned).outcome(.ownEnd, now: now) == .succeeded())
        #expect(
            attempt(.returned, output: [1, 2]).outcome(.ownEnd, now: now)
                == .succeeded(output: [1, 2])
        )
    }

    @Test("only a clean end is a success")
    func knowsSuccess() {
        #expect(attempt(nil).success == nil)
        #expect(attempt(.threw(TestError())).success == nil)
        #expect(attempt(.returned, output: [1]).success == .succeeded(output: [1]))
    }

    @Test("a job that is cancelled before it is decoded does not begin, whoever is first")
    func cancelsBeforeBegin() throws {
        let attempt = JobAttempt(token: 1, job: .sample())
        let prepared = JobRegistry.Prepared(work: { _ in }, retryDelay: { _, _ in .zero })
        try attempt.keep(prepared: prepared)
        attempt.giveUp()?.cancel()
        #expect(throws: CancellationError.self) { try attempt.keep(prepared: prepared) }
    }

    @Test("a task that was started is cancelled, and its handlers called")
    func cancelsTasks() async {
        let (began, ended) = (Gate(), Gate())
        let attempt = JobAttempt(token: 1, job: .sample())
        attempt.start {
            do { try await began.wait() } catch { ended.open() }
        }
        await began.waitForArrivals(1)
        attempt.giveUp()?.cancel()
        await ended.waitDeaf()
    }

    @Test("a job that throws runs again after the delay that it chooses for attempt and error")
    func retries() {
        let job = ClaimedJob.sample(attempt: 3)
        let attempt = attempt(.threw(TestError()), job) { attempt, error in
            error is TestError ? .seconds(attempt) : .zero
        }
        #expect(
            attempt.outcome(.ownEnd, now: now)
                == .retry(error: "it broke", runAt: now.addingTimeInterval(3))
        )
    }

    @Test("a job that throws in its last attempt is discarded")
    func discards() {
        let job = ClaimedJob.sample(attempt: 5, maxAttempts: 5)
        #expect(
            attempt(.threw(TestError()), job).outcome(.ownEnd, now: now)
                == .discard(error: "it broke")
        )
    }

    @Test("a delay below zero is none, and one past the calendar ends with it")
    func boundsDelays() {
        let early = attempt(.threw(TestError())) { _, _ in .seconds(-5) }
        #expect(early.outcome(.ownEnd, now: now) == .retry(error: "it broke", runAt: now))
        let late = attempt(.threw(TestError())) { _, _ in .seconds(Int64.max) }
        #expect(
            late.outcome(.ownEnd, now: now)
                == .retry(error: "it broke", runAt: JobLimits.latest)
        )
    }

    @Test("an error that describes itself for people is recorded in its words")
    func prefersLocalizedText() {
        #expect(
            attempt(.threw(ReadableError())).outcome(.ownEnd, now: now)
                == .retry(error: "the disk is full of eels", runAt: now.addingTimeInterval(9))
        )
    }

    @Test("a text past its limit is cut and marked, in errors and in reasons")
    func cutsTexts() {
        let long = String(repeating: "x", count: 10_000)
        let cut = JobLimits.cut(long)
        #expect(cut.utf8.count == JobLimits.errorSizeMax)
        let error = TestError(description: long)
        #expect(
            attempt(.threw(error)).outcome(.ownEnd, now: now)
                == .retry(error: cut, runAt: now.addingTimeInterval(9))
        )
        #expect(
            attempt(.threw(JobControl.cancel(long))).outcome(.ownEnd, now: now)
                == .cancel(reason: cut)
        )
    }

    @Test("a job may snooze, cancel or discard itself, in its last attempt too")
    func controls() {
        let last = ClaimedJob.sample(attempt: 5, maxAttempts: 5)
        let cases: [(JobControl, JobOutcome)] = [
            (.snooze(for: .seconds(30)), .snooze(until: now.addingTimeInterval(30))),
            (.snooze(for: .seconds(-30)), .snooze(until: now)),
            (
                .snooze(until: now.addingTimeInterval(60), reason: "early"),
                .snooze(until: now.addingTimeInterval(60), reason: "early")
            ),
            (.snooze(until: .distantFuture), .snooze(until: .distantFuture)),
            (.cancel("not wanted"), .cancel(reason: "not wanted")),
            (.discard("hopeless"), .discard(error: "hopeless")),
        ]
        for (control, outcome) in cases {
            for verdict in [WorkerPool.Verdict.ownEnd, .interrupted] {
                #expect(
                    attempt(.threw(control), last).outcome(verdict, now: now) == outcome,
                    "\(control)"
                )
            }
        }
    }

    @Test("a timed-out attempt fails with its time, whatever came later, even success")
    func timesOut() {
        let job = ClaimedJob.sample(timeout: .seconds(90))
        for end in [nil, JobAttempt.End.returned, .threw(JobControl.cancel("late"))] {
            let attempt = attempt(end, job) { _, error in
                error is JobTimeoutError ? .seconds(77) : .zero
            }
            #expect(
                attempt.outcome(.timedOut, now: now)
                    == .retry(error: "timed out after 1m30s", runAt: now.addingTimeInterval(77))
            )
        }
    }

    @Test("what a stop cut off is interrupted, whatever error the cancellation became")
    func interrupts() {
        let interrupted = JobOutcome.interrupted(reason: "the runner stopped")
        for end in [nil, JobAttempt.End.threw(CancellationError()), .threw(TestError())] {
            #expect(attempt(end).outcome(.interrupted, now: now) == interrupted)
        }
        #expect(attempt(.returned).outcome(.interrupted, now: now) == .succeeded())
    }

    @Test("a CancellationError without a cancellation is a failure like any other")
    func failsOnOwnCancellationError() {
        #expect(
            attempt(.threw(CancellationError())).outcome(.ownEnd, now: now)
                == .retry(error: "CancellationError()", runAt: now.addingTimeInterval(9))
        )
    }

    @Test("an unreadable job backs off by the default policy and is discarded in the end")
    func backsOffUnreadableJobs() {
        let error = UnreadableJobError(description: "unknown kind")
        for (count, seconds) in [(1, 1.0), (3, 4.0), (24, 60.0)] {
            let attempt = JobAttempt(token: 1, job: .sample(attempt: count))
            attempt.keep(end: .threw(error))
            #expect(
                attempt.outcome(.ownEnd, now: now)
                    == .retry(error: "unknown kind", runAt: now.addingTimeInterval(seconds))
            )
        }
        let last = JobAttempt(token: 1, job: .sample(attempt: 25))
        last.keep(end: .threw(error))
        #expect(last.outcome(.ownEnd, now: now) == .discard(error: "unknown kind"))
    }
}
