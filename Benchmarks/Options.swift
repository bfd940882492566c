import Foundation

/// What was asked for.
struct Options {
    /// What becomes of the ratios that were measured.
    enum Verdict: Equatable {
        case none
        /// They are compared with the baseline.
        case checked
        /// They are the baseline from now on.
        case accepted
    }

    /// The arguments make no sense, and why.
    struct Refusal: Error {
        let reason: String
    }

    private(set) var isQuick = false
    private(set) var wantsHelp = false
    private(set) var jsonPath: String?
    private(set) var drawingFolder: String?
    private(set) var folder = "."
    /// Each of them once, in the order in which they were named.
    private(set) var benchmarks: [Benchmark] = []
    private(set) var verdict = Verdict.none
    private(set) var baselinePath =
        URL(filePath: #filePath).deletingLastPathComponent().path + "/Baseline.json"

    init(_ arguments: [String]) throws(Refusal) {
        var rest = arguments[...]
        var given: Set<String> = []
        func value(_ option: String, _ what: String) throws(Refusal) -> String {
            guard let value = rest.popFirst(), !value.isEmpty, !value.hasPrefix("--") else {
                throw Refusal(reason: "\(option) needs \(what)")
            }
            return value
        }
        while let argument = rest.popFirst() {
            guard given.insert(argument).inserted || argument == "--filter" else {
                throw Refusal(reason: "\(argument) is given twice")
            }
            switch argument {
            case "--help", "-h": wantsHelp = true
            case "--quick": isQuick = true
            case "--json": jsonPath = try value(argument, "a file")
            case "--svg": drawingFolder = try value(argument, "a folder")
            case "--folder": folder = try value(argument, "a folder")
            case "--baseline": baselinePath = try value(argument, "a file")
            case "--check": verdict = .checked
            case "--write-baseline": verdict = .accepted
            case "--filter": try add(value(argument, "names: \(Benchmark.names)"))
            default: throw Refusal(reason: "there is no option \(argument)")
            }
        }
        if given.isSuperset(of: ["--check", "--write-baseline"]) {
            throw Refusal(reason: "--check and --write-baseline exclude each other")
        }
        if given.contains("--baseline"), verdict == .none {
            throw Refusal(reason: "--baseline needs --check or --write-baseline")
        }
        if benchmarks.isEmpty { benchmarks = Benchmark.allCases.filter(\.isStandard) }
        if drawingFolder != nil, !benchmarks.contains(where: \.isStandard) {
            let names = Benchmark.allCases.filter(\.isStandard).map(\.rawValue)
            throw Refusal(reason: "--svg draws rates: of " + names.joined(separator: ", "))
        }
    }

    /// Adds what has these names.
    private mutating func add(_ names: String) throws(Refusal) {
        for name in names.split(separator: ",", omittingEmptySubsequences: false) {
            guard let found = Benchmark(rawValue: String(name)) else {
                let reason = "nothing to measure is called \"\(name)\"; --filter takes "
                throw Refusal(reason: reason + Benchmark.names)
            }
            if !benchmarks.contains(found) { benchmarks.append(found) }
        }
    }
}

extension Options {
    static let usage = """
        usage: benchmarks [--filter NAME,...] [--quick] [--folder FOLDER] [--json FILE]
                          [--svg FOLDER] [--check | --write-baseline] [--baseline FILE]

        Measures the store beside what one would take instead, turn by turn, and prints medians,
        spreads and which targets are met. Without names, those that have a star.

        \(Benchmark.allCases.map(line).joined(separator: "\n"))

          --filter NAMES    only these, with commas between them
          --quick           fewer and shorter rounds, smaller stores: to see that it runs, and for
                            --check
          --json FILE       writes all figures there
          --svg FOLDER      draws the rates there, a file for each comparison
          --folder FOLDER   where to write; a new folder in it is made and removed again. Give one
                            on the disk that counts: the default is the working folder
          --check           fails if a ratio is more than \(Baseline.percent) % worse than that of \
        the baseline,
                            or is missing; ratios alone are compared, not rates or times
          --write-baseline  accepts the ratios of this run as the baseline; those of what was not
                            measured stay
          --baseline FILE   which baseline; that beside the sources if not named

        Exits with 0; 1 if --check found something, or not all could be accepted, 2 if it was
        called wrongly, 3 if it could not measure or write, output that nobody takes among it, and
        128 more than the number of the signal that ended it.
        """

    private static func line(_ benchmark: Benchmark) -> String {
        let name = benchmark.rawValue + (benchmark.isStandard ? " *" : "")
        return "  " + name + String(repeating: " ", count: max(1, 18 - name.count))
            + benchmark.summary
    }
}
