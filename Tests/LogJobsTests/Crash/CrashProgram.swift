import LazyJobs
import LogJobs

/// A short, fixed program on a store: the same calls of the file system each time it runs.
struct CrashProgram: Sendable, CustomStringConvertible {
    enum Step: Sendable {
        case open
        case close
        /// The process dies and the store is opened again.
        case dieAndOpen
        case enqueue(Int, size: Int = 20)
        case claim(Int)
        /// Ends the job that was claimed first.
        case succeed, retry, snooze, discard
        case cancel(JobID)
        /// Offers a job again by hand.
        case requeue(JobID)
        case pause, resume
        case schedule, runSchedules, removeSchedule
        case prune
        case compact
        case checkpoint
        /// Time passes: for due times, the watermark, and the sync of what is only written.
        case wait(Duration)
    }

    var description: String
    var steps: [Step]
    var durability = Durability.synced
    var segmentBytes: UInt64 = 8 << 10
    var jobIDBlock: UInt64 = 1 << 16
}
