import LazyJobs
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
        let query = JobQuery(
            states: [.retrying, .discarded, .pending],
            kind: "mail",
            queue: "slow",
            tag: "eu",
            limit: 7
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
        #expect(invocation == .run(.list(query), folder: "a", format: .text))
        #expect(try parse("list", "a") == .run(.list(JobQuery()), folder: "a", format: .text))
    }

    @Test("errors are narrowed by kind, queue and number")
    func narrowsErrors() throws {
        let filter = FailureGroups.Filter(kind: "mail", queue: "slow", limit: 7)
        #expect(
            try parse("errors", "--kind=mail", "--queue=slow", "--limit=7", "a")
                == .run(.errors(filter), folder: "a", format: .text)
        )
        #expect(try parse("errors", "a") == .run(.errors(.init()), folder: "a", format: .text))
        let id = JobID(rawValue: 3)
        #expect(try parse("why", "3", "a") == .run(.why(id), folder: "a", format: .text))
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
                "--tag is an option of list, at only; see logjobs info --help"
            ),
            (
                ["show", "--limit", "1", "1", "a"],
                "--limit is an option of list, errors, at only; see logjobs show --help"
            ),
            (["info", "--json=1", "a"], "--json takes no value; see logjobs info --help"),
            (["show"], "the number of a job is missing; see logjobs show --help"),
            (
                ["backup", "a"],
                "the target, another folder, is missing; see logjobs backup --help"
            ),
            (["repair", "a", ""], "the name of the folder is empty; see logjobs repair --help"),
            (
                ["backup", "a", "b", "c"],
                "too many arguments, from c on; see logjobs backup --help"
            ),
            (["show", "1"], "a folder is missing; see logjobs show --help"),
            (["show", "0", "a"], "0 is not the number of a job; see logjobs show --help"),
            (["history", "x", "a"], "x is not the number of a job; see logjobs history --help"),
            (["list", "--limit", "0", "a"], limitComplaint),
            (["list", "--limit", "10001", "a"], limitComplaint),
            (["list", "a", "--kind"], "--kind lacks its value; see logjobs list --help"),
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
