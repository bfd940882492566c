import Testing

@Suite("Readme") struct ReadmeTests {
    @Test("the example of the README is the one that is tested")
    func showsTestedExample() throws {
        let tree = try Tree.checkout()
        let readme = try lines(of: "README.md", in: tree)
        let test = try lines(of: "Tests/LogJobsTests/Examples/ReadmeExampleTests.swift", in: tree)
        let shown = try between("```swift", "```", readme)
        let tested = try between("// README begin", "// README end", test)
        #expect(shown == ["import LazyJobs", "import LogJobs", ""] + tested)
    }

    private func lines(of path: String, in tree: Tree) throws -> [String] {
        try #require(tree.files.first { $0.path == path }, "there is no \(path)").lines
    }

    private func between(_ start: String, _ end: String, _ lines: [String]) throws -> [String] {
        let first = try #require(lines.firstIndex(of: start), "there is no \(start)")
        return Array(lines[(first + 1)...].prefix { $0 != end })
    }
}
