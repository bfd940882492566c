import LazyJobs
import LogJobs

/// What the message of an error owes to whoever reads it.
enum ErrorSentence {
    /// What is wrong with an error of a store; `nil` when it is one of its own and says what it
    /// should: the operation, its object, the reason and the remedy, and no payload.
    static func fault(in error: any Error) -> String? {
        switch error {
        case let error as BackendError:
            fault(in: error.message, error.description, cause: error.cause)
        case let error as LogStoreError:
            fault(in: error.message, error.description, cause: error.cause)
        default:
            "it is of no type of ours"
        }
    }

    private static func fault(
        in message: String,
        _ description: String,
        cause: (any Error)?
    ) -> String? {
        guard message.hasPrefix("Could not ") || message.hasPrefix("The store ") else {
            return "it does not begin with the operation or the object"
        }
        guard message.hasSuffix(".") else { return "it does not end as a sentence" }
        let remedies = [
            "Open it again", "pen the store again", "try again", "Mend ", "Free space", "Restore",
            "Put the",
        ]
        guard remedies.contains(where: message.contains) else { return "it names no remedy" }
        if let call = cause as? SystemCallError {
            guard message.contains("\(call)") else { return "it does not tell the reason" }
        }
        guard message.count < 800, !description.contains("JobPayload") else {
            return "it shows more than anybody should see"
        }
        return nil
    }
}
