import LazyJobs
import LogJobs

/// Arguments as they are typed, taken apart: options may stand anywhere behind the verb.
struct CommandParser {
    private let verb: Verb
    private var operands: [String] = []
    private var format = OutputFormat.text
    private var query = JobQuery()
    private var asksForHelp = false

    /// Understands a call.
    static func invocation(_ arguments: [String]) throws(UsageError) -> Invocation {
        guard let first = arguments.first else {
            throw UsageError("a verb is missing; see logjobs --help")
        }
        if ["--help", "-h", "help"].contains(first) {
            return .help(arguments.dropFirst().first.flatMap(Verb.init))
        }
        guard let verb = Verb(rawValue: first) else {
            let kind = first.hasPrefix("-") ? "option" : "verb"
            throw UsageError("unknown \(kind) \(first); see logjobs --help")
        }
        var parser = CommandParser(verb: verb)
        try parser.read(arguments.dropFirst())
        return try parser.invocation()
    }

    private init(verb: Verb) {
        self.verb = verb
    }

    private mutating func read(_ arguments: ArraySlice<String>) throws(UsageError) {
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--" {
                operands += rest
                return
            }
            let isAgo = argument.dropFirst().first?.isNumber ?? false
            if argument.hasPrefix("-"), argument != "-", !isAgo {
                try readOption(argument, &rest)
            } else {
                operands.append(argument)
            }
        }
    }

    private mutating func readOption(
        _ argument: String,
        _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let attached = parts.count > 1 ? String(parts[1]) : nil
        switch name {
        case "--help", "-h", "--json":
            if attached != nil { throw complaint("\(name) takes no value") }
            if name == "--json" { format = .json } else { asksForHelp = true }
        case "--state", "--kind", "--queue", "--tag", "--limit":
            guard verb.options.contains(name) else {
                let verbs = Verb.allCases.filter { $0.options.contains(name) }.map(\.rawValue)
                throw complaint("\(name) is an option of \(verbs.joined(separator: ", ")) only")
            }
            guard let value = attached ?? rest.popFirst() else {
                throw complaint("\(name) lacks its value")
            }
            try narrow(name, value)
        default:
            throw complaint("unknown option \(name)")
        }
    }

    private mutating func narrow(_ name: String, _ value: String) throws(UsageError) {
        switch name {
        case "--state": query.states = (query.states ?? []).union(try states(value))
        case "--kind": query.kind = value
        case "--queue": query.queue = value
        case "--tag": query.tag = value
        default:
            guard let limit = Int(value), 1...JobLimits.listCountMax ~= limit else {
                throw complaint("--limit is a number from 1 to \(JobLimits.listCountMax)")
            }
            query.limit = limit
        }
    }

    private func states(_ value: String) throws(UsageError) -> [JobState] {
        var states: [JobState] = []
        for name in value.split(separator: ",", omittingEmptySubsequences: false) {
            guard let state = JobState(rawValue: String(name)) else {
                let known = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                throw complaint("unknown state \(name); there are \(known)")
            }
            states.append(state)
        }
        return states
    }

    private func invocation() throws(UsageError) -> Invocation {
        if asksForHelp { return .help(verb) }
        let expected = verb.operands
        guard operands.count <= expected.count else {
            throw complaint("too many arguments, from \(operands[expected.count]) on")
        }
        guard operands.count == expected.count else {
            throw complaint("\(expected[operands.count].rawValue) is missing")
        }
        let folder = expected.firstIndex(of: .folder).map { operands[$0] } ?? ""
        guard !folder.isEmpty, operands.last != "" else {
            throw complaint("the name of the folder is empty")
        }
        return .run(try command(), folder: folder, format: format)
    }

    private func command() throws(UsageError) -> Command {
        switch verb {
        case .info: .info
        case .list: .list(query)
        case .show: .show(try jobID())
        case .history: .history(try jobID())
        case .why: .why(try jobID())
        case .errors:
            .errors(.init(kind: query.kind, queue: query.queue, limit: query.limit))
        case .at: .at(try moment(0), query)
        case .diff: .diff(try moment(0), try moment(1))
        case .verify: .verify
        case .backup: .backup(target: operands[1])
        case .repair: .repair(target: operands[1])
        }
    }

    private func moment(_ index: Int) throws(UsageError) -> LogMoment {
        guard let moment = MomentParser.moment(operands[index], now: SystemClock().now) else {
            throw complaint("\(operands[index]) is no moment: \(MomentParser.forms)")
        }
        return moment
    }

    private func jobID() throws(UsageError) -> JobID {
        guard let number = UInt64(operands[0]), number > 0 else {
            throw complaint("\(operands[0]) is not the number of a job")
        }
        return JobID(rawValue: number)
    }

    private func complaint(_ text: String) -> UsageError {
        UsageError("\(text); see logjobs \(verb.rawValue) --help")
    }
}

extension Verb {
    /// The options with a value that it takes.
    fileprivate var options: Set<String> {
        switch self {
        case .list, .at: ["--state", "--kind", "--queue", "--tag", "--limit"]
        case .errors: ["--kind", "--queue", "--limit"]
        case .info, .show, .history, .why, .diff, .verify, .backup, .repair: []
        }
    }
}
