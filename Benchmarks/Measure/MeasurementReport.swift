import Foundation

/// Figures of a store, each with its target if it has one.
struct MeasurementReport: Encodable {
    var machine = BenchmarkReport.Machine()
    var name: String
    /// How it was measured, as far as the names of the figures do not say.
    var notes: [String]
    var figures: [Figure] = []

    func text() -> String {
        let heading = ["\(name): \(machine.system), \(machine.cores) cores, \(machine.build)"]
        let width = figures.map(\.name.count).max() ?? 0
        let lines = figures.map { figure in
            figure.name + String(repeating: " ", count: width - figure.name.count) + "  "
                + figure.text
        }
        return (heading + notes.map { "  " + $0 } + [""] + lines).joined(separator: "\n")
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(self), as: UTF8.self)
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
    private static func number(_ value: Double) -> String {
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
