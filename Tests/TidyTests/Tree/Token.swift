/// A word or a sign of code, and its line.
struct Token: Hashable, Sendable {
    /// A name, keyword or number (with its `@` or `#`), or one other character.
    let text: String
    /// The line it is on, from 1.
    let line: Int
    /// Whether it follows the one before without a blank: `try !a` is not `try! a`.
    var isAttached = false

    /// Whether it is a name, keyword or number.
    var isWord: Bool {
        text.utf8.first.map { Self.isWordByte($0) || $0 == UInt8(ascii: "@") } ?? false
    }

    /// Cuts code into tokens; blanks only separate.
    static func tokens(of code: String) -> [Token] {
        var tokens: [Token] = []
        var word: [UInt8] = []
        var line = 1
        var isAttached = false
        func append(_ text: String) {
            tokens.append(Token(text: text, line: line, isAttached: isAttached))
            isAttached = true
        }
        func endWord() {
            if word.isEmpty { return }
            append(String(decoding: word, as: UTF8.self))
            word.removeAll(keepingCapacity: true)
        }
        for byte in code.utf8 {
            if isWordByte(byte) {
                word.append(byte)
                continue
            }
            endWord()
            switch byte {
            case UInt8(ascii: "@"), UInt8(ascii: "#"): word.append(byte)
            case UInt8(ascii: "\n"):
                line += 1
                isAttached = false
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): isAttached = false
            default: append(String(UnicodeScalar(byte)))
            }
        }
        endWord()
        return tokens
    }

    /// Letters, digits, the underscore and all that is not ASCII.
    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default:
            false
        }
    }
}
