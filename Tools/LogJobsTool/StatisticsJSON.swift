import LazyJobs

extension Statistics {
    /// One line of the answer in JSON: what was counted of all, of a kind, of a queue, or from a
    /// time on.
    struct Row: Encodable {
        var group: String
        var name: String?
        var counts: Counts

        private enum CodingKeys: String, CodingKey {
            case group, name, enqueued, started, succeeded, failed, discarded, cancelled
            case wait, run
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(group, forKey: .group)
            try container.encodeIfPresent(name, forKey: .name)
            try container.encode(counts.enqueued, forKey: .enqueued)
            try container.encode(counts.started, forKey: .started)
            try container.encode(counts.succeeded, forKey: .succeeded)
            try container.encode(counts.failed, forKey: .failed)
            try container.encode(counts.discarded, forKey: .discarded)
            try container.encode(counts.cancelled, forKey: .cancelled)
            try container.encodeIfPresent(TimesJSON(counts.waits), forKey: .wait)
            try container.encodeIfPresent(TimesJSON(counts.runs), forKey: .run)
        }
    }

    /// Times in whole microseconds.
    private struct TimesJSON: Encodable {
        var count: Int
        var p50: Int64
        var p90: Int64
        var p99: Int64
        var max: Int64

        init?(_ times: DurationHistogram) {
            func microseconds(_ percent: Int) -> Int64? {
                times.percentile(percent)?.wholeMicroseconds
            }
            guard let p50 = microseconds(50), let p90 = microseconds(90),
                let p99 = microseconds(99)
            else { return nil }
            (count, self.p50, self.p90, self.p99) = (times.count, p50, p90, p99)
            max = times.longest.wholeMicroseconds
        }
    }

    var rows: [Row] {
        let kinds = kinds.sorted { $0.key < $1.key }
        let queues = queues.sorted { $0.key < $1.key }
        let steps = steps.sorted { $0.key < $1.key }
        return [Row(group: "all", counts: total)]
            + kinds.map { Row(group: "kind", name: $0.key, counts: $0.value) }
            + queues.map { Row(group: "queue", name: $0.key, counts: $0.value) }
            + steps.map {
                Row(group: "time", name: RFC3339.string(from: $0.key), counts: $0.value)
            }
    }
}
