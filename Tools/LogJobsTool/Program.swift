import Foundation

/// The tool `logjobs`: reads a store and prints what it finds; a few verbs change it.
///
/// What stands in a store is read by LogJobs; here arguments become a ``Command``, and values
/// lines of text.
@main
struct Program {
    static func main() async {
        let status = await run(Array(CommandLine.arguments.dropFirst()))
        exit(status.rawValue)
    }

    private static func run(_ arguments: [String]) async -> ExitStatus {
        do {
            let change = try ChangeParser.answer(arguments)
            let report =
                try await change?.report() ?? CommandParser.invocation(arguments).report()
            try write(report.lines, to: .standardOutput)
            try write(report.remarks.map { "logjobs: \($0)" }, to: .standardError)
            return report.status
        } catch {
            let failure = Failure(error)
            // When standard error is gone too, the exit status is all that can be said.
            try? write(["logjobs: \(failure.message)"], to: .standardError)
            return failure.status
        }
    }

    private static func write(_ lines: [String], to file: Foundation.FileHandle) throws {
        let text = lines.map { $0 + "\n" }.joined()
        try file.write(contentsOf: Data(text.utf8))
    }
}
