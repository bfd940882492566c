import Foundation

/// The benchmarks: measures, and prints what it has measured.
@main
struct Program {
    static func main() async {
        do {
            if try await OpenedStore.runsInstead(CommandLine.arguments) { return }
            try await run(Options(Array(CommandLine.arguments.dropFirst())))
        } catch is Options.Refusal {
            complain(Options.usage)
            exit(2)
        } catch {
            complain("error: \(error)")
            exit(3)
        }
    }

    private static func run(_ options: Options) async throws {
        for folder in [options.folder, options.drawingFolder].compactMap(\.self)
        where !FileManager.default.fileExists(atPath: folder) {
            throw Surprise("there is no folder \(folder); make it, or name another")
        }
        let folder = options.folder + "/benchmarks-\(getpid()).tmp"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let context = BenchmarkContext(folder: folder, isQuick: options.isQuick) { complain($0) }
        var report = BenchmarkReport(measurements: [])
        for benchmark in options.benchmarks {
            report.measurements += try await benchmark.run(context)
        }
        print(report.text())
        if let path = options.jsonPath { try report.json().write(to: URL(filePath: path)) }
        if let drawings = options.drawingFolder {
            for chart in report.measurements.compactMap(RateChart.init) {
                let file = URL(filePath: drawings + "/" + chart.fileName)
                try Data(chart.svg().utf8).write(to: file)
            }
        }
        if let path = options.baselinePath { try finish(report.claims, path, options) }
    }

    /// Compares with the baseline, or makes it.
    private static func finish(
        _ claims: [Claim],
        _ path: String,
        _ options: Options
    ) throws {
        if options.writesBaseline { return try Baseline(of: claims).write(to: path) }
        let regressions = try Baseline(contentsOf: path).regressions(in: claims)
        guard !regressions.isEmpty else {
            let bound = Int(Baseline.tolerance * 100)
            return print("\nno ratio is more than \(bound) % worse than the baseline")
        }
        complain("\nworse than the baseline:\n" + regressions.joined(separator: "\n"))
        exit(1)
    }

    private static func complain(_ text: String) {
        Foundation.FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
