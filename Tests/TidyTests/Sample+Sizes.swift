extension Sample {
    static let sizes: [Sample] = [
        Sample(fileLength, "Sources/LazyJobs/A.swift", lines(500)),
        Sample(fileLength, "Sources/LazyJobs/A.swift", lines(501), lines: [0]),
        Sample(fileLength, "Tests/LazyJobsTests/A.swift", lines(800)),
        Sample(fileLength, "Tests/LazyJobsTests/A.swift", lines(801), lines: [0]),
        Sample(functionLength, "Sources/LazyJobs/A.swift", function(lineCount: 70)),
        Sample(functionLength, "Sources/LazyJobs/A.swift", function(lineCount: 71), lines: [2]),
        Sample(functionLength, "Sources/LazyJobs/A.swift", initialiser(lineCount: 71), lines: [2]),
        Sample(functionLength, "Sources/LazyJobs/A.swift", property(lineCount: 71), lines: [2]),
        Sample(functionLength, "Sources/LazyJobs/A.swift", requirements),
        Sample(functionLength, "Sources/CLogJobs/a.c", cFunction(lineCount: 70)),
        Sample(functionLength, "Sources/CLogJobs/a.c", cFunction(lineCount: 71), lines: [3]),
        Sample(lineLength, "Sources/LazyJobs/A.swift", "// " + columns(97)),
        Sample(lineLength, "Sources/LazyJobs/A.swift", "// " + columns(98), lines: [1]),
        Sample(lineLength, "Sources/LazyJobs/A.swift", "// https://example.org/" + columns(90)),
        Sample(lineLength, "Tools/test", "\n# " + columns(99), lines: [2]),
    ]

    private static let fileLength = "a file has at most 500 lines, a test file 800"
    private static let functionLength = "a function has at most 70 lines"
    private static let lineLength = "a line of code has at most 100 columns"

    private static func lines(_ count: Int) -> String {
        String(repeating: "let x = 0\n", count: count)
    }

    private static func columns(_ count: Int) -> String {
        String(repeating: "é", count: count)
    }

    private static func function(lineCount: Int) -> String {
        "struct A {\n    func a(\n        b: () -> Void = {}\n    ) {\n"
            + lines(lineCount - 4) + "    }\n}\n"
    }

    private static func initialiser(lineCount: Int) -> String {
        "struct A {\n    init?() {\n" + lines(lineCount - 2) + "    }\n    let b = A.init()\n}\n"
    }

    private static func property(lineCount: Int) -> String {
        "struct A {\n    var a: Int {\n" + lines(lineCount - 2) + "    }\n}\n"
    }

    private static func cFunction(lineCount: Int) -> String {
        "static const int table[] = {\n};\nint a(int b) {\n"
            + String(repeating: "b++;\n", count: lineCount - 2) + "}\n"
    }

    /// Declarations without a body, then something long that is not theirs.
    private static let requirements =
        "protocol A {\n    func a() throws -> Int\n    init(b: Int)\n}\nlet c = [\n"
        + lines(80) + "]\nlet d = {\n" + lines(80) + "}\n"
}
