/// A line of comma-separated values (RFC 4180).
///
/// What comes from the store is made fit for a spreadsheet: a text that one might take for a
/// formula begins with a single quote.
struct CSVRow {
    private var cells: [String] = []

    init(_ headings: [String] = []) {
        for heading in headings { add(word: heading) }
    }

    /// Adds what is the tool's own: a number, a time, a name of a state.
    mutating func add(word: String?) {
        cells.append(Self.quoted(word ?? ""))
    }

    /// Adds a number.
    mutating func add(_ number: (some BinaryInteger)?) {
        add(word: number.map { String($0) })
    }

    /// Adds a text from the store.
    mutating func add(text: String?) {
        let text = PlainText.escaped(text ?? "")
        let isFormula = text.first.map { "=+-@\\".contains($0) } ?? false
        cells.append(Self.quoted(isFormula ? "'" + text : text))
    }

    /// The line; with what a `\n` makes a line's end of.
    var line: String { cells.joined(separator: ",") + "\r" }

    private static func quoted(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else {
            return text
        }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
