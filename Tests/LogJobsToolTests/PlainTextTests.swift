import LazyJobs
import Testing

@testable import LogJobsTool

@Suite("PlainText") struct PlainTextTests {
    @Test("what a terminal would act on is escaped, and all else stays")
    func escapes() {
        #expect(PlainText.escaped("größer 漢字 🦆") == "größer 漢字 🦆")
        #expect(PlainText.escaped("a\tb\r\nc") == #"a\tb\r\nc"#)
        #expect(PlainText.escaped("\u{1B}]0;title\u{7}") == #"\u{1b}]0;title\u{7}"#)
        #expect(PlainText.escaped("\u{9B}31m\u{7F}\u{202E}") == #"\u{9b}31m\u{7f}\u{202e}"#)
        #expect(PlainText.escaped("\u{206F}\u{E0041}") == #"\u{206f}\u{e0041}"#)
        #expect(PlainText.escaped(#"C:\new"#) == #"C:\\new"#)
    }

    @Test("JSON is escaped where JSON itself would not, and is still the same JSON")
    func escapesJSON() throws {
        #expect(try JSONLine.string(["a": "\u{9B}31m"]) == #"{"a":"\u009b31m"}"#)
        #expect(try JSONLine.string(["a": "\u{2028}/\u{1B}"]) == #"{"a":"\u2028/\u001b"}"#)
    }

    @Test("quantities read well")
    func printsQuantities() {
        #expect(Quantity.count(1, "job") == "1 job")
        #expect(Quantity.count(1_234_567, "job") == "1,234,567 jobs")
        #expect(Quantity.bytes(1) == "1 byte")
        #expect(Quantity.bytes(1023) == "1023 bytes")
        #expect(Quantity.bytes(1024) == "1.0 KiB")
        #expect(Quantity.bytes(1_048_575) == "1.0 MiB")
        #expect(Quantity.bytes(.max) == "16.0 EiB")
        #expect(Quantity.duration(.microseconds(1_234_567)) == "1.23s")
        #expect(Quantity.duration(.microseconds(999)) == "999µs")
        #expect(Quantity.duration(.seconds(3725)) == "1h2m5s")
        #expect(Quantity.duration(.zero) == "0s")
    }

    @Test("a table is as wide as its cells, and no line ends in spaces")
    func printsTable() {
        var table = TextTable(["N", "NAME", "X"], numbers: [0])
        table.add(["1", "a", ""])
        table.add(["20", "größer", "y"])
        #expect(table.lines == [" N  NAME    X", " 1  a", "20  größer  y"])
    }
}
