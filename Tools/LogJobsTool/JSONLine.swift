import Foundation

/// One object on one line, for programs.
enum JSONLine {
    /// Encodes a value with sorted keys.
    ///
    /// JSON escapes the controls below U+0020 itself. The rest of what ``PlainText`` keeps from a
    /// terminal can only stand inside of strings, so it may be escaped afterwards.
    static func string(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        guard text.unicodeScalars.contains(where: PlainText.isActive) else { return text }
        return text.unicodeScalars.map { scalar in
            PlainText.isActive(scalar)
                ? "\\u" + String(format: "%04x", scalar.value) : String(scalar)
        }.joined()
    }
}
