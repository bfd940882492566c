/// What one round measured.
struct Round: Sendable {
    /// How many operations were done.
    var count: Int
    /// How long all of them took together.
    var duration: Duration
    /// How long each of them took, in no order.
    var latencies: [Duration]

    /// Operations in a second.
    var rate: Double { Double(count) / (duration / .seconds(1)) }
}

/// What the rounds of one thing measured together.
struct Summary: Sendable, Codable, Equatable {
    /// The middle one of the rounds' rates, in operations a second.
    var rateMedian: Double
    /// The rate of the slowest round.
    var rateMin: Double
    /// The rate of the fastest round.
    var rateMax: Double
    /// What half of all operations took no longer than, in microseconds.
    var p50: Double
    /// What 99 of 100 operations took no longer than, in microseconds.
    var p99: Double

    private enum CodingKeys: String, CodingKey {
        case rateMedian = "rate_median"
        case rateMin = "rate_min"
        case rateMax = "rate_max"
        case p50 = "p50_us"
        case p99 = "p99_us"
    }

    /// Sums up at least one round with at least one operation.
    init(_ rounds: [Round]) {
        let rates = rounds.map(\.rate).sorted()
        let latencies = rounds.flatMap(\.latencies).sorted()
        rateMedian = quantile(0.5, of: rates)
        rateMin = rates[0]
        rateMax = rates[rates.count - 1]
        p50 = quantile(0.5, of: latencies) / .microseconds(1)
        p99 = quantile(0.99, of: latencies) / .microseconds(1)
    }
}

/// How much faster one thing is than another, by the rounds that they did in turn.
struct Ratio: Sendable, Codable, Equatable {
    /// The middle one of the pairs' ratios.
    var median: Double
    /// That of the worst pair.
    var min: Double
    /// That of the best pair.
    var max: Double

    /// Compares at least one round with as many others.
    init(of rounds: [Round], to others: [Round]) {
        let ratios = zip(rounds, others).map { $0.rate / $1.rate }.sorted()
        median = quantile(0.5, of: ratios)
        min = ratios[0]
        max = ratios[ratios.count - 1]
    }
}

/// The smallest value that so large a share of the values does not exceed.
func quantile<Value>(_ share: Double, of sorted: [Value]) -> Value {
    let rank = Int((share * Double(sorted.count)).rounded(.up))
    return sorted[min(max(rank - 1, 0), sorted.count - 1)]
}
