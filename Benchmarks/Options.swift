/// What was asked for.
struct Options {
    static let usage = """
        usage: benchmarks [--filter NAME,...] [--quick] [--folder FOLDER] [--json FILE]
                          [--svg FOLDER] [--check | --write-baseline] [--baseline FILE]

        Measures the store beside what one would take instead, turn by turn, and prints medians,
        spreads and which bounds are kept. Without names, those that have a star.

        \(Benchmark.allCases.map(line).joined(separator: "\n"))

          --filter NAMES    only these, with commas between them
          --quick           fewer and shorter rounds, smaller stores: to see that it runs, and for
                            --check
          --json FILE       writes all figures there
          --svg FOLDER      draws the rates there, a file for each comparison
          --folder FOLDER   where to write; a new folder in it is made and removed again. Give one
                            on the disk that counts: the default is the working folder
          --check           fails if a ratio is worse than that of the baseline beyond the tolerance
          --write-baseline  accepts the figures of this run as the baseline
          --baseline FILE   which baseline; Benchmarks/Baseline.json if not named

        """

    var isQuick = false
    var jsonPath: String?
    var drawingFolder: String?
    var folder = "."
    var benchmarks: [Benchmark] = []
    var baselinePath: String?
    var writesBaseline = false

    /// The arguments make no sense.
    struct Refusal: Error {}

    init(_ arguments: [String]) throws(Refusal) {
        var rest = arguments[...]
        func value() throws(Refusal) -> String {
            guard let value = rest.popFirst() else { throw Refusal() }
            return value
        }
        var baseline = "Benchmarks/Baseline.json"
        var usesBaseline = false
        while let argument = rest.popFirst() {
            switch argument {
            case "--quick": isQuick = true
            case "--json": jsonPath = try value()
            case "--svg": drawingFolder = try value()
            case "--folder": folder = try value()
            case "--baseline": baseline = try value()
            case "--check": usesBaseline = true
            case "--write-baseline": (usesBaseline, writesBaseline) = (true, true)
            case "--filter":
                for name in try value().split(separator: ",") {
                    guard let found = Benchmark(rawValue: String(name)) else { throw Refusal() }
                    benchmarks.append(found)
                }
            default: throw Refusal()
            }
        }
        if benchmarks.isEmpty { benchmarks = Benchmark.allCases.filter(\.isStandard) }
        baselinePath = usesBaseline ? baseline : nil
    }

    private static func line(_ benchmark: Benchmark) -> String {
        let name = benchmark.rawValue + (benchmark.isStandard ? " *" : "")
        return "  " + name + String(repeating: " ", count: max(1, 18 - name.count))
            + benchmark.summary
    }
}
