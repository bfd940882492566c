extension Sample {
    static let imports: [Sample] = [
        importing("JobLedger", in: "Sources/LazyJobs/A/A.swift", allowed: false),
        importing("CZlib", in: "Sources/LazyJobs/A/A.swift", allowed: false),
        importing("LazyJobs", in: "Sources/JobLedger/A.swift", allowed: true),
        importing("LogJobs", in: "Sources/JobLedger/A.swift", allowed: false),
        importing("JobLedger", in: "Sources/InMemoryJobs/A.swift", allowed: true),
        importing("CZlib", in: "Sources/LogJobs/Format/A.swift", allowed: true),
        importing("InMemoryJobs", in: "Sources/LogJobs/Log/A.swift", allowed: false),
        importing("LogJobs", in: "Sources/LazyJobsTesting/A.swift", allowed: false),
        importing("LogJobsTool", in: "Sources/LogJobs/A.swift", allowed: false),
        importing("LogJobs", in: "Tools/LogJobsTool/A.swift", allowed: true),
        importing("JobLedger", in: "Tools/LogJobsTool/A.swift", allowed: false),
        importing("LogJobs", in: "Benchmarks/Enqueue/A.swift", allowed: true),
        importing("JobLedger", in: "Benchmarks/Enqueue/A.swift", allowed: false),
        importing("Foundation", in: "Sources/LazyJobs/A.swift", allowed: true),
        importing("LazyJobs", in: "Sources/UnknownJobs/A.swift", line: 0),
        Sample(
            pure,
            "Sources/JobLedger/A.swift",
            "import Glibc\nimport Synchronization",
            lines: [1, 2]
        ),
        Sample(pure, "Sources/LogJobs/Format/A.swift", "import struct Darwin.off_t", lines: [1]),
        Sample(pure, "Sources/LogJobs/File/A.swift", "import Glibc\nimport Synchronization"),
        Sample(pure, "Sources/LazyJobs/A.swift", "import Synchronization"),
    ]

    static let folders: [Sample] = [
        using("LogWriter", in: "File", line: 1),
        using("Frame", in: "Log", line: nil),
        using("Frame", in: "Format", line: nil),
        using("Recovery", in: "Log", line: 1),
        using("Recovery", in: "Compaction", line: nil),
        using("LogWriter", in: "Recovery", line: nil),
        using("Hidden", in: "Format", line: nil),
        using("Inner", in: "Format", line: nil),
        Sample(
            oneWay,
            layers.merging([
                "Sources/LogJobs/File/A.swift": "// LogWriter calls\nlet a = \"LogWriter\""
            ]) {
                $1
            },
            []
        ),
        Sample(
            oneWay,
            layers.merging([
                "Sources/LogJobs/File/A.swift": "enum LogWriter {}\nlet a = LogWriter.b"
            ]) {
                $1
            },
            []
        ),
    ]

    private static let oneWay = "inside LogJobs the folders point one way, down to Format"
    private static let oneWayImports =
        "imports point one way, from tools through stores to LazyJobs"
    private static let pure =
        "what is pure imports no C library, and the ledger and the format no lock"

    /// A small LogJobs, with a type of each layer.
    private static let layers = [
        "Sources/LogJobs/Format/Frame.swift": "package struct Frame {}",
        "Sources/LogJobs/Log/LogWriter.swift": """
        final class LogWriter {
            struct Inner {}
        }
        private struct Hidden {}
        """,
        "Sources/LogJobs/Recovery/Recovery.swift": "struct Recovery { var writer: LogWriter }",
    ]

    private static func using(_ type: String, in folder: String, line: Int?) -> Sample {
        let path = "Sources/LogJobs/\(folder)/Use.swift"
        return Sample(
            oneWay,
            layers.merging([path: "let use: [\(type)] = []"]) { $1 },
            line.map { ["\(path):\($0)"] } ?? []
        )
    }

    /// A tree with all our modules, and a file that imports one of them on its second line.
    private static func importing(_ module: String, in path: String, allowed: Bool) -> Sample {
        importing(module, in: path, line: allowed ? nil : 2)
    }

    private static func importing(_ module: String, in path: String, line: Int?) -> Sample {
        let modules = [
            "Sources/LazyJobs", "Sources/JobLedger", "Sources/InMemoryJobs", "Sources/LogJobs",
            "Sources/CZlib", "Sources/CLogJobs", "Tools/LogJobsTool",
        ]
        let folders = modules.map { ($0 + "/module.modulemap", "") }
        let file = "import Foundation\npackage import \(module)\n"
        return Sample(
            oneWayImports,
            Dictionary(uniqueKeysWithValues: folders + [(path, file)]),
            line.map { ["\(path):\($0)"] } ?? []
        )
    }
}
