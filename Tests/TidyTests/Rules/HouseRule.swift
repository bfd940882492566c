import Testing

/// A rule of the house that a machine can check.
struct HouseRule: Sendable, CustomTestStringConvertible {
    /// What it demands, as a sentence.
    let demand: String
    /// What breaks it in a tree.
    let findings: @Sendable (Tree) -> [Finding]

    var testDescription: String { demand }

    /// A rule that looks at a whole tree.
    init(_ demand: String, in tree: @escaping @Sendable (Tree) -> [Finding]) {
        self.demand = demand
        findings = tree
    }

    /// A rule that looks at one file at a time.
    init(_ demand: String, inEach file: @escaping @Sendable (TreeFile) -> [Finding]) {
        self.demand = demand
        findings = { $0.files.flatMap(file) }
    }

    /// All of them.
    static let all: [HouseRule] = sizes + bans + layers + comments + places
}

/// One place that breaks a rule.
struct Finding: Hashable, Sendable, CustomStringConvertible {
    let path: String
    /// The line, from 1; 0 when it is about the whole file.
    let line: Int
    /// What is wrong, and where it is not plain, what to do instead.
    let reason: String

    init(_ file: TreeFile, line: Int = 0, _ reason: String) {
        self.init(path: file.path, line: line, reason)
    }

    init(path: String, line: Int = 0, _ reason: String) {
        self.path = path
        self.line = line
        self.reason = reason
    }

    var description: String {
        line == 0 ? "\(path): \(reason)" : "\(path):\(line): \(reason)"
    }
}
