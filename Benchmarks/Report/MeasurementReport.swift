import Foundation

/// What was measured of one thing: figures, or lanes beside each other, and bounds to be kept.
struct MeasurementReport: Encodable {
    var name: String
    /// How it was measured, as far as the names of the figures do not say.
    var notes: [String]
    var figures: [Figure] = []
    var rows: [Comparison.Row] = []
    var claims: [Claim] = []

    /// Takes over what lanes have measured.
    mutating func add(_ measured: Comparison.Measured, _ claims: [Claim]) {
        rows = measured.rows
        if let disturbance = measured.disturbance { notes.append(disturbance) }
        self.claims = claims.map { claim in
            var claim = claim
            claim.disturbance = measured.disturbance
            return claim
        }
    }

    func text() -> String {
        let width = figures.map(\.name.count).max() ?? 0
        let lines = figures.map { figure in
            figure.name + String(repeating: " ", count: width - figure.name.count) + "  "
                + figure.text
        }
        let parts = [lines, RowTable(rows).lines, claims.map(\.text)].filter { !$0.isEmpty }
        return ([[name] + notes.map { "  " + $0 }] + parts)
            .map { $0.joined(separator: "\n") }
            .joined(separator: "\n\n")
    }
}

/// Something that was measured, once or several times.
struct Figure: Codable {
    var name: String
    var unit: String
    var median: Double
    var min: Double
    var max: Double
    /// How often it was measured.
    var count: Int
    /// What it should not exceed.
    var target: Double?
    var isMet: Bool?

    /// Describes what was measured at least once; the middle one of the values counts.
    init(_ name: String, _ values: [Double], _ unit: String, target: Double? = nil) {
        let sorted = values.sorted()
        self.name = name
        self.unit = unit
        median = quantile(0.5, of: sorted)
        min = sorted[0]
        max = sorted[sorted.count - 1]
        count = sorted.count
        self.target = target
        isMet = target.map { median <= $0 }
    }

    init(_ name: String, _ value: Double, _ unit: String, target: Double? = nil) {
        self.init(name, [value], unit, target: target)
    }

    fileprivate var text: String {
        var text = "\(Self.number(median)) \(unit)"
        if count > 1 {
            text += " (\(Self.number(min)) to \(Self.number(max)) in \(count) runs)"
        }
        if let target, let isMet {
            text += ", target at most \(Self.number(target)): \(isMet ? "met" : "missed")"
        }
        return text
    }

    /// Three digits, and more only before the point.
    static func number(_ value: Double) -> String {
        if value == value.rounded() || value.magnitude >= 100 {
            return String(format: "%.0f", value)
        }
        return String(format: value.magnitude >= 10 ? "%.1f" : "%.2f", value)
    }

    private enum CodingKeys: String, CodingKey {
        case name, unit, median, min, max, count, target
        case isMet = "is_met"
    }
}
