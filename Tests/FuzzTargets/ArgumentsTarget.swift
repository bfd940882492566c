import Foundation
import LogJobsTool

/// The arguments of the tool, one on each line; its filters are among them.
enum ArgumentsTarget {
    private static let now = Date(timeIntervalSince1970: 1_784_885_400)

    static func run(_ bytes: [UInt8]) {
        let arguments = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        do throws(UsageError) {
            let invocation = try CommandParser.invocation(arguments, now: now)
            let again = try CommandParser.invocation(arguments, now: now)
            precondition(invocation == again, "the same arguments mean something else")
        } catch {
            precondition(!error.message.isEmpty, "nothing says what is wrong")
        }
        do throws(UsageError) {
            _ = try ChangeParser.answer(arguments)
        } catch {
            precondition(!error.message.isEmpty, "nothing says what is wrong")
        }
    }
}
