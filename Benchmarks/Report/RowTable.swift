import Foundation

/// Lanes beside each other, as lines of text.
struct RowTable {
    private static let heading = [
        "", "jobs/s", "slowest", "fastest", "times", "p50 µs", "p99 µs", "p99.9 µs", "syncs/job",
        "B/job", "CPU µs/job",
    ]

    private let rows: [Comparison.Row]

    init(_ rows: [Comparison.Row]) {
        self.rows = rows
    }

    /// None without rows.
    var lines: [String] {
        guard !rows.isEmpty else { return [] }
        let cells = [Self.heading] + rows.map(Self.cells)
        let widths = Self.heading.indices.map { column in
            cells.map { $0[column].count }.max() ?? 0
        }
        return cells.map { cells in
            cells.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - cells[column].count)
                return column == 0 ? cells[column] + padding : padding + cells[column]
            }.joined(separator: "  ")
        }
    }

    private static func cells(_ row: Comparison.Row) -> [String] {
        let summary = row.summary
        let jobs = Double(row.jobsPerOperation)
        let latencies = [summary.p50, summary.p99, summary.p999].map { latency in
            latency.map(Figure.number) ?? ""
        }
        return [row.name, Figure.number(summary.rate.median)]
            + [summary.rate.min, summary.rate.max].map { Figure.number($0) }
            + [String(format: "%.2f", row.ratio.median)] + latencies
            + [
                String(format: "%.3f", summary.syncs / jobs),
                Figure.number((summary.writtenBytes / jobs).rounded()),
                Figure.number(summary.processorTime / jobs),
            ]
    }
}
