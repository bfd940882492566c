extension HouseRule {
    static let comments: [HouseRule] = [
        HouseRule("nothing half-done is left for later") { file in
            file.comments.enumerated().compactMap { index, line in
                let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
                guard let word = words.first(where: { leftovers.contains(String($0)) }) else {
                    return nil
                }
                return Finding(file, line: index + 1, "\(word): finish it, or write an issue")
            }
        },
        HouseRule("what the compiler cannot check has its reason above it") { file in
            guard file.isSwift else { return [] }
            return ["@unchecked Sendable", "nonisolated(unsafe)"].flatMap { promise in
                file.occurrences(of: promise).map { file.tokens[$0].line }
                    .filter { !file.hasSafetyComment(aboveLine: $0) }
                    .map { Finding(file, line: $0, "`\(promise)` without a `// SAFETY:` above it") }
            }
        },
        HouseRule("no file begins with a banner") { file in
            guard file.isSwift || file.isC, let line = file.bannerLine else { return [] }
            return [Finding(file, line: line, "at most one line with the SPDX identifier")]
        },
    ]

    private static let leftovers: Set<String> = ["TODO", "FIXME", "XXX"]
}

extension TreeFile {
    /// Whether the comment directly above the declaration that a line is part of says why.
    ///
    /// A declaration may begin a few lines above the promise, and attributes may stand between.
    fileprivate func hasSafetyComment(aboveLine number: Int) -> Bool {
        var codeLinesLeft = 3
        for line in lines[..<(number - 1)].reversed() {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("// SAFETY:") { return true }
            if text.hasPrefix("//") {
                // Past the first comment line, only the rest of that comment counts.
                codeLinesLeft = 0
            } else if text.isEmpty || codeLinesLeft == 0 || text.hasSuffix("}") {
                return false
            } else {
                codeLinesLeft -= 1
            }
        }
        return false
    }

    /// The line of the opening comment that makes it a banner: one that tells what version control
    /// and LICENSE tell, repeats the file's name, or is drawn.
    fileprivate var bannerLine: Int? {
        let opening = lines.prefix {
            ($0.hasPrefix("//") && !$0.hasPrefix("///")) || $0.hasPrefix("/*") || $0.hasPrefix(" *")
        }
        return opening.indices.first { index in
            let text = opening[index].drop { "/* ".contains($0) }.lowercased()
            // Between paragraphs an empty line is none.
            let isDrawn = text.allSatisfy { "=-*/ ".contains($0) } && (index == 0 || !text.isEmpty)
            return isDrawn || text == name.lowercased()
                || ["copyright", "created by", "all rights", "licensed under"].contains {
                    text.contains($0)
                }
        }.map { $0 + 1 }
    }
}
