package import LazyJobs
package import LogJobs

/// What the tool is asked to do with a store.
package enum Command: Equatable {
    /// What the store holds, and how it was left.
    case info
    /// Some of its jobs, the one that changed last first.
    case list(Filter, limit: Int)
    /// One job.
    case show(JobID)
    /// What happened to one job.
    case history(JobID)
    /// Why one job does not run.
    case why(JobID)
    /// The failures in the log, those that are alike together.
    case errors(Filter, limit: Int)
    /// Some of its jobs as they stood at a moment.
    case at(LogMoment, JobQuery)
    /// What became of the jobs between two moments.
    case diff(LogMoment, LogMoment)
    /// How much was done, and how long it took; by time in such steps.
    case stats(Filter, step: Duration?)
    /// The last events; then, if asked, each new one.
    case tail(Filter, count: Int?, follows: Bool)
    /// Events or jobs, for other programs.
    case export(Export)
    /// Whether all of it can still be read.
    case verify
    /// Makes a copy of it in a new folder.
    case backup(target: String)
    /// Makes a new store of what can still be read.
    case repair(target: String)
}

/// One call of the tool.
package enum Invocation: Equatable {
    /// Prints how the tool, or one of its verbs, is called.
    case help(Verb?)
    /// Reads a store.
    case run(Command, folder: String, format: OutputFormat)
}

/// For whom the answer is.
package enum OutputFormat: Equatable {
    /// For people.
    case text
    /// For programs: one object on each line.
    case json
}

/// The first argument.
package enum Verb: String, CaseIterable {
    case info, list, show, history, why, errors, stats, tail, at, diff, export
    case verify, backup, repair

    /// What stands behind the verb, in order.
    var operands: [Operand] {
        switch self {
        case .info, .list, .errors, .stats, .tail, .verify: [.folder]
        case .show, .history, .why: [.id, .folder]
        case .at: [.moment, .folder]
        case .diff: [.moment, .moment, .folder]
        case .export: [.subject, .folder]
        case .backup, .repair: [.folder, .target]
        }
    }

    /// An argument that is no option.
    enum Operand: String {
        case id = "the number of a job"
        case moment = "a moment"
        case subject = "events or jobs"
        case folder = "a folder"
        case target = "another folder to make"
    }
}
