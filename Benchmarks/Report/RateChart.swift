import Foundation

/// The rates of lanes as bars, with the slowest and the fastest round as a line through each end.
///
/// One SVG file, which needs nothing else. Lanes that keep nothing are left out: beside memory the
/// bars of all others would be too short to be told apart.
struct RateChart {
    private static let width = 720.0
    private static let labelWidth = 210.0
    private static let valueWidth = 90.0
    private static let barHeight = 18.0
    private static let rowHeight = 28.0
    private static let headHeight = 56.0

    private let name: String
    /// In words; empty if none is.
    private let omission: String
    private let rows: [Comparison.Row]

    /// A chart of a measurement; `nil` if it has no lanes that keep anything.
    init?(_ report: MeasurementReport) {
        name = report.name
        rows = report.rows.filter { $0.durability != .none }
        let omitted = report.rows.filter { $0.durability == .none }.map(\.name)
        omission = omitted.isEmpty ? "" : "; not drawn: " + omitted.joined(separator: ", ")
        if rows.isEmpty { return nil }
    }

    /// The measurement's name, as that of a file.
    var fileName: String {
        let words = name.split { !$0.isLetter && !$0.isNumber }
        return words.joined(separator: "-") + ".svg"
    }

    func svg() -> String {
        let height = Self.headHeight + Self.rowHeight * Double(rows.count) + 8
        let body = rows.enumerated().map { bar($1, at: Self.headHeight, index: $0) }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(height)" \
            viewBox="0 0 \(Self.width) \(height)" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="8" y="20" font-size="15">\(escaped(name))</text>
            <text x="8" y="40" fill="#555555">jobs a second: the middle round; the line goes from \
            the slowest to the fastest\(escaped(omission))</text>
            \(body.joined(separator: "\n"))
            </svg>

            """
    }

    private func bar(_ row: Comparison.Row, at top: Double, index: Int) -> String {
        let rate = row.summary.rate
        let y = top + Self.rowHeight * Double(index)
        let middle = y + Self.barHeight / 2
        let (start, end) = (Self.labelWidth, x(rate.median))
        let color = row.name.hasPrefix(LaneName.log) ? "#2f6f9f" : "#b8bfc6"
        return """
            <text x="8" y="\(middle + 4)">\(escaped(row.name))</text>
            <rect x="\(start)" y="\(y)" width="\(number(end - start))" \
            height="\(Self.barHeight)" fill="\(color)"/>
            <line x1="\(number(x(rate.min)))" x2="\(number(x(rate.max)))" y1="\(middle)" \
            y2="\(middle)" stroke="#222222"/>
            <text x="\(number(x(rate.max) + 8))" y="\(middle + 4)">\(Figure.number(rate.median))\
            </text>
            """
    }

    private func x(_ rate: Double) -> Double {
        let most = rows.map(\.summary.rate.max).max() ?? 1
        let room = Self.width - Self.labelWidth - Self.valueWidth
        return Self.labelWidth + room * rate / most
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }

    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;")
            .replacingOccurrences(of: "<", with: "&lt;")
    }
}
