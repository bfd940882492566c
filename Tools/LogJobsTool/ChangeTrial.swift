import LazyJobs
import LogJobs

/// Foretells what a store would refuse, in its own words, from what only reads it.
struct ChangeTrial {
    private let verb: ChangeVerb
    private let reader: LogReader
    /// Who holds which unique key, once that was asked; those that are retried hold theirs again.
    private var keyHolders: [String: JobID]?

    init(_ verb: ChangeVerb, of reader: LogReader) {
        self.verb = verb
        self.reader = reader
    }

    /// Why the next job would be refused; `nil` when it would not.
    mutating func refusal(of id: JobID) -> String? {
        reason(id).map { "Could not \(verb) job \(id): \($0)" }
    }

    private mutating func reason(_ id: JobID) -> String? {
        guard let record = reader.record(of: id) else {
            return "the store has no such job (any more)."
        }
        switch verb {
        case .cancel:
            return record.state.isFinal ? "it has ended, as \(record.state.rawValue)." : nil
        case .prune:
            return record.state.isFinal ? nil : "it has not ended. Cancel it first."
        case .retry: return reasonNotToRetry(record)
        case .compact, .dump, .load: return nil
        }
    }

    private mutating func reasonNotToRetry(_ record: JobRecord) -> String? {
        switch record.state {
        case .running: return "it runs. Cancel it first, or wait until it has ended."
        case .succeeded: return "it has succeeded. Enqueue another job to do the work again."
        default: break
        }
        guard record.attempt < JobLimits.attemptsMax else {
            return "it has had \(record.attempt) attempts, and none may have more than "
                + "\(JobLimits.attemptsMax). Enqueue another job."
        }
        guard record.state.isFinal, let key = record.uniqueKey else { return nil }
        var holders = keyHolders ?? currentKeyHolders()
        let holder = holders[key]
        if holder == nil { holders[key] = record.id }
        keyHolders = holders
        return holder.map {
            "its unique key is held by job \($0). Wait until that has ended, or cancel it."
        }
    }

    private func currentKeyHolders() -> [String: JobID] {
        var holders: [String: JobID] = [:]
        reader.forEachRecord { record in
            if !record.state.isFinal, let key = record.uniqueKey { holders[key] = record.id }
        }
        return holders
    }
}
