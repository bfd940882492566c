import Foundation

/// Where the demo talks: without a buffer, so that nothing said is lost when the process dies.
enum Console {
    /// Whether someone looks at the output, rather than a file or a pipe.
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// A count with its noun: `1 job`, `2 jobs`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)" + (number == 1 ? "" : "s")
    }

    static func say(_ text: String) {
        write(text + "\n", to: .standardOutput)
    }

    /// Writes a line over the last one that was written so.
    static func overwrite(_ text: String) {
        write("\r" + text, to: .standardOutput)
    }

    static func complain(_ text: String) {
        write(text + "\n", to: .standardError)
    }

    /// Output that nobody takes is no reason to lose work.
    private static func write(_ text: String, to file: Foundation.FileHandle) {
        try? file.write(contentsOf: Data(text.utf8))
    }
}
