import LazyJobs

/// How the verbs are called that change a store, in words.
enum ChangeHelp {
    static func lines(_ verb: ChangeVerb) -> [String] {
        let text =
            switch verb {
            case .retry, .cancel, .prune: selecting(verb)
            case .compact: compact
            case .dump: dump
            case .load: load
            }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func selecting(_ verb: ChangeVerb) -> String {
        let what =
            switch verb {
            case .retry: "Offers jobs again, at once: discarded ones unless --state says otherwise."
            case .cancel: "Calls off jobs that have not ended."
            default: "Removes jobs that have ended from the index, for good."
            }
        let states = JobState.names(verb.states ?? [])
        let events =
            verb == .prune
            ? ""
            : """

              --actor NAME     who does it, for the history; user@host unless given
              --reason TEXT    why, for the history
            """
        return """
            usage: logjobs \(verb) [options] ID... <folder>
                   logjobs \(verb) [options] <folder>

            \(what) Without --yes it only counts them and reads, and says which would be refused.
            With it the store is opened for writing, which no other process may have done: then jobs
            that ran when their process died are offered again or discarded, as by every opening.
            When a job is refused, the others are done, and the status is 2.

              --yes            do it
              --state STATE    \(states)
              --kind KIND      of this kind
              --queue QUEUE    in this queue
              --tag TAG        with this tag
              --since MOMENT   that changed last then or later
              --until MOMENT   that changed last then or before; an event's number, a time such as
                               2026-07-24T09:30:00Z, a day, or how long ago: -90m, -2h, -7d
              --error TEXT     whose last failure contains this text\(events)
              --json           one JSON object

              logjobs \(verb) --yes 12 13 shop.jobs
              logjobs \(verb) --kind send-mail --until -2h shop.jobs
            """
    }

    private static let compact = """
        usage: logjobs compact [options] <folder>

        Gives back the space of what is not needed any more. The store is opened for writing, as by
        retry. Its history goes to archives, which a program drops that keeps none.

          --drop-history   drop the history of what is removed: on a full disk there may be no room
                           for archives
          --json           one JSON object

          logjobs compact shop.jobs
          logjobs compact --drop-history shop.jobs
        """

    private static let dump = """
        usage: logjobs dump [options] FILE <folder>

        Writes what is still to be done, with the arguments of the jobs, into a new file of JSON
        lines; to standard output if FILE is -. The store is only read. Running jobs end it, unless
        they are allowed.

          --running        take running jobs too; they run again where they are loaded
          --source NAME    the name of the store, by which loading again adds nothing twice; the
                           one it was given when it was made, unless said otherwise
          --json           one JSON object

          logjobs dump shop.ndjson shop.jobs
          logjobs dump - shop.jobs | ssh elsewhere logjobs load - shop.jobs
        """

    private static let load = """
        usage: logjobs load [options] FILE <folder>

        Adds what was dumped to a store, which is made if it is not there; from standard input if
        FILE is -. It may be run again. A line that is none of a dump, a job that the store refuses,
        and anything behind the end of the dump end it with status 3; what was added by then stays.

          --actor NAME     who does it, for the history; user@host unless given
          --json           one JSON object

          logjobs load shop.ndjson new.jobs
        """
}

extension JobState {
    /// The names of states, in the order of a job's life.
    static func names(_ states: Set<JobState>) -> String {
        allCases.filter(states.contains).map(\.rawValue).joined(separator: ", ")
    }
}
