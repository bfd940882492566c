import LazyJobs
import LogJobs

extension CrashProgram {
    /// The shortest, for what takes too long with the others.
    static let shortest = CrashProgram(
        description: "open, enqueue and close",
        steps: [.open, .enqueue(1), .close]
    )

    static let all = [
        shortest,
        CrashProgram(
            description: "one job through its life",
            steps: [.open, .enqueue(1), .claim(1), .succeed, .close, .open, .close]
        ),
        CrashProgram(
            description: "every end of an attempt",
            steps: [
                .open, .enqueue(4), .claim(4), .retry, .snooze, .discard, .succeed,
                .requeue(JobID(rawValue: 3)), .wait(.seconds(60)), .claim(2), .succeed, .succeed,
                .close,
            ]
        ),
        CrashProgram(
            description: "batches, all or none",
            steps: [.open, .enqueue(7), .enqueue(30), .claim(20), .succeed, .enqueue(12), .close]
        ),
        CrashProgram(
            description: "rotation from one segment to the next",
            steps: [.open] + Array(repeating: .enqueue(1, size: 700), count: 9) + [
                .claim(3), .close,
            ]
        ),
        CrashProgram(
            description: "dying and opening again and again",
            steps: [
                .open, .enqueue(2), .claim(1), .dieAndOpen, .claim(1), .dieAndOpen, .enqueue(1),
                .dieAndOpen, .dieAndOpen, .close, .open, .close,
            ]
        ),
        CrashProgram(
            description: "schedules and pauses",
            steps: [
                .open, .schedule, .pause, .wait(.seconds(60)), .runSchedules, .claim(1), .resume,
                .claim(1), .succeed, .wait(.seconds(60)), .runSchedules, .removeSchedule, .close,
            ]
        ),
        CrashProgram(
            description: "cancelling, pruning, and a block of ids that runs out",
            steps: [
                .open, .enqueue(3), .cancel(JobID(rawValue: 2)), .enqueue(3), .claim(2), .succeed,
                .succeed, .wait(.seconds(60)), .prune, .enqueue(3), .dieAndOpen, .enqueue(1),
                .close,
            ],
            jobIDBlock: 4
        ),
        CrashProgram(
            description: "compaction of a log whose jobs come and go",
            steps: [.open] + Array(repeating: .enqueue(1, size: 700), count: 7) + [
                .claim(3), .succeed, .retry, .wait(.seconds(60)), .prune, .compact,
                .enqueue(1, size: 700), .claim(2), .succeed, .dieAndOpen, .enqueue(3, size: 700),
                .wait(.seconds(60)), .prune, .compact, .compact, .claim(3), .close, .open, .close,
            ]
        ),
        CrashProgram(
            description: "checkpoints, and compaction behind them",
            steps: [.open, .enqueue(2), .checkpoint]
                + Array(repeating: .enqueue(1, size: 700), count: 7) + [
                    .claim(2), .succeed, .checkpoint, .retry, .checkpoint, .dieAndOpen, .pause,
                    .enqueue(1, size: 700), .compact, .resume, .claim(1), .dieAndOpen,
                    .wait(.seconds(60)), .prune, .checkpoint, .compact, .close, .open, .close,
                ]
        ),
        CrashProgram(
            description: "watermarks between commits",
            steps: [
                .open, .enqueue(1), .wait(.seconds(1)), .claim(1), .wait(.seconds(1)), .succeed,
                .wait(.seconds(1)), .dieAndOpen, .wait(.seconds(1)), .close,
            ]
        ),
        CrashProgram(
            description: "answers before the sync",
            steps: [
                .open, .enqueue(2), .enqueue(1, size: 700), .claim(1), .wait(.milliseconds(200)),
                .succeed, .enqueue(5, size: 700), .enqueue(1), .dieAndOpen, .claim(2), .close,
            ],
            durability: .written(syncEvery: .milliseconds(100))
        ),
    ]
}
