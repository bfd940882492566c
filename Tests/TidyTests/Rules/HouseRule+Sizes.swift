/// The limits that keep a file, a function and a line readable at one sitting.
private enum Limit {
    static let fileLinesMax = 500
    static let testFileLinesMax = 800
    static let functionLinesMax = 70
    static let columnsMax = 100
}

extension HouseRule {
    static let sizes: [HouseRule] = [
        HouseRule("a file has at most 500 lines, a test file 800") { file in
            guard file.isSwift || file.isC else { return [] }
            let limit = file.isIn("Tests") ? Limit.testFileLinesMax : Limit.fileLinesMax
            guard file.lines.count > limit else { return [] }
            return [
                Finding(file, "\(file.lines.count) lines; split it by aspect (Type+Aspect.swift)")
            ]
        },
        HouseRule("a function has at most 70 lines") { file in
            file.functions().filter { $0.lineCount > Limit.functionLinesMax }.map {
                Finding(file, line: $0.firstLine, "\($0.lineCount) lines")
            }
        },
        HouseRule("a line of code has at most 100 columns") { file in
            guard file.isSwift || file.isC || file.isScript else { return [] }
            return file.lines.enumerated().filter { isTooLong($0.element) }.map {
                Finding(file, line: $0.offset + 1, "\($0.element.count) columns")
            }
        },
    ]

    /// A link cannot be broken, so a line may be as long as the link that ends it.
    private static func isTooLong(_ line: String) -> Bool {
        guard line.count > Limit.columnsMax else { return false }
        return line.split(separator: " ").last?.contains("://") != true
    }
}

extension TreeFile {
    /// Scripts have no ending: what else lies directly in `Tools` or `.ci`.
    fileprivate var isScript: Bool {
        isIn(anyOf: ["Tools", ".ci"]) && !name.contains(".")
    }
}
