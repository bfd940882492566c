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
        cells.append(Self.quoted(Self.isFormula(text) ? "'" + text : text))
    }

    /// Whether a spreadsheet might take a text for one: by its first scalar, since marks that are
    /// put on it make another character of it and no other formula; blanks before it are skipped
    /// by some, and the wide and the small forms understood.
    private static func isFormula(_ text: String) -> Bool {
        let first = text.unicodeScalars.first { scalar in
            !scalar.properties.isWhitespace && scalar.properties.generalCategory != .format
        }
        let signs = "=+-@\\\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}\u{FE66}\u{FE62}\u{FE63}\u{FE6B}\u{2212}"
        return first.map(signs.unicodeScalars.contains) ?? false
    }

    /// The line; with what a `\n` makes a line's end of.
    var line: String { cells.joined(separator: ",") + "\r" }

    private static func quoted(_ text: String) -> String {
        // Where commas are in numbers, spreadsheets separate cells by semicolons.
        guard text.unicodeScalars.contains(where: { ",;\"\r\n".unicodeScalars.contains($0) }) else {
            return text
        }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
