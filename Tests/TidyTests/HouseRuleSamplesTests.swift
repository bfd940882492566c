import Testing

/// Small trees that break a rule, or nearly do: a rule that cannot fail checks nothing.
@Suite("HouseRuleSamples") struct HouseRuleSamplesTests {
    @Test("a rule finds exactly what breaks it", arguments: Sample.all)
    func findsExactly(_ sample: Sample) throws {
        let rule = try #require(
            HouseRule.all.first { $0.demand == sample.demand },
            "no rule demands: \(sample.demand)"
        )
        let found = rule.findings(Tree(sample.files)).map { "\($0.path):\($0.line)" }
        #expect(found.sorted() == sample.expected.sorted())
    }

    @Test("every rule has a sample that breaks it and one that does not", arguments: HouseRule.all)
    func hasBothSamples(_ rule: HouseRule) {
        let samples = Sample.all.filter { $0.demand == rule.demand }
        #expect(samples.contains { !$0.expected.isEmpty })
        #expect(samples.contains { $0.expected.isEmpty })
    }
}

/// A tree and the findings, as `path:line`, that a rule must have in it.
struct Sample: Sendable, CustomTestStringConvertible {
    let demand: String
    let files: [String: String]
    let expected: [String]

    var testDescription: String {
        "\(demand): \(expected.isEmpty ? "kept" : "broken at " + expected.joined(separator: ", "))"
    }

    /// A tree of one file; it breaks the rule on these lines (0: as a whole).
    init(_ demand: String, _ path: String, _ text: String, lines: [Int] = []) {
        self.init(demand, [path: text], lines.map { "\(path):\($0)" })
    }

    init(_ demand: String, _ files: [String: String], _ expected: [String]) {
        self.demand = demand
        self.files = files
        self.expected = expected
    }

    static let all = sizes + bans + clocks + imports + folders + comments + places + links
}
