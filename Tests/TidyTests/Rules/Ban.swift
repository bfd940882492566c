/// Pieces of code that have no place in some folders.
struct Ban: Sendable {
    /// How a piece must stand to count.
    enum Form: Sendable {
        /// Anywhere.
        case anywhere
        /// As a function of no type: neither behind a dot nor in its own declaration.
        case freeFunction
        /// As a member of a type that is left out (`.now`), not of a value (`clock.now`); nor as
        /// the begin of a sum (`.now() + limit`), which is how long a wait may last.
        case implicitMember
    }

    var snippets: [String]
    var form = Form.anywhere
    /// What is wrong with them, and what to do instead.
    var reason: String

    /// Where a file uses them.
    func findings(in file: TreeFile) -> [Finding] {
        snippets.flatMap { snippet in
            file.occurrences(of: snippet).filter { counts(at: $0, in: file) }.map {
                Finding(file, line: file.tokens[$0].line, "`\(snippet)` \(reason)")
            }
        }
    }

    private func counts(at start: Int, in file: TreeFile) -> Bool {
        let before = file.text(at: start - 1)
        switch form {
        case .anywhere:
            return true
        case .freeFunction:
            return before != "." && before != "func"
        case .implicitMember where ["(", ")", "+"] == (2...4).map { file.text(at: start + $0) }:
            return false
        case .implicitMember:
            if Self.keywordsBeforeExpressions.contains(before) { return true }
            let isValueBefore = start > 0 && file.tokens[start - 1].isWord
            return !isValueBefore && ![")", "]", "}", "?", "!", ">", "\""].contains(before)
        }
    }

    private static let keywordsBeforeExpressions: Set<String> = [
        "return", "in", "try", "await", "else", "throw", "unsafe",
    ]
}
