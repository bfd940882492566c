import Foundation
import LazyJobs

/// Text from a store made fit for a terminal.
///
/// Kinds, errors and names come from anywhere. What could move the cursor, change colours or
/// reorder the line is printed as an escape, and so is the backslash, so that it can be read back.
enum PlainText {
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 == "\\" || isActive($0) }) else {
            return text
        }
        return text.unicodeScalars.map(escaped).joined()
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case _ where isActive(scalar): "\\u{" + String(scalar.value, radix: 16) + "}"
        default: String(scalar)
        }
    }

    /// Whether a terminal might do more with a character than to show it: controls, the breaks of
    /// lines and paragraphs, what sets the direction or the shapes of writing, and tags, which
    /// nobody sees.
    static func isActive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x206F: true
        case 0xE0000...0xE007F: true
        default: false
        }
    }
}

/// Numbers in words for people.
enum Quantity {
    /// A count with its noun: `1 job`, `12,345 jobs`.
    static func count(_ number: Int, _ noun: String) -> String {
        digits(UInt64(max(0, number))) + " " + noun + (number == 1 ? "" : "s")
    }

    /// A number with its thousands set apart.
    static func digits(_ number: UInt64) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// A size: exact below a KiB, with one decimal above.
    static func bytes(_ size: UInt64) -> String {
        guard size >= 1024 else { return size == 1 ? "1 byte" : "\(size) bytes" }
        var value = Double(size) / 1024
        var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
        while value >= 1023.95, units.count > 1 {
            value /= 1024
            units.removeFirst()
        }
        return String(format: "%.1f ", value) + (units.first ?? "")
    }

    /// A duration that says how much it is and no more: three digits at the most count.
    static func duration(_ duration: Duration) -> String {
        let microseconds = duration.wholeMicroseconds
        var step: Int64 = 1
        while microseconds.magnitude / step.magnitude >= 1000, step < 1_000_000 { step *= 10 }
        let rounded = microseconds / step * step
        return GoDuration.string(from: .microseconds(rounded))
    }
}
