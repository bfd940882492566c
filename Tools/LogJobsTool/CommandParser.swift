package import Foundation
import LazyJobs
import LogJobs

/// Arguments as they are typed, taken apart: options may stand anywhere behind the verb.
package struct CommandParser {
    private let verb: Verb
    private let now: Date
    private var operands: [String] = []
    private var format = OutputFormat.text
    private var filter = Filter()
    private var limit: Int?
    private var step: Duration?
    private var flags: Set<String> = []
    private var given = GivenOptions()

    /// Understands a call.
    package static func invocation(
        _ arguments: [String],
        now: Date = SystemClock().now
    ) throws(UsageError) -> Invocation {
        guard let first = arguments.first else {
            throw UsageError("a verb is missing; see logjobs --help")
        }
        if ["--help", "-h", "help"].contains(first) {
            guard let name = arguments.dropFirst().first else { return .help(nil) }
            guard let verb = Verb(rawValue: name) else {
                throw UsageError("unknown verb \(name); see logjobs --help")
            }
            return .help(verb)
        }
        guard let verb = Verb(rawValue: first) else {
            let kind = first.hasPrefix("-") ? "option" : "verb"
            throw UsageError("unknown \(kind) \(first); see logjobs --help")
        }
        var parser = CommandParser(verb: verb, now: now)
        do throws(UsageError) {
            try parser.read(arguments.dropFirst())
            return try parser.invocation()
        } catch {
            throw UsageError("\(error.message); see logjobs \(verb.rawValue) --help")
        }
    }

    private init(verb: Verb, now: Date) {
        self.verb = verb
        self.now = now
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
        let typed = String(parts[0])
        let name = Self.longNames[typed] ?? typed
        let attached = parts.count > 1 ? String(parts[1]) : nil
        if Verb.allFlags.contains(name) {
            try expectTaken(name, by: \.flags)
            if attached != nil { throw UsageError("\(name) takes no value") }
            if name == "--json" { format = .json }
            flags.insert(name)
            return
        }
        guard Verb.allCases.contains(where: { $0.options.contains(name) }) else {
            throw UsageError("unknown option \(typed)")
        }
        try expectTaken(name, by: \.options)
        guard let value = attached ?? rest.popFirst() else {
            throw UsageError("\(name) lacks its value")
        }
        try given.add(name)
        try take(name, value)
    }

    private static let longNames = ["-h": "--help", "-f": "--follow", "-n": "--limit"]

    private func expectTaken(
        _ name: String,
        by names: KeyPath<Verb, Set<String>>
    ) throws(UsageError) {
        guard !verb[keyPath: names].contains(name) else { return }
        let verbs = Verb.allCases.filter { $0[keyPath: names].contains(name) }.map(\.rawValue)
        throw UsageError("\(name) is an option of \(verbs.joined(separator: ", ")) only")
    }

    private mutating func take(_ name: String, _ value: String) throws(UsageError) {
        switch name {
        case "--limit":
            guard let limit: Int = MomentParser.number(value[...]),
                1...JobLimits.listCountMax ~= limit
            else {
                throw UsageError("--limit is a number from 1 to \(JobLimits.listCountMax)")
            }
            self.limit = limit
        case "--step":
            guard let seconds = MomentParser.ago(value[...]), seconds > 0 else {
                throw UsageError("--step is a time such as 30s, 15m, 1h or 1d")
            }
            step = .seconds(seconds)
        default: try filter.take(name, value, now: now)
        }
    }

    private func invocation() throws(UsageError) -> Invocation {
        if flags.contains("--help") { return .help(verb) }
        let expected = verb.operands
        guard operands.count <= expected.count else {
            throw UsageError("too many arguments, from \(operands[expected.count]) on")
        }
        guard operands.count == expected.count else {
            let wanted = expected.map(\.rawValue).joined(separator: " and ")
            throw UsageError("\(wanted) \(expected.count > 1 ? "are wanted" : "is missing")")
        }
        let folder = expected.firstIndex(of: .folder).map { operands[$0] } ?? ""
        guard !folder.isEmpty, operands.last != "" else {
            throw UsageError("the name of the folder is empty")
        }
        return .run(try command(), folder: folder, format: format)
    }

    private func command() throws(UsageError) -> Command {
        switch verb {
        case .info: .info
        case .list: .list(filter, limit: limit ?? 100)
        case .show: .show(try jobID())
        case .history: .history(try jobID())
        case .why: .why(try jobID())
        case .errors: .errors(filter, limit: limit ?? 100)
        case .stats: .stats(filter, step: step)
        case .tail: .tail(filter, count: tailCount, follows: flags.contains("--follow"))
        case .at: .at(try moment(0), filter.query(limit: limit ?? 100))
        case .diff: .diff(try moment(0), try moment(1))
        case .export: .export(try export())
        case .verify: .verify
        case .backup: .backup(target: operands[1])
        case .repair: .repair(target: operands[1])
        }
    }

    /// All since a moment, or the last ten.
    private var tailCount: Int? { limit ?? (filter.since == nil ? 10 : nil) }

    private func export() throws(UsageError) -> Export {
        guard let subject = Export.Subject(rawValue: operands[0]) else {
            throw UsageError("\(operands[0]) cannot be exported: events and jobs can")
        }
        let isCSV = flags.contains("--csv")
        guard !isCSV || format == .text else {
            throw UsageError("--csv and --json exclude each other")
        }
        return Export(subject: subject, filter: filter, isCSV: isCSV)
    }

    private func moment(_ index: Int) throws(UsageError) -> LogMoment {
        try MomentParser.expect(operands[index], now: now)
    }

    private func jobID() throws(UsageError) -> JobID {
        guard let number: UInt64 = MomentParser.number(operands[0][...]), number > 0 else {
            throw UsageError("\(operands[0]) is not the number of a job")
        }
        return JobID(rawValue: number)
    }
}

extension Verb {
    /// The options with a value that it takes.
    fileprivate var options: Set<String> {
        switch self {
        case .list, .tail: Filter.options.union(["--limit"])
        case .at: ["--state", "--kind", "--queue", "--tag", "--limit"]
        case .errors: Filter.options.subtracting(["--state"]).union(["--limit"])
        case .stats: Filter.options.subtracting(["--state", "--error"]).union(["--step"])
        case .export: Filter.options
        case .info, .show, .history, .why, .diff, .verify, .backup, .repair: []
        }
    }

    /// The options without a value that it takes.
    fileprivate var flags: Set<String> {
        switch self {
        case .tail: ["--help", "--json", "--follow"]
        case .export: ["--help", "--json", "--csv"]
        default: ["--help", "--json"]
        }
    }

    fileprivate static let allFlags = allCases.reduce(into: Set()) { $0.formUnion($1.flags) }
}
