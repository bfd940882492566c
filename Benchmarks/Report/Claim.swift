import Foundation

/// A figure with a bound that it is to keep.
struct Claim: Codable {
    enum Bound: String, Codable {
        case atMost = "at_most"
        case atLeast = "at_least"
    }

    /// What it is about: the same from run to run, for ``Baseline``.
    var name: String
    var value: Double
    var unit: String
    /// The smallest and the largest of the rounds, where there were several.
    var min: Double?
    var max: Double?
    var bound: Bound
    var target: Double

    init(_ name: String, _ value: Double, _ unit: String, _ bound: Bound, _ target: Double) {
        self.name = name
        self.value = value
        self.unit = unit
        self.bound = bound
        self.target = target
    }

    init(_ name: String, _ spread: Spread, _ unit: String, _ bound: Bound, _ target: Double) {
        self.init(name, spread.median, unit, bound, target)
        min = spread.min
        max = spread.max
    }

    var isMet: Bool {
        switch bound {
        case .atMost: value <= target
        case .atLeast: value >= target
        }
    }

    var text: String {
        let range = min.flatMap { min in
            max.map { " (\(Figure.number(min)) to \(Figure.number($0)))" }
        }
        return "\(name): \(Figure.number(value)) \(unit)\(range ?? ""), "
            + "\(bound == .atMost ? "at most" : "at least") \(Figure.number(target)): "
            + (isMet ? "met" : "missed")
    }
}
