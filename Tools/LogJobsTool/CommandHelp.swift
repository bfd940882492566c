/// How the tool is called, in words.
enum CommandHelp {
    /// How a moment is typed, for the verbs that take one.
    static let moments = """
        A moment is an event's number, a time such as 2026-01-31T12:00:00Z, a day such as
        2026-01-31, or how long ago: -90m, -2h, -7d.
        """

    static func lines(_ verb: Verb?) -> [String] {
        text(verb).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func text(_ verb: Verb?) -> String {
        switch verb {
        case nil: overview
        case .info: info
        case .list: list
        case .show: show
        case .history: history
        case .why: why
        case .errors: errors
        case .stats: stats
        case .tail: tail
        case .at: at
        case .diff: diff
        case .export: export
        case .verify: verify
        case .backup: backup
        case .repair: repair
        }
    }

    private static let overview = """
        usage: logjobs <verb> [options] <folder>

        Reads the store in a folder and prints what it finds. All but the last verbs change nothing,
        so the folder may be a copy, what a crash has left, or the store of a program that is
        running.

          info          what the store holds, and how it was left
          list          jobs, the one that changed last first
          show ID       one job, all but its arguments
          history ID    what happened to one job, and when
          why ID        why one job does not run
          errors        the failures in the log, those that are alike together
          stats         how much was done, how long it took, and how much failed
          tail          the last events, and with -f each new one
          at MOMENT     jobs as they stood then
          diff A B      what became of the jobs between two moments
          export WHAT   all events or all jobs, for other programs: JSON or CSV
          verify        reads everything and checks it
          backup        makes a copy of it in a new folder: backup <folder> <target>
          repair        makes a new store of what can still be read of a damaged one:
                        repair <folder> <target>

          retry, cancel, prune ID...   change jobs, if --yes is given
          compact                      give back the space of what is not needed
          dump, load FILE              carry what is still to be done to another store

          --json        one JSON object on each line
          --help        this text; behind a verb, more about the verb

        Arguments and outputs of jobs are never printed, only their sizes. Control characters in
        names and errors are printed escaped.

        Exits with 0 if all is well, 1 if the store is damaged, 2 if it was called wrongly or there
        is no such job, 3 if something could not be read or written.
        """

    private static let info = """
        usage: logjobs info [--json] <folder>

        Prints what the store holds: jobs by state and queue, schedules, events, segments with about
        how many of their bytes are needed and how many are dead, archives, checkpoints; which jobs
        keep the oldest segment from being given back; since which event the past is known, if not
        all of it is; and how its last user left it. In JSON it is one object.

          logjobs info shop.jobs
          logjobs info --json shop.jobs | jq .stats.by_state
        """

    private static let list = """
        usage: logjobs list [options] <folder>

        Prints jobs, the one that changed last first. Options narrow it; together they all hold.

          --state STATE    pending, running, retrying, succeeded, discarded or cancelled; may be
                           given more than once, or as a list with commas
          --kind KIND      of this kind
          --queue QUEUE    in this queue
          --tag TAG        with this tag
          --since MOMENT   that changed last then or later
          --until MOMENT   that changed last then or before
          --error TEXT     whose last failure contains this text
          --limit N        how many at the most, from 1 to 10000; 100 unless given
          --json           one record on each line

        \(moments)

          logjobs list --state retrying,discarded --since -2h shop.jobs
          logjobs list --json --limit 10000 shop.jobs | jq -r .last_error
        """

    private static let show = """
        usage: logjobs show [--json] ID <folder>

        Prints one job as it stands now: all but its arguments and its output, of which only size
        and encoding are printed.

          logjobs show 12 shop.jobs
        """

    private static let history = """
        usage: logjobs history [--json] ID <folder>

        Prints what happened to one job, in order: when, how long after the event before, which
        attempt counts then, who did it, how long the attempt took, and why. In JSON it is one event
        on each line. That of a job that was pruned is there as long as it is kept.

          logjobs history 12 shop.jobs
          logjobs history --json 12 shop.jobs | jq -r 'select(.error) | .time + " " + .error'
        """

    private static let why = """
        usage: logjobs why [--json] ID <folder>

        Prints why a job does not run: it has ended, it runs already, its queue is paused, its time
        has not come, others come first. What a runner was told, its queues and its limits, is not
        in the store. In JSON it is one object with a list of reasons, each with a code.

          logjobs why 12 shop.jobs
        """

    private static let errors = """
        usage: logjobs errors [options] <folder>

        Reads the whole log and prints the attempts that failed, grouped by kind and by what their
        errors have in common: texts are alike that differ only in words with a digit in them. Of
        each group how many they are, the last text and time, and the jobs that failed last.

          --kind KIND      of jobs of this kind
          --queue QUEUE    in this queue
          --tag TAG        with this tag
          --since MOMENT   then or later
          --until MOMENT   then or before
          --error TEXT     that contain this text
          --limit N        how many groups at the most, those with most failures first; 100 unless
                           given
          --json           one group on each line

        \(moments)

          logjobs errors --kind send-mail --since -1d shop.jobs
          logjobs errors --json shop.jobs | jq -r '[.count, .fingerprint] | @tsv'
        """

    private static let verify = """
        usage: logjobs verify [--json] <folder>

        Reads every segment and archive, checks every checksum and link, and follows every event.
        The first damage ends it with status 1 and is printed with file and offset. Checkpoints that
        cannot be used are named, with status 1 too: nothing is lost, but look after the disk. An
        unfinished write at the very end is what a crash leaves; it is reported, and no damage.

          logjobs verify shop.jobs && echo "as it was written"
        """
}
