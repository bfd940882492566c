/// The lines that a function takes, from its keyword to its last brace.
struct FunctionSpan: Hashable {
    let firstLine: Int
    let lastLine: Int

    var lineCount: Int { lastLine - firstLine + 1 }
}

extension TreeFile {
    /// The functions, initialisers, subscripts and computed properties that have a body.
    func functions() -> [FunctionSpan] {
        if isSwift { return tokens.indices.compactMap(swiftFunction) }
        if path.hasSuffix(".c") { return cFunctions() }
        return []
    }

    private func swiftFunction(at index: Int) -> FunctionSpan? {
        guard beginsFunction(at: index), let opening = bodyOpening(ofDeclarationAt: index) else {
            return nil
        }
        return span(from: tokens[index].line, opening: opening)
    }

    private func beginsFunction(at index: Int) -> Bool {
        if text(at: index - 1) == "." { return false }
        switch tokens[index].text {
        case "func", "deinit", "var": return true
        case "init": return ["(", "?", "!", "<"].contains(text(at: index + 1))
        case "subscript": return ["(", "<"].contains(text(at: index + 1))
        default: return false
        }
    }

    /// The brace that opens the body; none for a requirement of a protocol or a stored property.
    private func bodyOpening(ofDeclarationAt start: Int) -> Int? {
        let isProperty = tokens[start].text == "var"
        var depth = 0
        for index in (start + 1)..<max(start + 1, tokens.count) {
            switch tokens[index].text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case _ where depth > 0: break
            case "{": return index
            case "}": return nil
            case let text where Self.declarationKeywords.contains(text): return nil
            case "=" where isProperty: return nil
            default: if isProperty, tokens[index].line != tokens[start].line { return nil }
            }
        }
        return nil
    }

    private func span(from firstLine: Int, opening: Int) -> FunctionSpan? {
        var depth = 0
        for index in opening..<tokens.count {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            if depth == 0 {
                return FunctionSpan(firstLine: firstLine, lastLine: tokens[index].line)
            }
        }
        return nil
    }

    /// In C: every block outside all others that follows a list of parameters.
    private func cFunctions() -> [FunctionSpan] {
        var depth = 0
        var functions: [FunctionSpan?] = []
        for index in tokens.indices {
            if tokens[index].text == "}" { depth -= 1 }
            if tokens[index].text != "{" { continue }
            if depth == 0, text(at: index - 1) == ")" {
                functions.append(span(from: tokens[index].line, opening: index))
            }
            depth += 1
        }
        return functions.compactMap { $0 }
    }

    private static let declarationKeywords: Set<String> = [
        "func", "var", "let", "init", "deinit", "subscript", "struct", "class", "enum", "actor",
        "protocol", "extension", "typealias", "associatedtype", "case", "import",
    ]
}
