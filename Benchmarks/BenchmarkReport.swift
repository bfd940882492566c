import Foundation

/// The figures, with what they were measured on.
struct BenchmarkReport: Encodable {
    var machine = Machine()
    var rounds: Int
    var rows: [EnqueueBenchmark.Row]

    /// What the figures depend on.
    struct Machine: Codable {
        var system = ProcessInfo.processInfo.operatingSystemVersionString
        var cores = ProcessInfo.processInfo.activeProcessorCount
        var time = Date()
        #if DEBUG
            var build = "debug: these figures say nothing"
        #else
            var build = "release"
        #endif
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    func text() -> String {
        let heading = [
            "durable enqueues, beside a bare loop of overwrite + sync with frames of the same size",
            "\(machine.system), \(machine.cores) cores, \(machine.build), \(rounds) rounds in turn",
            "",
        ]
        let table = [
            ["callers", "frame", "jobs/frame", "", "a second", "slowest", "fastest", "p50", "p99"]
        ]
        let lines = (table + rows.flatMap(cells)).map { cells in
            zip(cells, widths).map { cell, width in
                String(repeating: " ", count: max(0, width - cell.count)) + cell
            }.joined(separator: "  ")
        }
        return (heading + lines + [""] + verdicts).joined(separator: "\n")
    }

    private let widths = [7, 7, 10, 6, 9, 9, 9, 9, 9]

    private func cells(_ row: EnqueueBenchmark.Row) -> [[String]] {
        let jobs = String(format: "%.1f", row.jobsPerFrame)
        return [
            ["\(row.callers)", "\(row.frameSize) B", jobs, "store"] + cells(row.store),
            ["", "", "", "loop"] + cells(row.loop),
            ["", "", "", "ratio"]
                + [row.ratio.median, row.ratio.min, row.ratio.max].map {
                    String(format: "%.2f", $0)
                },
        ]
    }

    private func cells(_ summary: Summary) -> [String] {
        [summary.rateMedian, summary.rateMin, summary.rateMax].map { String(format: "%.0f", $0) }
            + [summary.p50, summary.p99].map { String(format: "%.0f µs", $0) }
    }
}

extension BenchmarkReport {
    private static let delayMax = 80.0
    private static let ratioMin = 15.0

    /// The targets, and whether they were met.
    private var verdicts: [String] {
        var verdicts: [String] = []
        if let alone = rows.first(where: { $0.callers == 1 }) {
            let delay = alone.store.p50 - alone.loop.p50
            verdicts.append(
                String(format: "one caller's p50 is %.0f µs over the loop's", delay)
                    + " (target: at most \(Int(Self.delayMax)) µs): "
                    + verdict(delay <= Self.delayMax)
            )
        }
        if let many = rows.first(where: { $0.callers == 64 }) {
            let ratio = many.ratio.median
            verdicts.append(
                String(format: "64 callers enqueue %.1f times as fast as the loop syncs", ratio)
                    + " (target: at least \(Int(Self.ratioMin)) times): "
                    + verdict(ratio >= Self.ratioMin)
            )
        }
        return verdicts
    }

    private func verdict(_ isMet: Bool) -> String {
        isMet ? "met" : "missed"
    }

    private enum CodingKeys: String, CodingKey {
        case machine, rounds, rows
    }
}
