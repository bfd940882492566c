/// Names that many jobs share, each kept once, for as long as something uses it.
///
/// Invariants: a token in use has a count above zero and stands in the index under its name; every
/// other token is free to be given to the next new name.
struct Interner: Sendable {
    /// What stands for a name.
    typealias Token = UInt32

    /// No name.
    static let none = Token.max

    private var tokens = KeyIndex<Token>()
    private var names = ChunkedColumn<String>()
    private var useCounts = ChunkedColumn<UInt32>()
    private var freeTokens: [Token] = []
    /// Tokens that were asked for, by the digest of their names: most jobs have one of a few.
    private var recent = Array(repeating: Self.none, count: Self.recentCount)
    private static let recentCount = 64

    /// The tokens in use, in no particular order.
    var usedTokens: some Sequence<Token> { tokens.values }

    /// Adds one use of a name.
    mutating func retain(_ name: String) -> Token {
        let place = TextKey(name).digest & (Self.recentCount - 1)
        if let token = token(of: name, recentAt: place) ?? tokens[name] {
            useCounts[Int(token)] += 1
            if recent[place] != token { recent[place] = token }
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

    private func token(of name: String, recentAt place: Int) -> Token? {
        let token = recent[place]
        guard token != Self.none, useCounts[Int(token)] > 0,
            TextKey(names[Int(token)]) == TextKey(name)
        else { return nil }
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
