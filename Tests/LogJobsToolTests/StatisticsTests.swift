import LazyJobs
import LogJobs
import Testing

@testable import LogJobsTool

@Suite("Statistics") struct StatisticsTests {
    @Test("a percentile is right to one in 128, and never more than the longest")
    func percentiles() {
        var times = DurationHistogram()
        #expect(times.percentile(50) == nil)
        for milliseconds in 1...1000 { times.add(.milliseconds(milliseconds)) }
        for percent in [1, 50, 90, 99, 100] {
            let exact = Duration.milliseconds(percent * 10)
            let found = times.percentile(percent) ?? .zero
            #expect(exact <= found && found <= exact + exact / 128, "\(percent) %")
        }
        #expect(times.percentile(100) == times.longest)
        var negative = DurationHistogram()
        negative.add(.seconds(-1))
        #expect(negative.percentile(50) == .zero)
    }

    @Test("two histograms together are one of all")
    func adds() {
        var (all, even, odd) = (DurationHistogram(), DurationHistogram(), DurationHistogram())
        for number in 0..<500 {
            let duration = Duration.microseconds(number * number)
            all.add(duration)
            if number.isMultiple(of: 2) { even.add(duration) } else { odd.add(duration) }
        }
        even.add(odd)
        #expect(even == all)
    }

    @Test("counts attempts and jobs, and how long they took")
    func counts() {
        var statistics = Statistics(EventFilter())
        for event in Self.events { statistics.add(event) }
        let total = statistics.total
        #expect((total.enqueued, total.started, total.failed) == (1, 2, 2))
        #expect((total.succeeded, total.discarded, total.cancelled) == (0, 1, 0))
        // It might run from its second second on, and started in its fourth.
        #expect((total.waits.count, total.waits.longest) == (1, .seconds(2)))
        #expect((total.runs.count, total.runs.longest) == (2, .seconds(7)))
        #expect(statistics.kinds == ["mail": total] && statistics.queues == ["slow": total])
    }

    @Test("what is before a moment counts only for how long a job has waited")
    func since() {
        let four = SequenceNumber(rawValue: 8)
        var statistics = Statistics(EventFilter(since: .sequence(four)))
        for event in Self.events { statistics.add(event) }
        #expect((statistics.total.enqueued, statistics.total.started) == (0, 2))
        #expect(statistics.total.waits.count == 1)
    }

    @Test("steps of time are as long as it takes for thirty of them, or as they were told")
    func steps() {
        var (chosen, told) = (
            Statistics(EventFilter()), Statistics(EventFilter(), step: .seconds(7))
        )
        for number in 0..<100 {
            for var event in sampleEvents([(1, .rescued(error: "died"))]) {
                event.time = moment(Double(number))
                chosen.add(NamedEvent(event: event))
                told.add(NamedEvent(event: event))
            }
        }
        #expect(chosen.steps.count == 10)
        #expect(chosen.steps.values.allSatisfy { $0.failed == 10 })
        #expect(chosen.steps.keys.min() == Timestamp(moment()))
        #expect(told.steps.count == 15)
        #expect(told.steps.values.reduce(0) { $0 + $1.failed } == 100)
    }

    private static var events: [NamedEvent] {
        var job = NewJob(kind: "mail", queue: "slow", payload: JobPayload(bytes: []))
        job.runAt = moment(2)
        let source = JobSource(kind: "mail", queue: "slow")
        let events = sampleEvents([
            (0, .enqueued(job, runAt: moment(2))),
            (1, .claimed(worker: "w")),
            (1, .retried(error: "no", runAt: moment(5), duration: .seconds(3))),
            (2, .claimed(worker: "w")),
            (2, .discarded(error: "no", actor: nil, duration: .seconds(7))),
        ])
        return zip(events, [0, 4, 5, 6, 13] as [Double]).map { event, second in
            var event = event
            event.time = moment(second)
            return NamedEvent(event: event, source: source)
        }
    }
}
