/// A text file of the repository, as the rules see it.
struct TreeFile: Sendable {
    /// Its path from the root of the repository, such as `Sources/LazyJobs/Job/JobID.swift`.
    let path: String
    /// Its lines as they are written.
    let lines: [String]
    /// What its comments say, line by line; every line of a file that is neither Swift nor C.
    let comments: [String]
    /// Its code without comments and without what literals say; none if neither Swift nor C.
    let tokens: [Token]
    /// Where in `tokens` each of them stands, so that a rule need not walk the whole file.
    let positions: [String: [Int]]

    init(path: String, text: String) {
        self.path = path
        lines = Self.lines(of: text)
        if Self.hasCode(path) {
            let (code, comments) = SwiftLexer.split(text)
            tokens = Token.tokens(of: code)
            self.comments = Self.lines(of: comments)
        } else {
            tokens = []
            comments = lines
        }
        positions = Dictionary(grouping: tokens.indices) { [tokens] in tokens[$0].text }
    }

    /// Its last path component.
    var name: String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    var isSwift: Bool { path.hasSuffix(".swift") }

    var isC: Bool { path.hasSuffix(".c") || path.hasSuffix(".h") }

    var isMarkdown: Bool { path.hasSuffix(".md") }

    /// Whether it lies in a folder, at any depth.
    func isIn(_ folder: String) -> Bool {
        path.hasPrefix(folder + "/")
    }

    /// Whether it lies in one of these folders, at any depth.
    func isIn(anyOf folders: [String]) -> Bool {
        folders.contains { isIn($0) }
    }

    /// The text of the token before or after another; empty behind the ends.
    func text(at index: Int) -> String {
        tokens.indices.contains(index) ? tokens[index].text : ""
    }

    /// Where a piece of code begins, however it is spaced; but `!` and `?` must stand as they do in
    /// the piece.
    func occurrences(of snippet: String) -> [Int] {
        let wanted = Token.tokens(of: snippet)
        // Look from the rarest of its tokens, which is a word: signs are everywhere.
        guard let anchor = wanted.firstIndex(where: \.isWord) else { return [] }
        return (positions[wanted[anchor].text] ?? []).map { $0 - anchor }.filter { start in
            wanted.indices.allSatisfy { index in
                guard text(at: start + index) == wanted[index].text else { return false }
                return !["!", "?"].contains(wanted[index].text)
                    || tokens[start + index].isAttached == wanted[index].isAttached
            }
        }
    }

    private static func hasCode(_ path: String) -> Bool {
        [".swift", ".c", ".h"].contains { path.hasSuffix($0) }
    }

    private static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        // The end of the last line is not the begin of another.
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
