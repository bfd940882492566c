import LazyJobs

/// What the tool is asked to do with a store.
enum Command: Equatable {
    /// What the store holds, and how it was left.
    case info
    /// Some of its jobs, the one that changed last first.
    case list(JobQuery)
    /// One job.
    case show(JobID)
    /// What happened to one job.
    case history(JobID)
    /// Why one job does not run.
    case why(JobID)
    /// The failures in the log, those that are alike together.
    case errors(FailureGroups.Filter)
    /// Whether all of it can still be read.
    case verify
    /// Makes a copy of it in a new folder.
    case backup(target: String)
    /// Makes a new store of what can still be read.
    case repair(target: String)
}

/// One call of the tool.
enum Invocation: Equatable {
    /// Prints how the tool, or one of its verbs, is called.
    case help(Verb?)
    /// Reads a store.
    case run(Command, folder: String, format: OutputFormat)
}

/// For whom the answer is.
enum OutputFormat: Equatable {
    /// For people.
    case text
    /// For programs: one object on each line.
    case json
}

/// The first argument.
enum Verb: String, CaseIterable {
    case info, list, show, history, why, errors, verify, backup, repair

    /// Whether the number of a job stands before the folder.
    var takesID: Bool {
        switch self {
        case .show, .history, .why: true
        case .info, .list, .errors, .verify, .backup, .repair: false
        }
    }

    /// Whether another folder stands behind the folder.
    var takesTarget: Bool { self == .backup || self == .repair }
}
