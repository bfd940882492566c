import Foundation

/// What the bounded figures were when they were last accepted: a guard against losing them again.
struct Baseline: Codable {
    /// How much worse a figure may be than it was.
    ///
    /// A machine that others share does not do better: two runs of one build differ by as much.
    static let tolerance = 0.3

    /// By the claims' names.
    var values: [String: Double]

    init(of claims: [Claim]) {
        values = Dictionary(claims.map { ($0.name, $0.value) }) { first, _ in first }
    }

    init(contentsOf path: String) throws {
        let bytes = try Data(contentsOf: URL(filePath: path))
        self = try JSONDecoder().decode(Baseline.self, from: bytes)
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: path))
    }

    /// What has become worse, in words; only ratios are compared, which do not depend on how fast
    /// the machine is.
    func regressions(in claims: [Claim]) -> [String] {
        claims.filter { $0.unit == "times" }.compactMap { claim in
            guard let before = values[claim.name] else { return nil }
            let isWorse =
                switch claim.bound {
                case .atMost: claim.value > before * (1 + Self.tolerance)
                case .atLeast: claim.value < before * (1 - Self.tolerance)
                }
            guard isWorse else { return nil }
            return "\(claim.name): \(Figure.number(claim.value)) \(claim.unit), "
                + "was \(Figure.number(before))"
        }
    }
}
