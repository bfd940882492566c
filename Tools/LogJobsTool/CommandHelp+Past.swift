// The verbs that look back, and those that are for other programs.

extension CommandHelp {
    static let at = """
        usage: logjobs at MOMENT [options] <folder>

        Prints the store as it stood at a moment. Archives count. A moment before what was kept is
        refused with status 2. In JSON the first line tells moment and counts, each other one a job.

          --state, --kind, --queue, --tag, --limit    as those of list
          --json           one object on each line

        \(moments)

          logjobs at -2h --state running shop.jobs
          logjobs at 4711 shop.jobs
        """

    static let diff = """
        usage: logjobs diff [--json] A B <folder>

        Prints the jobs whose state differs between two moments: those that came, those that went,
        and those that changed.

        \(moments)

          logjobs diff -1h -1s shop.jobs
          logjobs diff --json 4000 5000 shop.jobs | jq -r 'select(.to == "discarded") | .id'
        """

    static let stats = """
        usage: logjobs stats [options] <folder>

        Reads the whole history and prints how much was enqueued, started and ended, how much
        failed, how long jobs waited from when they might run to their first start, and how long
        attempts took: of all, by kind, by queue and by time. Percentiles are right to one in 128.
        In JSON times are microseconds.

          --kind KIND      only jobs of this kind
          --queue QUEUE    in this queue
          --tag TAG        with this tag
          --since MOMENT   only what happened then or later
          --until MOMENT   only what happened then or before
          --step TIME      the length of a step of time: 30s, 15m, 1h, 1d; chosen so that there are
                           thirty at the most unless given
          --json           one group on each line

        \(moments)

          logjobs stats --since -1d --step 1h shop.jobs
          logjobs stats --json shop.jobs | jq -r 'select(.group == "kind") | .name'
        """

    private static let eventOptions = """
          --state STATE    only events that brought a job into this state; as that of list
          --kind KIND      only of jobs of this kind
          --queue QUEUE    in this queue
          --tag TAG        with this tag
          --since MOMENT   then or later
          --until MOMENT   then or before
          --error TEXT     only failures that contain this text
        """

    static let tail = """
        usage: logjobs tail [options] <folder>

        Prints the last events. With -f it goes on to print each new one, while the store's program
        works, ends and starts again, until it is interrupted.

          -f, --follow     go on
          -n, --limit N    how many at the most, from 1 to 10000; 10 unless given, or all with
                           --since
        \(eventOptions)
          --json           one event on each line

        \(moments)

          logjobs tail -f shop.jobs
          logjobs tail -n 100 --state retrying,discarded --kind send-mail shop.jobs
        """

    static let export = """
        usage: logjobs export [options] events|jobs <folder>

        Prints all events, those in archives too, or all jobs, the one that changed first at first.
        Of arguments and outputs there are only the sizes.

        \(eventOptions)
          --csv            comma-separated values (RFC 4180), with a line of headings; a text from
                           the store that a spreadsheet might take for a formula begins with '
          --json           one JSON object on each line; so it is unless told otherwise

        Of jobs, --state is that in which they are, --since and --until are about their last change,
        and --error about their last failure.

        \(moments)

          logjobs export --csv jobs shop.jobs > jobs.csv
          logjobs export --since -1d events shop.jobs | jq -r .event | sort | uniq -c
        """
}
