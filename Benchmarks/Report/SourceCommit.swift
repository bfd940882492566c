import Foundation

/// The commit of the sources that the program was built from.
enum SourceCommit {
    /// What git calls it; `nil` if the sources are gone, there is no git, or it does not keep them.
    static func description() -> String? {
        let source = URL(filePath: #filePath).path
        guard FileManager.default.fileExists(atPath: source) else { return nil }
        let folder = URL(filePath: source).deletingLastPathComponent().path
        // A repository around the sources may be about something else.
        guard git(["ls-files", source], in: folder) != nil else { return nil }
        return git(["describe", "--always", "--dirty"], in: folder)
    }

    /// What git says; `nil` if that is nothing.
    private static func git(_ arguments: [String], in folder: String) -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = Foundation.FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: bytes, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }
}
