/// Rows of text under headings, each column as wide as its widest cell.
struct TextTable {
    private let headings: [String]
    private let numbers: Set<Int>
    private var rows: [[String]] = []

    /// Makes a table; the columns in `numbers` are set to the right.
    init(_ headings: [String], numbers: Set<Int> = []) {
        self.headings = headings
        self.numbers = numbers
    }

    mutating func add(_ cells: [String]) {
        precondition(cells.count == headings.count, "A row has a cell for each heading.")
        rows.append(cells)
    }

    /// The table; no line ends in spaces.
    var lines: [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { cells in
            let line = cells.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return numbers.contains(column) ? space + cell : cell + space
            }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Names and values below each other.
    static func properties(_ properties: [(name: String, value: String)]) -> [String] {
        let width = properties.map(\.name.count).max() ?? 0
        return properties.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + value
        }
    }
}
