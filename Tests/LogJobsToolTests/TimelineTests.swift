import Foundation
import LazyJobs
import Testing

@testable import LogJobsTool

@Suite("Timeline") struct TimelineTests {
    private let job = NewJob(
        kind: "send-mail",
        queue: "mail",
        payload: JobPayload(bytes: Array("secret".utf8)),
        actor: "shop"
    )

    @Test("people read when, how long after, which attempt, who, how long and why")
    func printsTable() throws {
        let events = sampleEvents([
            (0, .enqueued(job, runAt: moment())),
            (1, .claimed(worker: "demo[1]")),
            (1, .rescued(error: "the process died")),
            (2, .claimed(worker: "demo[2]")),
            (
                2,
                .retried(error: "no\u{7}bell", runAt: moment(8), duration: .microseconds(1_234_567))
            ),
            (2, .cancelled(reason: "not wanted", actor: "anna", duration: nil)),
        ])
        let expected = """
            TIME                  AFTER  EVENT      ATTEMPT  WORKER    TOOK  WHAT
            2026-07-24T09:30:00Z         enqueued         0                  \
            send-mail in queue mail, by shop
            2026-07-24T09:30:01Z    +1s  claimed          1  demo[1]
            2026-07-24T09:30:02Z    +1s  rescued          1  demo[1]         the process died
            2026-07-24T09:30:03Z    +1s  claimed          2  demo[2]
            2026-07-24T09:30:04Z    +1s  retried          2  demo[2]  1.23s  \
            no\\u{7}bell; again at 2026-07-24T09:30:08Z
            2026-07-24T09:30:05Z    +1s  cancelled        2                  not wanted; by anna
            """
        let lines = try Timeline(events: events).lines(.text)
        #expect(lines.joined(separator: "\n") == expected)
    }

    @Test("a clock that was set back shows as less than nothing")
    func showsClockSetBack() throws {
        var events = sampleEvents([
            (0, .enqueued(job, runAt: moment())), (1, .claimed(worker: "w")),
        ])
        events[1].time = moment(-0.25)
        let lines = try Timeline(events: events).lines(.text)
        #expect(lines[2].contains(" -250ms  claimed "))
    }

    @Test("programs read one flat object for each event, and no payload")
    func printsJSON() throws {
        let events = sampleEvents([
            (0, .enqueued(job, runAt: moment())),
            (1, .claimed(worker: "w")),
            (1, .succeeded(output: Array("secret".utf8), duration: .milliseconds(250))),
        ])
        let expected = """
            {"actor":"shop","attempt":0,"epoch":1,"event":"enqueued","job_id":12,\
            "kind":"send-mail","payload_size":6,"queue":"mail",\
            "run_at":"2026-07-24T09:30:00Z","sequence":7,\
            "time":"2026-07-24T09:30:00Z","version":0}
            {"attempt":1,"epoch":1,"event":"claimed","job_id":12,"previous":7,"sequence":8,\
            "time":"2026-07-24T09:30:01Z","version":1,"worker":"w"}
            {"attempt":1,"duration":"250ms","epoch":1,"event":"succeeded","job_id":12,\
            "output_size":6,"previous":8,"sequence":9,"time":"2026-07-24T09:30:02Z","version":2}
            """
        #expect(try Timeline(events: events).lines(.json).joined(separator: "\n") == expected)
    }

    @Test("every change has a row and an object that name it")
    func coversEveryChange() throws {
        let changes: [JobTransition.Change] = [
            .enqueued(job, runAt: moment()),
            .claimed(worker: "w"),
            .succeeded(output: nil, duration: .seconds(1)),
            .retried(error: "e", runAt: moment(), duration: .seconds(1)),
            .discarded(error: "e", actor: nil, duration: .seconds(1)),
            .cancelled(reason: "r", actor: "a", duration: nil),
            .snoozed(runAt: moment(), reason: nil, duration: .seconds(1)),
            .interrupted(reason: "r", duration: .seconds(1)),
            .rescued(error: "e"),
            .requeued(runAt: moment(), maxAttempts: 2, reason: "r", actor: "a"),
            .pruned,
            .carried(
                CarriedJob(
                    job: job,
                    state: .pending,
                    runAt: moment(),
                    createdAt: moment(),
                    updatedAt: moment()
                )
            ),
        ]
        let events = sampleEvents(changes.map { (1, $0) })
        let kinds = events.compactMap { $0.transition?.kind }
        #expect(Set(kinds) == Set(JobTransition.Kind.allCases))
        let rows = try Timeline(events: events).lines(.text).dropFirst()
        let objects = try Timeline(events: events).lines(.json)
        for (kind, (row, object)) in zip(kinds, zip(rows, objects)) {
            #expect(row.contains(kind.rawValue))
            #expect(object.contains("\"event\":\"\(kind.rawValue)\""))
        }
    }
}
