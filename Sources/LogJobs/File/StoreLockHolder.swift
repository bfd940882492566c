import LazyJobs

/// The process that has a store open, as it wrote itself into `LOCK`.
///
/// One line of printable ASCII, `pid=7 boot=… host=… started=…`, fields without a value left out.
package struct StoreLockHolder: Hashable, Sendable {
    /// The longest line that is written or read.
    package static let lineSizeMax = 1024

    package var process: ProcessIdentity
    /// When it opened the store, as text for people.
    package var startTime: String

    package init(process: ProcessIdentity, startTime: String) {
        self.process = process
        self.startTime = startTime
    }

    /// A process that takes the lock now.
    init(_ process: ProcessIdentity, now clock: any JobClock) {
        self.init(process: process, startTime: RFC3339.string(from: Timestamp(clock.now)))
    }

    /// The line of the file, newline included.
    package var line: String {
        let fields = [
            ("pid", String(process.pid)), ("boot", process.bootID), ("host", process.host),
            ("started", startTime),
        ]
        let words = fields.filter { !$0.1.isEmpty }.map { "\($0)=\(Self.word($1))" }
        return words.joined(separator: " ") + "\n"
    }

    /// Reads the first line; `nil` for anything that is not one.
    ///
    /// The file may hold anything: half a line of a process that died, or another program's text.
    /// It ends up in messages and on terminals, so only printable ASCII is let through.
    package init?(line bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        guard bytes[..<end].allSatisfy(Self.isPrintable) else { return nil }
        var fields: [Substring: String] = [:]
        for word in String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            fields[parts[0]] = String(parts[1])
        }
        guard let pid = fields["pid"].flatMap({ Int32($0) }), pid > 0 else { return nil }
        process = ProcessIdentity(
            pid: pid,
            bootID: fields["boot"] ?? "",
            host: fields["host"] ?? ""
        )
        startTime = fields["started"] ?? ""
    }

    /// A value as one word: short, and without what would end the word or the line.
    private static func word(_ text: String) -> String {
        let bytes = text.utf8.prefix(lineSizeMax / 4 - 16)
        let legible = bytes.map { byte in
            isPrintable(byte) && byte != UInt8(ascii: " ") ? byte : UInt8(ascii: "_")
        }
        return String(decoding: legible, as: UTF8.self)
    }

    private static func isPrintable(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte)
    }
}
