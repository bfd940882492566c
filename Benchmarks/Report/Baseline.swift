import Foundation

/// What the ratios were when they were last accepted: a guard against losing them again.
///
/// Only ratios are kept, which do not depend on how fast the machine is.
struct Baseline {
    /// How much worse a ratio may be than it was.
    ///
    /// A machine that others share does not do better: two runs of one build differ by as much.
    static let tolerance = 0.3
    static var percent: Int { Int((tolerance * 100).rounded()) }

    /// The ratios of each benchmark, by the claims' names.
    private(set) var values: [Benchmark: [String: Double]] = [:]

    init() {}

    /// Reads a baseline.
    ///
    /// - Throws: ``Surprise`` if there is none, or something else.
    init(contentsOf path: String) throws {
        let other = "name another by --baseline, or"
        let remedy = "\(other) remove it and make it by --write-baseline"
        let bytes: Data
        do { bytes = try Data(contentsOf: URL(filePath: path)) } catch {
            throw Surprise(
                "could not read the baseline \(path): \(error.localizedDescription) To go on, "
                    + "\(other) make it by --write-baseline"
            )
        }
        guard let content = try? JSONDecoder().decode([String: [String: Double]].self, from: bytes),
            content.values.joined().allSatisfy({ $0.value > 0 })
        else {
            throw Surprise(
                "the baseline \(path) is no JSON of ratios above 0, by their names, by the names "
                    + "of benchmarks; \(remedy)"
            )
        }
        for (name, ratios) in content {
            guard let benchmark = Benchmark(rawValue: name) else {
                throw Surprise(
                    "the baseline \(path) is about \"\(name)\", which nothing to measure is "
                        + "called; \(remedy)"
                )
            }
            values[benchmark] = ratios
        }
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let content = values.map { ($0.rawValue, $1) }
        return try encoder.encode(Dictionary(uniqueKeysWithValues: content)) + Data("\n".utf8)
    }

    /// The ratios that a run of these has to have, by their names.
    func ratios(of benchmarks: some Sequence<Benchmark>) -> [String: Double] {
        let all = benchmarks.flatMap { Array(values[$0, default: [:]]) }
        return Dictionary(all.map { ($0.key, $0.value) }) { first, _ in first }
            .filter { Self.isMeasurable($0.key) }
    }

    /// The same with the ratios of a run in place of those of the benchmarks that it has measured,
    /// but for what was disturbed.
    func accepting(_ claims: [Benchmark: [Claim]]) -> Baseline {
        var accepted = self
        for (benchmark, claims) in claims {
            let disturbed = Set(claims.filter { $0.disturbance != nil }.map(\.name))
            let kept = values[benchmark, default: [:]].filter {
                !Self.isMeasurable($0.key) || disturbed.contains($0.key)
            }
            let ratios = claims.filter { $0.isRatio && !disturbed.contains($0.name) }
                .map { ($0.name, $0.value) }
            let all = kept.merging(ratios) { $1 }
            accepted.values[benchmark] = all.isEmpty ? nil : all
        }
        return accepted
    }

    /// Compares a run with it.
    func comparison(with claims: [Benchmark: [Claim]]) -> Comparison {
        let before = ratios(of: claims.keys).sorted { $0.key < $1.key }
        let ratios = claims.values.joined().filter(\.isRatio).map { ($0.name, $0) }
        let measured = Dictionary(ratios) { first, _ in first }
        return Comparison(
            count: before.count,
            disturbed: before.map(\.key).filter { measured[$0]?.disturbance != nil },
            missing: before.map(\.key).filter { measured[$0] == nil },
            worse: before.compactMap { name, value in
                guard let claim = measured[name], claim.disturbance == nil,
                    claim.isWorse(than: value, tolerance: Self.tolerance)
                else { return nil }
                return "\(name): \(Figure.number(claim.value)) times, was \(Figure.number(value))"
            }
        )
    }

    /// Whether this build measures a ratio: without the trait there is no SQLite to measure.
    private static func isMeasurable(_ name: String) -> Bool {
        #if SQLite
            true
        #else
            !name.contains("SQLite")
        #endif
    }
}

extension Baseline {
    /// What became of the ratios of what a run has measured.
    struct Comparison {
        var count: Int
        /// By their names: what says nothing, since something else was running.
        var disturbed: [String]
        /// By their names.
        var missing: [String]
        /// In words.
        var worse: [String]

        var isPassed: Bool {
            count > 0 && disturbed.isEmpty && missing.isEmpty && worse.isEmpty
        }

        var text: String {
            guard !isPassed else {
                return "none of \(count) ratios is more than \(percent) % worse than the baseline"
            }
            var lines: [String] = []
            if count == 0 { lines.append("there was no ratio to compare") }
            if !worse.isEmpty {
                lines.append("more than \(percent) % worse than the baseline:")
                lines += worse
            }
            if !disturbed.isEmpty {
                lines.append("not judged, since something else was running; measure them again:")
                lines += disturbed
            }
            if !missing.isEmpty {
                lines.append("in the baseline, but not measured; --write-baseline forgets them:")
                lines += missing
            }
            return lines.joined(separator: "\n")
        }
    }
}
