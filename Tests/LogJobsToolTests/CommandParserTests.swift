import Foundation
import LazyJobs
import LogJobs
import Testing

@testable import LogJobsTool

@Suite("CommandParser") struct CommandParserTests {
    @Test("a verb and a folder are enough, options may stand anywhere behind the verb")
    func understandsCalls() throws {
        #expect(try parse("info", "a") == .run(.info, folder: "a", format: .text))
        #expect(try parse("verify", "a", "--json") == .run(.verify, folder: "a", format: .json))
        let id = JobID(rawValue: 12)
        #expect(try parse("show", "12", "a") == .run(.show(id), folder: "a", format: .text))
        #expect(
            try parse("history", "--json", "12", "a")
                == .run(.history(id), folder: "a", format: .json)
        )
    }

    @Test("what follows -- is no option")
    func endsOptions() throws {
        #expect(try parse("info", "--", "--json") == .run(.info, folder: "--json", format: .text))
    }

    @Test("list is narrowed by its options, with = or without, and states add up")
    func narrowsList() throws {
        let filter = Filter(
            states: [.retrying, .discarded, .pending],
            kind: "mail",
            queue: "slow",
            tag: "eu"
        )
        let invocation = try parse(
            "list",
            "--state",
            "retrying,discarded",
            "--state=pending",
            "--kind",
            "mail",
            "--queue=slow",
            "--tag",
            "eu",
            "--limit",
            "7",
            "a"
        )
        #expect(invocation == .run(.list(filter, limit: 7), folder: "a", format: .text))
        let all = Command.list(Filter(), limit: 100)
        #expect(try parse("list", "a") == .run(all, folder: "a", format: .text))
    }

    @Test("errors are narrowed by kind, queue and number")
    func narrowsErrors() throws {
        let errors = Command.errors(Filter(kind: "mail", queue: "slow"), limit: 7)
        #expect(
            try parse("errors", "--kind=mail", "--queue=slow", "--limit=7", "a")
                == .run(errors, folder: "a", format: .text)
        )
        let id = JobID(rawValue: 3)
        #expect(try parse("why", "3", "a") == .run(.why(id), folder: "a", format: .text))
    }

    @Test("moments are numbers, times, and how long ago")
    func understandsMoments() throws {
        let filter = Filter(
            since: .time(moment(-7200)),
            until: .sequence(SequenceNumber(rawValue: 12)),
            errorText: "no user"
        )
        let call = ["list", "--since", "-2h", "--until=12", "--error", "no user", "a"]
        let invocation = try CommandParser.invocation(call, now: moment())
        #expect(invocation == .run(.list(filter, limit: 100), folder: "a", format: .text))
        let stats = Command.stats(Filter(until: .time(moment())), step: .seconds(900))
        #expect(
            try parse("stats", "--until", "2026-07-24T09:30:00Z", "--step=15m", "a")
                == .run(stats, folder: "a", format: .text)
        )
    }

    @Test("tail shows ten events, or all since a moment, and goes on if told")
    func understandsTail() throws {
        let ten = Command.tail(Filter(), count: 10, follows: false)
        #expect(try parse("tail", "a") == .run(ten, folder: "a", format: .text))
        let five = Command.tail(Filter(states: [.discarded]), count: 5, follows: true)
        #expect(
            try parse("tail", "-f", "-n", "5", "--state", "discarded", "a")
                == .run(five, folder: "a", format: .text)
        )
        let since = Filter(since: .sequence(SequenceNumber(rawValue: 9)))
        let all = Command.tail(since, count: nil, follows: true)
        #expect(
            try parse("tail", "--follow", "--since", "9", "--json", "a")
                == .run(all, folder: "a", format: .json)
        )
    }

    @Test("export is of events or jobs, in JSON or CSV")
    func understandsExport() throws {
        let jobs = Export(subject: .jobs, filter: Filter(kind: "mail"), isCSV: true)
        #expect(
            try parse("export", "--csv", "jobs", "--kind", "mail", "a")
                == .run(.export(jobs), folder: "a", format: .text)
        )
        #expect(
            try parse("export", "events", "a")
                == .run(.export(Export(subject: .events)), folder: "a", format: .text)
        )
    }

    @Test("what makes another store takes its folder too")
    func takesTarget() throws {
        #expect(
            try parse("backup", "a", "b") == .run(.backup(target: "b"), folder: "a", format: .text)
        )
        #expect(
            try parse("repair", "--json", "a", "b")
                == .run(.repair(target: "b"), folder: "a", format: .json)
        )
    }

    @Test("help is printed for the tool and for each verb")
    func givesHelp() throws {
        #expect(try parse("--help") == .help(nil))
        #expect(try parse("help", "list") == .help(.list))
        for verb in Verb.allCases {
            #expect(try parse(verb.rawValue, "--help") == .help(verb))
            let lines = CommandHelp.lines(verb)
            let isExample = lines.contains { $0.hasPrefix("  logjobs \(verb.rawValue) ") }
            #expect(isExample, "the help of \(verb) has an example")
        }
    }

    @Test(
        "a wrong call is refused with what is wrong",
        arguments: [
            ([], "a verb is missing; see logjobs --help"),
            (["erase", "a"], "unknown verb erase; see logjobs --help"),
            (["--json"], "unknown option --json; see logjobs --help"),
            (["info"], "a folder is missing; see logjobs info --help"),
            (["info", ""], "the name of the folder is empty; see logjobs info --help"),
            (["info", "a", "b"], "too many arguments, from b on; see logjobs info --help"),
            (
                ["info", "--tag", "x", "a"],
                "--tag is an option of list, errors, stats, tail, at, export only; "
                    + "see logjobs info --help"
            ),
            (
                ["show", "--limit", "1", "1", "a"],
                "--limit is an option of list, errors, tail, at only; see logjobs show --help"
            ),
            (
                ["list", "-f", "a"],
                "--follow is an option of tail only; see logjobs list --help"
            ),
            (
                ["stats", "--step", "0m", "a"],
                "--step is a time such as 30s, 15m, 1h or 1d; see logjobs stats --help"
            ),
            (
                ["tail", "--since", "now", "a"],
                "now is no moment: \(MomentParser.forms); see logjobs tail --help"
            ),
            (
                ["export", "queues", "a"],
                "queues cannot be exported: events and jobs can; see logjobs export --help"
            ),
            (
                ["export", "--csv", "--json", "jobs", "a"],
                "--csv and --json exclude each other; see logjobs export --help"
            ),
            (["info", "--json=1", "a"], "--json takes no value; see logjobs info --help"),
            (
                ["show"],
                "the number of a job and a folder are wanted; see logjobs show --help"
            ),
            (
                ["show", "a"],
                "the number of a job and a folder are wanted; see logjobs show --help"
            ),
            (
                ["backup", "a"],
                "a folder and another folder to make are wanted; see logjobs backup --help"
            ),
            (
                ["list", "--kind", "b", "--kind", "c", "a"],
                "--kind is given twice; see logjobs list --help"
            ),
            (["repair", "a", ""], "the name of the folder is empty; see logjobs repair --help"),
            (
                ["backup", "a", "b", "c"],
                "too many arguments, from c on; see logjobs backup --help"
            ),
            (["show", "0", "a"], "0 is not the number of a job; see logjobs show --help"),
            (["history", "x", "a"], "x is not the number of a job; see logjobs history --help"),
            (["list", "--limit", "0", "a"], limitComplaint),
            (["list", "--limit", "10001", "a"], limitComplaint),
            (["list", "a", "--kind"], "--kind lacks its value; see logjobs list --help"),
            (
                ["errors", "--error", "", "a"],
                "the text behind --error is empty; see logjobs errors --help"
            ),
            (["list", "-q", "a"], "unknown option -q; see logjobs list --help"),
            (["list", "--state", "done", "a"], stateComplaint),
        ] as [([String], String)]
    )
    func refuses(_ arguments: [String], _ complaint: String) {
        #expect(throws: UsageError(complaint)) { try CommandParser.invocation(arguments) }
    }

    private func parse(_ arguments: String...) throws -> Invocation {
        try CommandParser.invocation(arguments)
    }
}

private let limitComplaint = "--limit is a number from 1 to 10000; see logjobs list --help"
private let stateComplaint =
    "unknown state done; there are pending, running, retrying, succeeded, discarded, cancelled; "
    + "see logjobs list --help"
