import Testing

@Suite("SwiftLexer") struct SwiftLexerTests {
    @Test(
        "code is told from comments and from what literals say",
        arguments: [
            ("a // b", "a     ", "  // b"),
            ("a /* b /* c */ d */ e", "a                   e", "  /* b /* c */ d */  "),
            ("\"a // b\" c", "\"      \" c", "          "),
            (#""\" // a" b"#, #""       " b"#, "           "),
            (#""a\(b("c"))d" e"#, #""  (b(" ")) " e"#, "               "),
            (##"#"a"\(b)\#(c)"# d"##, ##"#"        (c)"# d"##, "                 "),
        ]
    )
    func separates(source: String, code: String, comments: String) {
        let split = SwiftLexer.split(source)
        #expect(split.code == code)
        #expect(split.comments == comments)
    }

    @Test("a literal of one line ends with it, one of many lines at its last quotes")
    func keepsLines() {
        let multiline = SwiftLexer.split("\"\"\"\n\"a\" // b\n\"\"\" c")
        #expect(multiline.code == "\"\"\"\n        \n\"\"\" c")
        #expect(multiline.comments == "   \n        \n     ")
        let unfinished = SwiftLexer.split("\"a\nb // c")
        #expect(unfinished.code == "\" \nb     ")
        #expect(unfinished.comments == "  \n  // c")
    }

    @Test("tokens are words and single signs, with their lines")
    func cutsTokens() {
        let tokens = Token.tokens(of: "@a b.c2\n#if(é)")
        #expect(tokens.map(\.text) == ["@a", "b", ".", "c2", "#if", "(", "é", ")"])
        #expect(tokens.map(\.line) == [1, 1, 1, 1, 2, 2, 2, 2])
    }
}
