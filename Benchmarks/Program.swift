import Foundation

/// The benchmarks: measures, and prints what it has measured.
@main
struct Program {
    static func main() async {
        Console.prepare()
        do {
            if try await OpenedStore.runsInstead(CommandLine.arguments) { return }
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            if options.wantsHelp { return try Console.say(Options.usage) }
            if try await !run(options) { exit(1) }
        } catch let refusal as Options.Refusal {
            Console.complain("error: \(refusal.reason); --help says more")
            exit(2)
        } catch {
            Console.complain("error: \(error)")
            exit(3)
        }
    }

    /// Measures, prints and writes what was asked for.
    ///
    /// - Returns: Whether nothing has become worse, or all of it is the new baseline.
    private static func run(_ options: Options) async throws -> Bool {
        // What is wrong with the files is better known now than when all is measured.
        let results = try ResultFiles(options)
        let folder = try RunFolder(in: options.folder)
        defer { folder.remove() }
        let signals = folder.removeAtSignals()
        defer { signals.forEach { $0.cancel() } }
        let context = BenchmarkContext(folder: folder.path, isQuick: options.isQuick) {
            Console.complain($0)
        }
        var report = BenchmarkReport(context)
        try Console.say(report.heading)
        for benchmark in options.benchmarks {
            let measured = try await benchmark.run(context)
            for measurement in measured { try Console.say("\n" + measurement.text()) }
            report.add(measured, of: benchmark)
        }
        report.end()
        try results.write(report)
        let conclusion = results.conclusion(of: report)
        if let (text, isGood) = conclusion {
            if isGood { try Console.say("\n" + text) } else { Console.complain("\n" + text) }
        }
        if let ending = report.ending { try Console.say("\n" + ending) }
        return conclusion?.isGood ?? true
    }
}
