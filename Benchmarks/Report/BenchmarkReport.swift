import Foundation

/// All that was measured in one run, with what it was measured on.
struct BenchmarkReport: Encodable {
    private let machine: Machine
    private let run: Run
    /// In MiB, with the stores of all lanes open; `nil` before the end, and where it is not told.
    private var peakMemory: Int?
    private(set) var measurements: [MeasurementReport] = []
    /// What each benchmark has measured that has a bound.
    private(set) var claims: [Benchmark: [Claim]] = [:]

    private enum CodingKeys: String, CodingKey {
        case machine, run, measurements
        case peakMemory = "peak_memory_mib"
    }

    /// How thoroughly was measured.
    private struct Run: Encodable {
        let isQuick: Bool
        let rounds: Int
        let roundTime: Int

        private enum CodingKeys: String, CodingKey {
            case rounds
            case isQuick = "is_quick"
            case roundTime = "round_ms"
        }

        var text: String {
            "\(isQuick ? "--quick: " : "")\(rounds) rounds of \(roundTime) ms for each lane"
        }
    }

    init(_ context: BenchmarkContext) {
        machine = Machine(folder: context.folder)
        run = Run(
            isQuick: context.isQuick,
            rounds: context.rounds,
            roundTime: Int(context.roundTime / .milliseconds(1))
        )
    }

    /// What it is measured on and how, in words.
    var heading: String { machine.text + "\n" + run.text }

    /// What the whole run took, in words; none before its end.
    var ending: String? {
        peakMemory.map {
            "peak memory of the process: \($0) MiB, with the stores of all lanes open"
        }
    }

    /// Sees what the whole run took.
    mutating func end() {
        guard let memory = try? ProcessMemory(), memory.peak > 0 else { return }
        peakMemory = memory.peak >> 20
    }

    mutating func add(_ measured: [MeasurementReport], of benchmark: Benchmark) {
        measurements += measured
        claims[benchmark, default: []] += measured.flatMap(\.claims)
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(self)
    }
}
