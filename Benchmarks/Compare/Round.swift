/// What one round measured.
struct Round: Sendable {
    /// How many operations were done.
    var count: Int
    /// How long each of them took, in no order; none where only the whole was timed.
    var latencies: [Duration]
    /// What all of them took together.
    var expense: Expense
    /// For which share of it the one thread of the round was ready to run, and had no processor;
    /// none where it was not watched.
    var waitingShare: Double?

    /// Operations in a second.
    var rate: Double { Double(count) / (expense.duration / .seconds(1)) }
}

/// What the rounds of one thing measured together.
struct Summary: Sendable, Codable, Equatable {
    /// In operations a second, the middle one of the rounds' rates first.
    var rate: Spread
    /// What shares of all operations took no longer than, in microseconds.
    var p50: Double?
    var p99: Double?
    var p999: Double?
    /// For each operation.
    var syncs: Double
    var writtenBytes: Double
    /// In microseconds of all processors.
    var processorTime: Double

    private enum CodingKeys: String, CodingKey {
        case rate, syncs
        case p50 = "p50_us"
        case p99 = "p99_us"
        case p999 = "p999_us"
        case writtenBytes = "written_bytes"
        case processorTime = "processor_us"
    }

    /// Sums up at least one round with at least one operation.
    init(_ rounds: [Round]) {
        rate = Spread(rounds.map(\.rate))
        let latencies = rounds.flatMap(\.latencies).sorted()
        // Ten of them at least lie beyond a share: the slowest of all is not the p99.9.
        func percentile(_ share: Double) -> Double? {
            guard Double(latencies.count) * (1 - share) >= 9.99 else { return nil }
            return quantile(share, of: latencies) / .microseconds(1)
        }
        p50 = percentile(0.5)
        p99 = percentile(0.99)
        p999 = percentile(0.999)
        let count = Double(rounds.reduce(0) { $0 + $1.count })
        syncs = Double(rounds.reduce(0) { $0 + $1.expense.syncs }) / count
        writtenBytes = Double(rounds.reduce(0) { $0 + $1.expense.writtenBytes }) / count
        processorTime =
            rounds.reduce(.zero) { $0 + $1.expense.processorTime } / .microseconds(1) / count
    }
}

/// The middle one, the smallest and the largest of some values.
struct Spread: Sendable, Codable, Equatable {
    var median: Double
    var min: Double
    var max: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        median = quantile(0.5, of: sorted)
        min = sorted[0]
        max = sorted[sorted.count - 1]
    }
}

/// The smallest value that so large a share of the values does not exceed.
func quantile<Value>(_ share: Double, of sorted: [Value]) -> Value {
    let rank = Int((share * Double(sorted.count)).rounded(.up))
    return sorted[min(max(rank - 1, 0), sorted.count - 1)]
}
