import Testing

/// The rules, applied to the repository this test was built from.
@Suite("HouseRules") struct HouseRulesTests {
    @Test("the repository keeps the house rule", arguments: HouseRule.all)
    func keepsRule(_ rule: HouseRule) throws {
        let findings = rule.findings(try Tree.checkout()).map(\.description).sorted()
        if findings.isEmpty { return }
        Issue.record("\(findings.count) times not so:\n\(findings.joined(separator: "\n"))")
    }

    @Test("the rules look at the whole repository")
    func readsWholeTree() throws {
        let tree = try Tree.checkout()
        for path in ["Package.swift", "LICENSE", "Tools/test", ".ci/run"] {
            let isRead = tree.paths.contains(path)
            #expect(isRead, "\(path) was not read")
        }
        #expect(tree.swiftFiles.contains { $0.path.hasPrefix("Sources/LazyJobs/") })
        #expect(tree.swiftFiles.contains { $0.path == "Tests/TidyTests/HouseRulesTests.swift" })
    }
}
