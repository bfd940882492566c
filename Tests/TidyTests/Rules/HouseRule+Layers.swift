/// Which of our modules a target may import.
///
/// A target that is missing here is reported, so that a new one gets its place.
private let importsByTarget: [String: Set<String>] = [
    "Sources/LazyJobs": [],
    "Sources/JobLedger": ["LazyJobs"],
    "Sources/InMemoryJobs": ["LazyJobs", "JobLedger"],
    "Sources/LogJobs": ["LazyJobs", "JobLedger", "CLogJobs", "CZlib"],
    "Sources/LazyJobsTesting": ["LazyJobs"],
    "Sources/LogJobsTesting": ["LazyJobs", "JobLedger", "LogJobs"],
    "Tools/LogJobsTool": ["LazyJobs", "LogJobs"],
    "Tools/LogJobsProgram": ["LogJobsTool"],
    "Tools/LazyJobsFuzz": ["FuzzTargets"],
    "Tools/LazyJobsDemo": ["LazyJobs", "LogJobs", "CZlib"],
    "Tools/LazyJobsTorture": ["LazyJobs", "LogJobs", "LogJobsTesting"],
]

/// A benchmark measures from outside: it may import what any user may.
private let benchmarkImports: Set<String> = [
    "LazyJobs", "InMemoryJobs", "LogJobs", "CZlib", "CCallCounter", "CSQLite",
]

/// Folders that compute and do nothing else, and the modules that would let them do more.
private let purities: [(folders: [String], modules: Set<String>)] = [
    (
        [
            "Sources/LazyJobs", "Sources/JobLedger", "Sources/InMemoryJobs",
            "Sources/LazyJobsTesting", "Sources/LogJobs/Format",
        ],
        ["Glibc", "Musl", "Darwin"]
    ),
    (["Sources/JobLedger", "Sources/LogJobs/Format"], ["Synchronization", "Dispatch"]),
]

extension HouseRule {
    static let layers: [HouseRule] = [
        HouseRule(
            "imports point one way, from tools through stores to LazyJobs",
            in: importFindings
        ),
        HouseRule("what is pure imports no C library, and the ledger and the format no lock") {
            file in
            file.imports().filter { found in
                purities.contains {
                    file.isIn(anyOf: $0.folders) && $0.modules.contains(found.module)
                }
            }.map {
                Finding(
                    file,
                    line: $0.line,
                    "imports \($0.module) where nothing but computing belongs"
                )
            }
        },
        HouseRule("inside LogJobs the folders point one way, down to Format", in: folderFindings),
    ]

    private static func importFindings(_ tree: Tree) -> [Finding] {
        let libraries = tree.files.filter { $0.isIn(anyOf: ["Sources", "Tools", "Benchmarks"]) }
        let ours = Set(tree.files.compactMap(\.target).compactMap { $0.split(separator: "/").last })
        return libraries.filter(\.isSwift).flatMap { file -> [Finding] in
            guard let target = file.target else { return [] }
            let allowed =
                file.isIn("Benchmarks") ? benchmarkImports : importsByTarget[target]
            guard let allowed else {
                return [
                    Finding(file, "\(target) has no place in the layers; give it one in this rule")
                ]
            }
            return file.imports()
                .filter { ours.contains(Substring($0.module)) && !allowed.contains($0.module) }
                .map { Finding(file, line: $0.line, "\(target) may not import \($0.module)") }
        }
    }
}

extension TreeFile {
    /// The folder of its target, such as `Sources/LazyJobs`.
    fileprivate var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? parts[0] + "/" + parts[1] : nil
    }

    /// The modules it imports, the lines that do so with them.
    fileprivate func imports() -> [(module: String, line: Int)] {
        (positions["import"] ?? []).filter { text(at: $0 - 1) != "." }.map { index in
            let kinds = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
            let name = text(at: index + 1)
            let module = kinds.contains(name) ? text(at: index + 2) : name
            return (module, tokens[index].line)
        }
    }
}
