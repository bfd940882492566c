extension HouseRule {
    static let bans: [HouseRule] = [
        HouseRule("`try!` stands nowhere", ban: forcedTry) { $0.isSwift },
        HouseRule("libraries print nothing", ban: printing) { $0.isIn("Sources") },
        HouseRule("only the system clock knows the time and sleeps", bans: clocks) {
            $0.isIn("Sources") && $0.path != clockFile
        },
        HouseRule("no error is dropped on the way to the disk", ban: droppedError) {
            $0.isIn(anyOf: ["Log", "File", "Recovery"].map { "Sources/LogJobs/" + $0 })
        },
        HouseRule("no test sleeps", bans: sleeps) { $0.isIn("Tests") },
        HouseRule("no test is switched off", bans: switches) { $0.isIn("Tests") },
        HouseRule("Swift Testing is the only test library", ban: otherTests) { $0.isSwift },
        HouseRule("no task is bound by `async let`", ban: boundTask) { $0.isSwift },
        HouseRule("the manifest sets no unsafe flags", ban: unsafeFlags) {
            $0.name == "Package.swift"
        },
        HouseRule("nothing is assigned through an optional that is stored") { file in
            guard file.isIn("Sources") else { return [] }
            return file.assignmentsThroughOptionals().map { index in
                Finding(
                    file,
                    line: file.tokens[index].line,
                    "in a noncopyable type leaks what stood there (Swift 6.3); store a whole value"
                )
            }
        },
    ]

    /// The file of `SystemClock`, the one source of time.
    private static let clockFile = "Sources/LazyJobs/Time/JobClock.swift"

    private static let forcedTry = Ban(snippets: ["try!"], reason: "traps; handle the error")

    private static let printing = Ban(
        snippets: ["print(", "debugPrint(", "dump(", "NSLog("],
        form: .freeFunction,
        reason: "writes to the user's output; throw, or report an event"
    )

    private static let clocks = [
        Ban(
            snippets: [
                "Date()", "Date.init()", "Date.now", "timeIntervalSinceNow", "ContinuousClock",
                "SuspendingClock", "DispatchTime.now", "DispatchWallTime.now", "Task.sleep",
                "Thread.sleep",
            ],
            reason: "is the real clock; take a `JobClock`"
        ),
        Ban(
            snippets: ["sleep(", "usleep(", "nanosleep(", "gettimeofday(", "clock_gettime("],
            form: .freeFunction,
            reason: "is the real clock; take a `JobClock`"
        ),
        Ban(
            snippets: [".now"],
            form: .implicitMember,
            reason: "is the real clock; take a `JobClock`"
        ),
    ]

    private static let droppedError = Ban(
        snippets: ["try?"],
        reason: "drops an error that decides what is durable"
    )

    private static let sleeps = [
        Ban(
            snippets: ["Task.sleep", "Thread.sleep"],
            reason: "waits for a guess; wait for the event, or advance a `ManualClock`"
        ),
        Ban(
            snippets: ["sleep(", "usleep(", "nanosleep("],
            form: .freeFunction,
            reason: "waits for a guess; wait for the event, or advance a `ManualClock`"
        ),
    ]

    private static let switches = [
        Ban(
            snippets: [".disabled(", ".enabled("],
            form: .implicitMember,
            reason: "skips a test; make it run, or leave it out with `#if`"
        )
    ]

    private static let otherTests = Ban(snippets: ["import XCTest"], reason: "use `import Testing`")

    /// Its task looks at itself when it has told its end, and may be something else by then.
    ///
    /// So it is in `AsyncTask::completeFuture` of Swift 6.3.1:
    /// 1. The task tells that it has ended, and its thread loses the processor.
    /// 2. Who waits for it, on another thread, sees that and goes on. The task stood in the memory
    ///    of who waits, which has something else in it now.
    /// 3. The thread goes on, reads there whether the task is one of a group, and goes wherever
    ///    that leads. Twice in a few million such tasks of a benchmark that was a crash.
    private static let boundTask = Ban(
        snippets: ["async let"],
        reason: "may crash when the task ends while it is awaited (Swift 6.3); make a `Task`"
    )

    private static let unsafeFlags = Ban(
        snippets: ["unsafeFlags"],
        reason: "keeps others from depending on the package"
    )

    private init(
        _ demand: String,
        ban: Ban,
        where applies: @escaping @Sendable (TreeFile) -> Bool
    ) {
        self.init(demand, bans: [ban], where: applies)
    }

    private init(
        _ demand: String,
        bans: [Ban],
        where applies: @escaping @Sendable (TreeFile) -> Bool
    ) {
        self.init(demand) { file in
            applies(file) ? bans.flatMap { $0.findings(in: file) } : []
        }
    }
}

extension TreeFile {
    /// Where a value is assigned as in `name?.field = value` or `name!.field = value`.
    ///
    /// To assign to an element of a dictionary, or to call what changes a value, is another matter.
    fileprivate func assignmentsThroughOptionals() -> [Int] {
        tokens.indices.filter { index in
            guard ["?", "!"].contains(tokens[index].text), tokens[index].isAttached,
                index > 0, tokens[index - 1].isWord
            else { return false }
            var end = index + 1
            while text(at: end) == ".", tokens.indices.contains(end + 1), tokens[end + 1].isWord {
                end += 2
            }
            return end > index + 1 && text(at: end) == "=" && text(at: end + 1) != "="
        }
    }
}
