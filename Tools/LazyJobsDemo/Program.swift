import Foundation
import LazyJobs
import LogJobs

/// The demo: compresses every file of a folder by durable jobs, dies half way, and goes on.
///
/// `Tools/demo` calls it several times with the same output folder, one verb after the other.
@main
struct Program {
    private static let usage = """
        usage: LazyJobsDemo work [--die-half-way] FOLDER OUT
               LazyJobsDemo compare OUT
               LazyJobsDemo interrupted OUT

        work         enqueues a job for each regular file under FOLDER, unless OUT has them
                     already, and works them; with --die-half-way until half is done, and then
                     kills itself with SIGKILL
        compare      decompresses what was made of every file, and compares it byte for byte
        interrupted  prints the number of a job that the kill interrupted, if there is one

        """

    static func main() async {
        do {
            exit(try await run(Array(CommandLine.arguments.dropFirst())) ? 0 : 1)
        } catch {
            Console.complain("error: \(text(of: error))")
            exit(3)
        }
    }

    /// An error for people: those of the store say it all in their message.
    private static func text(of error: any Error) -> String {
        switch error {
        case let error as LogStoreError: error.message
        case let error as BackendError: error.message
        default: "\(error)"
        }
    }

    /// Does what the arguments say.
    ///
    /// - Returns: Whether all was as it should be.
    private static func run(_ arguments: [String]) async throws -> Bool {
        switch (arguments.first, arguments.count) {
        case ("work", 3):
            return try await Working(folder: folder(2), output: Output(arguments[2])).run()
        case ("work", 4) where arguments[1] == "--die-half-way":
            return try await Working(
                folder: folder(3),
                output: Output(arguments[3]),
                diesHalfWay: true
            ).run()
        case ("compare", 2):
            var comparison = Comparison(output: Output(arguments[1]))
            return try comparison.run()
        case ("interrupted", 2):
            return try Bookkeeping(Output(arguments[1])).interrupted.first.map {
                Console.say("\($0)")
            } != nil
        default:
            Console.complain(usage)
            exit(2)
        }
    }

    /// An argument as the bytes that it is; Swift's own array of them repairs what is not UTF-8.
    private static func folder(_ index: Int) -> BytePath {
        // SAFETY: the callers have seen by the count that the argument is there; the kernel ends
        // each with zero, and nobody changes them.
        guard let argument = unsafe CommandLine.unsafeArgv[index] else { return BytePath("") }
        return unsafe argument.withMemoryRebound(to: UInt8.self, capacity: strlen(argument)) {
            start in
            unsafe BytePath(
                bytes: Array(UnsafeBufferPointer(start: start, count: strlen(argument)))
            )
        }
    }
}
