import Foundation

/// The benchmarks: measures, and prints what it has measured.
@main
struct Program {
    private static let usage = """
        usage: benchmarks [--quick] [--json] [--folder FOLDER] [--long-run NAME]

        Measures durable enqueues by 1, 16 and 64 concurrent callers, and beside them, turn by turn,
        a bare loop of overwrite + sync.

          --long-run NAME  years of a store in minutes instead: year, snoozes or discards; says how
                           large log and archive become, and what is written how often. Or
                           latency: what upkeep costs those who enqueue meanwhile; or steady:
                           whether upkeep keeps pace for minutes
          --measure NAME   what a store takes instead: pending, archive, history, cycles or
                           queues; each figure with its target, if it has one
          --quick          fewer and shorter rounds: seconds instead of a minute
          --json           the figures as JSON
          --folder FOLDER  where to write; a new folder in it is made and removed again. Give one on
                           the disk that counts: the default is the working folder

        """

    static func main() async {
        do {
            if try await OpenedStore.runsInstead(CommandLine.arguments) { return }
            try await run(Options(Array(CommandLine.arguments.dropFirst())))
        } catch is Options.Refusal {
            complain(usage)
            exit(2)
        } catch {
            complain("error: \(error)")
            exit(3)
        }
    }

    private static func run(_ options: Options) async throws {
        guard FileManager.default.fileExists(atPath: options.folder) else {
            throw Surprise("there is no folder \(options.folder); make it, or name another")
        }
        let folder = options.folder + "/benchmarks-\(getpid()).tmp"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        if let name = options.longRun {
            let run = LongRun(name, folder: folder, scale: options.isQuick ? 20 : 1)
            return try await run.perform { print($0) }
        }
        if let measurement = options.measurement {
            let scale = options.isQuick ? 20 : 1
            let report = try await measurement.report(in: folder, scale: scale) { complain($0) }
            return print(options.printsJSON ? try report.json() : report.text())
        }
        let benchmark = EnqueueBenchmark(
            folder: folder,
            rounds: options.isQuick ? 3 : 9,
            syncsPerRound: options.isQuick ? 200 : 1000
        )
        let rows = try await benchmark.run { complain($0) }
        let report = BenchmarkReport(rounds: benchmark.rounds, rows: rows)
        print(options.printsJSON ? try report.json() : report.text())
    }

    private static func complain(_ text: String) {
        Foundation.FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

/// What was asked for.
struct Options {
    var isQuick = false
    var printsJSON = false
    var folder = "."
    var longRun: LongRun.Name?
    var measurement: Measurement?

    /// The arguments make no sense.
    struct Refusal: Error {}

    init(_ arguments: [String]) throws(Refusal) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--quick": isQuick = true
            case "--json": printsJSON = true
            case "--folder":
                guard let value = rest.popFirst() else { throw Refusal() }
                folder = value
            case "--long-run":
                guard let name = rest.popFirst().flatMap(LongRun.Name.init) else {
                    throw Refusal()
                }
                longRun = name
            case "--measure":
                guard let name = rest.popFirst().flatMap(Measurement.init) else {
                    throw Refusal()
                }
                measurement = name
            default: throw Refusal()
            }
        }
    }
}
