import Foundation
import LogJobs
import Testing

@testable import LogJobsTool

/// What the tool prints of the golden store of the format's version 1, word for word.
///
/// `LOGJOBS_GOLDEN=write` writes the files anew.
@Suite("Golden outputs") struct GoldenOutputTests {
    private static let here = URL(filePath: #filePath).deletingLastPathComponent()

    /// All that read, but for what depends on the time of the day.
    static let calls: [(name: String, arguments: [String])] = [
        ("info", ["info"]), ("list", ["list", "--limit", "1000"]), ("show", ["show", "2"]),
        ("history", ["history", "2"]), ("errors", ["errors"]), ("at", ["at", "12"]),
        ("diff", ["diff", "8", "30"]), ("verify", ["verify"]), ("stats", ["stats"]),
        ("tail", ["tail", "-n", "1000"]), ("export-events", ["export", "events"]),
        ("export-jobs", ["export", "jobs"]),
    ]

    @Test(arguments: calls.indices, ["text", "json"])
    func isTheSame(index: Int, format: String) throws {
        let folder = NSTemporaryDirectory() + "logjobs-golden-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Self.unpackStore(into: folder)
        let call = Self.calls[index]
        let isExport = call.arguments[0] == "export"
        let option = format == "json" ? ["--json"] : isExport ? ["--csv"] : []
        let report = try CommandParser.invocation(call.arguments + option + [folder]).report()
        #expect(report.status == .fine)
        let text = report.lines.map { $0 + "\n" }.joined()
            .replacingOccurrences(of: JSONText.escaped(folder), with: "FOLDER")
            .replacingOccurrences(of: folder, with: "FOLDER")
        let file = Self.here.appending(path: "Golden/\(call.name).\(format)")
        if ProcessInfo.processInfo.environment["LOGJOBS_GOLDEN"] == "write" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(text == (try String(contentsOf: file, encoding: .utf8)))
    }

    private static func unpackStore(into folder: String) throws {
        let fixture = here.deletingLastPathComponent()
            .appending(path: "LogJobsTests/Golden/Fixtures/v1/closed.txt")
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false
        )
        var (name, data) = ("", Data())
        func write() throws {
            if !name.isEmpty { try data.write(to: URL(filePath: folder + "/" + name)) }
        }
        for line in try String(contentsOf: fixture, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "file" {
                try write()
                name = String(words[1])
                data = Data(count: try #require(Int(words[2])))
            } else {
                let start = try #require(Int(words[0]))
                let digits = Array(words[1])
                for (place, index) in stride(from: 0, to: digits.count, by: 2).enumerated() {
                    let byte = UInt8(String(digits[index..<index + 2]), radix: 16)
                    data[start + place] = try #require(byte)
                }
            }
        }
        try write()
    }
}

/// How JSON writes a path.
private enum JSONText {
    static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "/", with: "\\/")
    }
}
