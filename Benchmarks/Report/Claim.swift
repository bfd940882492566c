import Foundation

/// A figure with a bound that it is to keep.
struct Claim: Codable {
    enum Bound: String, Codable {
        case atMost = "at_most"
        case atLeast = "at_least"
    }

    /// The figure of another lane in place of this one's, beside the same.
    struct Reach: Codable {
        var lane: String
        var value: Double

        init(of lane: String, _ value: Double) {
            self.lane = lane
            self.value = value
        }

        init?(of lane: String, _ spread: Spread?) {
            guard let spread else { return nil }
            self.init(of: lane, spread.median)
        }
    }

    /// What it is about: the same from run to run, for ``Baseline``.
    var name: String
    var value: Double
    var unit: String
    /// The smallest and the largest of the rounds, where there were several.
    var min: Double?
    var max: Double?
    var bound: Bound
    /// None if only the baseline says what it should be.
    var target: Double?
    /// What a lane does that has less to do.
    var reach: Reach?
    /// Why the figure says nothing, if it does not.
    var disturbance: String?

    init(
        _ name: String,
        _ value: Double,
        _ unit: String,
        _ bound: Bound,
        _ target: Double? = nil
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.bound = bound
        self.target = target
    }

    init(
        _ name: String,
        _ spread: Spread,
        _ unit: String,
        _ bound: Bound,
        _ target: Double? = nil
    ) {
        self.init(name, spread.median, unit, bound, target)
        min = spread.min
        max = spread.max
    }

    /// Whether it says the same on a fast machine and on a slow one.
    var isRatio: Bool { unit == "times" }

    /// Whether it is worse than it was, by more than a share of that.
    func isWorse(than before: Double, tolerance: Double) -> Bool {
        switch bound {
        case .atMost: !(value <= before * (1 + tolerance))
        case .atLeast: !(value >= before * (1 - tolerance))
        }
    }

    var text: String {
        let range = min.flatMap { min in
            max.map { " (\(Figure.number(min)) to \(Figure.number($0)))" }
        }
        let figure = "\(name): \(Figure.number(value)) \(unit)\(range ?? "")"
        if disturbance != nil { return figure + ": not judged" }
        guard let target else { return figure }
        let isMet = !isWorse(than: target, tolerance: 0)
        return figure + ", \(bound == .atMost ? "at most" : "at least") "
            + "\(Figure.number(target)): \(isMet ? "met" : "missed")"
            + (reach.map { "; \($0.lane) does \(Figure.number($0.value))" } ?? "")
    }
}
