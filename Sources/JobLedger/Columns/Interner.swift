/// Names that many jobs share, each kept once, for as long as something uses it.
///
/// Invariants: a token in use has a count above zero and stands in the index under its name; every
/// other token is free to be given to the next new name, and is not among the recent ones.
struct Interner: Sendable {
    /// What stands for a name.
    typealias Token = UInt32

    /// No name.
    static let none = Token.max

    private var tokens = KeyIndex<Token>()
    private var names = ChunkedColumn<String>()
    private var useCounts = ChunkedColumn<UInt32>()
    private var freeTokens: [Token] = []
    /// What was asked for, by the place of its print: most jobs have one of a few names.
    private var recent = [Recent?](repeating: nil, count: 64)

    private struct Recent: Sendable {
        var print: TextPrint
        var token: Token
    }

    /// The tokens in use, in no particular order.
    var usedTokens: some Sequence<Token> { tokens.values }

    /// Adds one use of a name.
    mutating func retain(_ name: String) -> Token {
        let print = TextPrint(name)
        if let print, let token = recentToken(of: name, print) {
            useCounts[Int(token)] += 1
            return token
        }
        let token = retainAny(name)
        if let print { recent[print.place] = Recent(print: print, token: token) }
        return token
    }

    private func recentToken(of name: String, _ print: TextPrint) -> Token? {
        guard let found = recent[print.place], found.print == print,
            print.isWhole || TextKey(names[Int(found.token)]) == TextKey(name)
        else { return nil }
        return found.token
    }

    private mutating func retainAny(_ name: String) -> Token {
        var name = name
        // Its print, by which it is forgotten, is that of any text like it.
        name.makeContiguousUTF8()
        if let token = tokens[name] {
            useCounts[Int(token)] += 1
            return token
        }
        let token: Token
        if let free = freeTokens.popLast() {
            token = free
            names[Int(token)] = name
            useCounts[Int(token)] = 1
        } else {
            token = Token(names.count)
            names.append(name)
            useCounts.append(1)
        }
        tokens[name] = token
        return token
    }

    /// Adds one use of a name that is in use.
    mutating func retain(_ token: Token) {
        useCounts[Int(token)] += 1
    }

    /// The names by token; empty where a token is free.
    var allNames: [String] { (0..<names.count).map { names[$0] } }

    /// Takes one use back; the last one frees the token.
    mutating func release(_ token: Token) {
        useCounts[Int(token)] -= 1
        guard useCounts[Int(token)] == 0 else { return }
        if let print = TextPrint(names[Int(token)]), recent[print.place]?.token == token {
            recent[print.place] = nil
        }
        tokens[names[Int(token)]] = nil
        names[Int(token)] = ""
        freeTokens.append(token)
    }

    /// The token of a name that is in use.
    func token(of name: String) -> Token? {
        tokens[name]
    }

    func name(_ token: Token) -> String {
        names[Int(token)]
    }

    func useCount(_ token: Token) -> Int {
        Int(useCounts[Int(token)])
    }
}
