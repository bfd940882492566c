/// Separates a source file into its code and its comments, so that a rule about one is not set off
/// by the other, nor by what a string literal says.
///
/// Both outputs have the input's line breaks; what belongs to the other is blank. Of a literal,
/// only the quotes stay in the code, and the expressions it interpolates. Good for Swift and, but
/// for the character literal of a quote, for C; literals of regular expressions are not recognised.
struct SwiftLexer {
    /// What a byte is part of; the stack of these is what the lexer remembers.
    private enum Mode {
        /// Code, with the number of open parentheses. On top of a literal: an interpolation.
        case code(openParentheses: Int)
        /// A string literal, with the number of `#` around its quotes.
        case literal(hashes: Int, isMultiline: Bool)
    }

    private let input: [UInt8]
    private var index = 0
    private var modes: [Mode] = [.code(openParentheses: 0)]
    private var code: [UInt8] = []
    private var comments: [UInt8] = []

    private init(_ text: String) {
        input = Array(text.utf8)
        code.reserveCapacity(input.count)
        comments.reserveCapacity(input.count)
    }

    /// The code and the comments of a file, each line by line.
    static func split(_ text: String) -> (code: String, comments: String) {
        var lexer = SwiftLexer(text)
        while lexer.index < lexer.input.count {
            lexer.step()
        }
        return (
            String(decoding: lexer.code, as: UTF8.self),
            String(decoding: lexer.comments, as: UTF8.self)
        )
    }

    private mutating func step() {
        switch modes.last {
        case .literal(let hashes, let isMultiline):
            stepInLiteral(hashes: hashes, isMultiline: isMultiline)
        case .code(let openParentheses):
            stepInCode(openParentheses: openParentheses)
        case nil:
            modes = [.code(openParentheses: 0)]
        }
    }
}

// MARK: - Code

extension SwiftLexer {
    private mutating func stepInCode(openParentheses: Int) {
        if follows("//") {
            while index < input.count, input[index] != UInt8(ascii: "\n") { takeComment() }
        } else if follows("/*") {
            takeBlockComment()
        } else if let opening = literalOpening() {
            takeCode(opening.hashes + (opening.isMultiline ? 3 : 1))
            modes.append(.literal(hashes: opening.hashes, isMultiline: opening.isMultiline))
        } else if follows("(") {
            modes[modes.count - 1] = .code(openParentheses: openParentheses + 1)
            takeCode(1)
        } else if follows(")"), openParentheses > 0 {
            modes[modes.count - 1] = .code(openParentheses: openParentheses - 1)
            takeCode(1)
        } else if follows(")"), modes.count > 1 {
            modes.removeLast()
            takeCode(1)
        } else {
            takeCode(1)
        }
    }

    /// Block comments nest in Swift.
    private mutating func takeBlockComment() {
        var depth = 0
        repeat {
            if follows("/*") {
                depth += 1
                takeComment()
            } else if follows("*/") {
                depth -= 1
                takeComment()
            }
            takeComment()
        } while depth > 0 && index < input.count
    }

    private func literalOpening() -> (hashes: Int, isMultiline: Bool)? {
        var hashes = 0
        while byte(at: index + hashes) == UInt8(ascii: "#") { hashes += 1 }
        guard follows("\"", at: index + hashes) else { return nil }
        return (hashes, follows("\"\"\"", at: index + hashes))
    }
}

// MARK: - Literals

extension SwiftLexer {
    private mutating func stepInLiteral(hashes: Int, isMultiline: Bool) {
        let escape = "\\" + String(repeating: "#", count: hashes)
        let end = (isMultiline ? "\"\"\"" : "\"") + String(repeating: "#", count: hashes)
        if follows(escape + "(") {
            blank(escape.utf8.count)
            takeCode(1)
            modes.append(.code(openParentheses: 0))
        } else if follows(escape) {
            blank(escape.utf8.count + 1)
        } else if follows(end) {
            takeCode(end.utf8.count)
            modes.removeLast()
        } else if !isMultiline && follows("\n") {
            // Not a literal after all: what is not Swift must not blank the rest of the file.
            modes.removeLast()
        } else {
            blank(1)
        }
    }
}

// MARK: - Bytes

extension SwiftLexer {
    private func byte(at index: Int) -> UInt8? {
        index < input.count ? input[index] : nil
    }

    private func follows(_ text: String) -> Bool {
        follows(text, at: index)
    }

    private func follows(_ text: String, at start: Int) -> Bool {
        var position = start
        for expected in text.utf8 {
            if byte(at: position) != expected { return false }
            position += 1
        }
        return true
    }

    private mutating func takeCode(_ count: Int) {
        emit(count) { ($0, UInt8(ascii: " ")) }
    }

    private mutating func takeComment() {
        emit(1) { (UInt8(ascii: " "), $0) }
    }

    private mutating func blank(_ count: Int) {
        emit(count) { _ in (UInt8(ascii: " "), UInt8(ascii: " ")) }
    }

    private mutating func emit(_ count: Int, _ outputs: (UInt8) -> (UInt8, UInt8)) {
        for _ in 0..<count {
            guard let next = byte(at: index) else { return }
            let isBreak = next == UInt8(ascii: "\n")
            let (codeByte, commentByte) = isBreak ? (next, next) : outputs(next)
            code.append(codeByte)
            comments.append(commentByte)
            index += 1
        }
    }
}
