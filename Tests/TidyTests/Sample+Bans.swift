extension Sample {
    static let bans: [Sample] = [
        Sample(forcedTry, "Tests/ATests/A.swift", "let a = try! b()", lines: [1]),
        Sample(forcedTry, "Sources/A/A.swift", "let a = \"\\(try! b())\"", lines: [1]),
        Sample(forcedTry, "Sources/A/A.swift", "// try! is banned\nlet a = try b() != \"try!\""),
        Sample(forcedTry, "Sources/A/A.swift", "guard try !b() else { return }"),
        Sample(printing, "Sources/A/A.swift", "print(1)\nSwift.dump(1)\ndump(1)", lines: [1, 3]),
        Sample(printing, "Sources/A/A.swift", "func print(_ a: Int) {}\nprinter.print(1)"),
        Sample(printing, "Tools/A/main.swift", "print(1)"),
        Sample(dropped, "Sources/LogJobs/Log/A.swift", "\ntry? file.close()", lines: [2]),
        Sample(
            dropped,
            "Sources/LogJobs/Recovery/A.swift",
            "let a = try b() ?? c\ntry? d()",
            lines: [2]
        ),
        Sample(dropped, "Sources/LogJobs/Replay/A.swift", "try? file.close()"),
        Sample(sleeping, "Tests/ATests/A.swift", "try await Task.sleep(for: d)", lines: [1]),
        Sample(sleeping, "Tests/ATests/A.swift", "usleep(1)\nThread.sleep(1)", lines: [1, 2]),
        Sample(sleeping, "Tests/ATests/A.swift", "try await clock.sleep(for: d)"),
        Sample(switchedOff, "Tests/ATests/A.swift", "@Test(.disabled(\"slow\"))", lines: [1]),
        Sample(switchedOff, "Tests/ATests/A.swift", "@Test(\n    .enabled(if: a)\n)", lines: [2]),
        Sample(switchedOff, "Tests/ATests/A.swift", "button.disabled(true)"),
        Sample(testLibrary, "Tests/ATests/A.swift", "import Testing\nimport XCTest", lines: [2]),
        Sample(testLibrary, "Tests/ATests/A.swift", "import Testing\n// import XCTest"),
        Sample(boundTask, "Benchmarks/A.swift", "async let a = b()\n_ = await a", lines: [1]),
        Sample(boundTask, "Sources/A/A.swift", "// async let\nlet a = Task { await b() }"),
        Sample(manifest, "Package.swift", "[.unsafeFlags([\"-Ounchecked\"])]", lines: [1]),
        Sample(manifest, "Package.swift", "[.strictMemorySafety()]"),
        Sample(
            throughOptional,
            "Sources/A/A.swift",
            "a?.b = 1\nself.a?.b.c = d\na!.b =\n    1",
            lines: [1, 2, 3]
        ),
        Sample(
            throughOptional,
            "Sources/A/A.swift",
            "a[b]?.c = 1\na?.b.append(c)\nif a?.b == c {}\na?.b += 1\nlet a: B? = c\na.b = c"
        ),
    ]

    static let clocks: [Sample] = [
        Sample(
            clock,
            "Sources/LazyJobs/Runner/A.swift",
            """
            let a = Date()
            let b = Date.now
            let c = ContinuousClock().now
            let d = DispatchTime.now()
            try await Task.sleep(for: e)
            usleep(1)
            let f: Date = .now
            let g = start.duration(to: .now)
            return .now
            """,
            lines: [1, 2, 3, 4, 5, 6, 7, 8, 9]
        ),
        Sample(
            clock,
            "Sources/LazyJobs/Runner/A.swift",
            """
            let a = clock.now
            let b = clock
                .now
            try await clock.sleep(for: c)
            func sleep(for duration: Duration) async throws
            let d = Date(timeIntervalSince1970: 0)
            semaphore.wait(timeout: .now() + limit)
            """
        ),
        Sample(clock, "Sources/LazyJobs/Time/JobClock.swift", "var now: Date { Date() }"),
    ]

    private static let forcedTry = "`try!` stands nowhere"
    private static let printing = "libraries print nothing"
    private static let clock = "only the system clock knows the time and sleeps"
    private static let dropped = "no error is dropped on the way to the disk"
    private static let sleeping = "no test sleeps"
    private static let boundTask = "no task is bound by `async let`"
    private static let switchedOff = "no test is switched off"
    private static let testLibrary = "Swift Testing is the only test library"
    private static let manifest = "the manifest sets no unsafe flags"
    private static let throughOptional = "nothing is assigned through an optional that is stored"
}
