import Foundation

/// The tool `logjobs`: reads a store and prints what it finds; a few verbs change it.
///
/// What stands in a store is read by LogJobs; here arguments become a ``Command``, and values
/// lines of text.
package struct Program {
    /// Answers the arguments of the process, and ends it.
    package static func main() async {
        let status = await run(Array(CommandLine.arguments.dropFirst()))
        exit(status.rawValue)
    }

    private static func run(_ arguments: [String]) async -> ExitStatus {
        do {
            let report = try await report(arguments)
            var remarks = LineOutput(.standardError)
            for remark in report.remarks { try remarks.write("logjobs: \(remark)") }
            try remarks.flush()
            return report.status
        } catch {
            let failure = Failure(error)
            var output = LineOutput(.standardError)
            do {
                try output.write("logjobs: \(failure.message)")
                try output.flush()
            } catch {
                // When standard error is gone too, the exit status is all that can be said.
            }
            return failure.status
        }
    }

    /// Does what was asked, and prints the answer.
    private static func report(_ arguments: [String]) async throws -> Report {
        var output = LineOutput(.standardOutput)
        var report: Report
        if let change = try ChangeParser.answer(arguments) {
            let progress = ProgressBar.onTerminal(besidesOutput: change.isHandedOut)
            defer { progress.end() }
            report = try await change.report(progress)
        } else {
            let invocation = try CommandParser.invocation(arguments)
            let progress = ProgressBar.onTerminal(besidesOutput: invocation.isHandedOut)
            let surroundings = Surroundings(progress: progress)
            let isDone = try await invocation.follow(surroundings) { remark in
                var output = LineOutput(.standardError)
                try output.write("logjobs: \(remark)")
                try output.flush()
            } _: { line in
                try output.write(line)
                try output.flush()
            }
            if isDone { return Report(lines: []) }
            report = try invocation.answer(surroundings) { try output.write($0) }
        }
        for line in report.lines { try output.write(line) }
        try output.flush()
        report.lines = []
        return report
    }
}

/// Lines on their way to a file, many at a time.
private struct LineOutput {
    private static let sizeMax = 64 << 10

    private let file: Foundation.FileHandle
    private var bytes = Data()

    init(_ file: Foundation.FileHandle) {
        self.file = file
    }

    mutating func write(_ line: String) throws {
        bytes.append(contentsOf: line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count >= Self.sizeMax { try flush() }
    }

    mutating func flush() throws {
        guard !bytes.isEmpty else { return }
        do {
            try file.write(contentsOf: bytes)
        } catch {
            throw OutputError(reason: SystemReason(error).description)
        }
        bytes = Data()
    }
}

/// Why an answer could not be printed.
private struct OutputError: Error, CustomStringConvertible {
    var reason: String

    var description: String { "Could not write the answer: \(reason)" }
}
