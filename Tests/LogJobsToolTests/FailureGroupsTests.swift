import LazyJobs
import LogJobs
import Testing

@testable import LogJobsTool

@Suite("FailureGroups") struct FailureGroupsTests {
    @Test(
        "texts are alike that differ only in words with a digit in them",
        arguments: [
            ("timeout after 30s", "timeout after #"),
            ("no user 12 in 4f3a-77", "no user # in #"),
            ("HTTP 503: \"slow down\"", "HTTP #: \"slow down\""),
            ("10.0.0.1:5432 refused", "#:# refused"),
            ("plain", "plain"),
            ("first\nsecond 2", "first"),
            ("", ""),
        ]
    )
    func fingerprints(text: String, expected: String) {
        #expect(Fingerprint.of(text) == expected)
    }

    @Test("long texts are cut")
    func cut() {
        #expect(Fingerprint.of(String(repeating: "x", count: 1000)).count == 200)
    }

    @Test("failures are counted by kind and by what they have in common, most first")
    func groups() throws {
        let groups = Self.groups()
        let expected = """
            COUNT  LAST                  KIND  JOBS  ERROR
                2  2026-07-24T09:30:04Z  mail  12    no user 8
                1  2026-07-24T09:30:06Z  mail  12    out of\\nmemory
            """
        #expect(try groups.lines(.text).joined(separator: "\n") == expected)
        #expect(
            try groups.lines(.json)[0] == """
                {"count":2,"error":"no user 8","examples":[12],"fingerprint":"no user #",\
                "first":"2026-07-24T09:30:02Z","kind":"mail","last":"2026-07-24T09:30:04Z"}
                """
        )
    }

    @Test("there are no more groups than wanted")
    func limits() throws {
        #expect(Self.groups(limit: 1).sorted.map(\.count) == [2])
        #expect(try FailureGroups().lines(.text) == ["no failure"])
        #expect(try FailureGroups().lines(.json).isEmpty)
    }

    @Test("five jobs are named, each once, the one that failed last first")
    func examples() {
        var groups = FailureGroups()
        for id in [1, 2, 3, 1, 4, 5, 6, 7] as [UInt64] {
            for var event in sampleEvents([(1, .rescued(error: "died"))]) {
                guard var transition = event.transition else { continue }
                transition.jobID = JobID(rawValue: id)
                event.body = .job(transition)
                groups.add(NamedEvent(event: event))
            }
        }
        #expect(groups.sorted.map { $0.examples.map(\.rawValue) } == [[7, 6, 5, 4, 1]])
        // Nothing else is known of them.
        #expect(groups.sorted.map(\.kind) == ["?"])
    }

    private static func groups(limit: Int = 100) -> FailureGroups {
        let job = NewJob(kind: "mail", queue: "slow", payload: JobPayload(bytes: []))
        var groups = FailureGroups(limit: limit)
        let events = sampleEvents([
            (0, .enqueued(job, runAt: moment())),
            (1, .claimed(worker: "w")),
            (1, .retried(error: "no user 7", runAt: moment(), duration: .seconds(1))),
            (2, .claimed(worker: "w")),
            (2, .retried(error: "no user 8", runAt: moment(), duration: .seconds(1))),
            (3, .claimed(worker: "w")),
            (3, .discarded(error: "out of\nmemory", actor: nil, duration: .seconds(1))),
        ])
        let source = JobSource(kind: "mail", queue: "slow")
        for event in events { groups.add(NamedEvent(event: event, source: source)) }
        return groups
    }
}
