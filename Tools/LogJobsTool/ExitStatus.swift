import LazyJobs
import LogJobs

/// How the tool ends, as scripts see it.
enum ExitStatus: Int32 {
    /// All is well; a torn tail is well too.
    case fine = 0
    /// The store is damaged.
    case damage = 1
    /// The tool was called wrongly, or asked for a job that is not there.
    case usage = 2
    /// The store could not be read, or the output not be written.
    case inputOutput = 3
}

/// The tool was called wrongly.
package struct UsageError: Error, Equatable {
    /// What is wrong, and what to do instead.
    package var message: String

    init(_ message: String) {
        self.message = message
    }
}

/// Why the tool ends without an answer.
struct Failure: Equatable {
    var message: String
    var status: ExitStatus

    /// Judges an error; its text is made safe to print.
    init(_ error: any Error) {
        switch error {
        case let error as UsageError:
            message = PlainText.escaped(error.message)
            status = .usage
        case let error as LogStoreError:
            message = PlainText.escaped(error.message)
            status = Self.status(of: error.code)
        case let error as BackendError:
            message = PlainText.escaped(error.message)
            status = error.code == .invalidRequest ? .usage : .inputOutput
        default:
            message = PlainText.escaped("\(error)")
            status = .inputOutput
        }
    }

    /// Damage is what the store's own bytes show; all else is about getting at them.
    static func status(of code: LogStoreError.Code) -> ExitStatus {
        switch code {
        case .corruption, .missingSegment, .manifestMissing: .damage
        case .notFound, .locked, .notOurs, .tooNew, .inputOutput, .storageFull, .retired:
            .inputOutput
        case .unknownPast: .usage
        }
    }
}
