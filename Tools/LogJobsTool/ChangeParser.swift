import Foundation
import LazyJobs

/// Takes the arguments of a call apart that changes a store.
package struct ChangeParser {
    private var call: ChangeCall
    private var operands: [String] = []
    private var asksForHelp = false
    private var given = GivenOptions()

    /// What was asked: a call, or its help; nothing when the verb only reads.
    package static func answer(_ arguments: [String]) throws(UsageError) -> ChangeAnswer? {
        if let first = arguments.first, ["--help", "-h", "help"].contains(first) {
            return arguments.dropFirst().first.flatMap(ChangeVerb.init).map(ChangeAnswer.help)
        }
        guard let verb = arguments.first.flatMap(ChangeVerb.init) else { return nil }
        var parser = ChangeParser(call: ChangeCall(verb: verb, folder: ""))
        do throws(UsageError) {
            try parser.read(arguments.dropFirst())
            return parser.asksForHelp ? .help(verb) : .call(try parser.finished())
        } catch {
            throw UsageError("\(error.message); see logjobs \(verb.rawValue) --help")
        }
    }

    private init(call: ChangeCall) {
        self.call = call
    }

    private mutating func read(_ arguments: ArraySlice<String>) throws(UsageError) {
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--" {
                operands += rest
                return
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                operands.append(argument)
                continue
            }
            let parts = argument.split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let name = String(parts[0])
            if try takeFlag(name) {
                if parts.count > 1 { throw UsageError("\(name) takes no value") }
                continue
            }
            guard call.verb.options.contains(name) else {
                throw UsageError("unknown option \(name)")
            }
            let attached = parts.count > 1 ? String(parts[1]) : nil
            guard let value = attached ?? rest.popFirst() else {
                throw UsageError("\(name) lacks its value")
            }
            try given.add(name)
            try take(name, value)
        }
    }

    private mutating func takeFlag(_ name: String) throws(UsageError) -> Bool {
        switch name {
        case "--json": call.format = .json
        case "--help", "-h": asksForHelp = true
        case "--yes" where call.verb.states != nil: call.isSure = true
        case "--drop-history" where call.verb == .compact: call.dropsHistory = true
        case "--running" where call.verb == .dump: call.takesRunning = true
        default: return false
        }
        return true
    }

    private mutating func take(_ name: String, _ value: String) throws(UsageError) {
        switch name {
        case "--actor":
            guard value.utf8.count <= JobLimits.nameSizeMax else {
                throw UsageError(
                    "the name behind --actor has more than \(JobLimits.nameSizeMax) bytes"
                )
            }
            call.actor = value
        case "--reason": call.reason = value
        case "--source": call.source = value
        default:
            try call.selection.filter.take(
                name,
                value,
                among: call.verb.states ?? [],
                now: SystemClock().now
            )
        }
    }

    private func finished() throws(UsageError) -> ChangeCall {
        var call = call
        guard let folder = operands.last, !folder.isEmpty else {
            throw UsageError("a folder is missing")
        }
        call.folder = folder
        let others = operands.dropLast()
        switch call.verb {
        case .compact:
            guard others.isEmpty else { throw UsageError("too many arguments") }
        case .dump, .load:
            guard others.count == 1, let file = others.first, !file.isEmpty else {
                throw UsageError("a file and a folder are wanted")
            }
            call.file = file
        case .retry, .cancel, .prune:
            guard others.isEmpty || call.selection.isEmpty else {
                throw UsageError("name jobs by number or by options, not by both")
            }
            for text in others {
                guard let number: UInt64 = MomentParser.number(text[...]), number > 0 else {
                    throw UsageError("\(text) is not the number of a job")
                }
                let id = JobID(rawValue: number)
                if !call.selection.ids.contains(id) { call.selection.ids.append(id) }
            }
            guard !call.selection.isEmpty else { throw UsageError("say which jobs are meant") }
        }
        return call
    }
}

/// What was asked of the verbs that change a store.
package enum ChangeAnswer: Equatable {
    case help(ChangeVerb)
    case call(ChangeCall)
}

extension ChangeVerb {
    /// The options with a value that it takes.
    fileprivate var options: Set<String> {
        switch self {
        case .retry, .cancel: Filter.options.union(["--actor", "--reason"])
        case .prune: Filter.options
        case .compact: []
        case .dump: ["--source"]
        case .load: ["--actor"]
        }
    }
}
