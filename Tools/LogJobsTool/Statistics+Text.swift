import Foundation
import LazyJobs

extension Statistics {
    var text: [String] {
        guard let first, let last else { return ["no event"] }
        let properties = [
            (name: "from", value: RFC3339.string(from: first)),
            (name: "to", value: RFC3339.string(from: last)),
            (name: "enqueued", value: rate(total.enqueued)),
            (name: "started", value: rate(total.started)),
            (name: "succeeded", value: rate(total.succeeded)),
            (name: "failed", value: rate(total.failed)),
            (name: "discarded", value: rate(total.discarded)),
            (name: "cancelled", value: rate(total.cancelled)),
        ]
        let times = timeTable
        return TextTable.properties(properties) + [""] + times.lines
            + table("KIND", kinds.sorted { $0.key < $1.key })
            + table("QUEUE", queues.sorted { $0.key < $1.key })
            + table(
                "FROM",
                steps.sorted { $0.key < $1.key }.map {
                    (key: RFC3339.string(from: $0.key), value: $0.value)
                }
            )
    }

    private func rate(_ count: Int) -> String {
        let digits = Quantity.digits(UInt64(count))
        let seconds = span / .seconds(1)
        guard count > 0, seconds > 0 else { return digits }
        return digits + String(format: ", %.3g per second", Double(count) / seconds)
    }

    private var timeTable: TextTable {
        var table = TextTable(
            ["TIME", "COUNT", "P50", "P90", "P99", "MAX"],
            numbers: [1, 2, 3, 4, 5]
        )
        for (name, times) in [("to first start", total.waits), ("of an attempt", total.runs)] {
            table.add(
                [name, Quantity.digits(UInt64(times.count))]
                    + [50, 90, 99].map { times.percentile($0).map(Quantity.duration) ?? "" }
                    + [times.count > 0 ? Quantity.duration(times.longest) : ""]
            )
        }
        return table
    }

    private func table(_ heading: String, _ counts: [(key: String, value: Counts)]) -> [String] {
        guard !counts.isEmpty else { return [] }
        var table = TextTable(
            [
                heading, "ENQUEUED", "STARTED", "SUCCEEDED", "FAILED", "DISCARDED", "CANCELLED",
                "START P50", "START P99", "RUN P50", "RUN P99",
            ],
            numbers: Set(1...10)
        )
        for (name, counts) in counts {
            let numbers = [
                counts.enqueued, counts.started, counts.succeeded, counts.failed,
                counts.discarded, counts.cancelled,
            ]
            let times = [
                counts.waits.percentile(50), counts.waits.percentile(99),
                counts.runs.percentile(50), counts.runs.percentile(99),
            ]
            table.add(
                [PlainText.escaped(name)] + numbers.map { Quantity.digits(UInt64($0)) }
                    + times.map { $0.map(Quantity.duration) ?? "" }
            )
        }
        return [""] + table.lines
    }
}
