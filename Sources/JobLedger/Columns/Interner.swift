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

    /// The tokens in use, in no particular order.
    var usedTokens: some Sequence<Token> { tokens.values }

    /// Adds one use of a name.
    mutating func retain(_ name: String) -> Token {
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
