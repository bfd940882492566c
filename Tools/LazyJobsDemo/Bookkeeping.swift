import Foundation
import LazyJobs
import LogJobs

/// What the log says of every job, read event by event.
struct Bookkeeping {
    /// What became of one job.
    struct Entry {
        var id: JobID
        var input: BytePath
        /// How often the log says that it succeeded: once, if all is well.
        var successCount = 0
        /// What it kept of its work, when it succeeded.
        var outcome: CompressFile.Outcome?
        /// Why it was given up, if it was.
        var discardReason: String?
        /// Whether its process died while it ran.
        var wasInterrupted = false
    }

    /// By job, in the order of enqueueing.
    private(set) var entries: [Entry] = []
    /// What the log has no business to hold.
    private(set) var surprises: [String] = []

    private var places: [JobID: Int] = [:]

    /// Reads the whole log.
    init(_ output: Output) throws {
        try LogReader.open(output.store).forEachEvent { event in
            if let transition = event.transition { try note(transition) }
        }
    }

    /// The jobs that the kill interrupted.
    var interrupted: [JobID] {
        entries.filter(\.wasInterrupted).map(\.id)
    }

    private mutating func note(_ transition: JobTransition) throws {
        if case .enqueued(let job, _) = transition.change {
            let bytes = job.payload.bytes
            let arguments = try JSONPayloadCoder().decode(CompressFile.self, from: bytes)
            places[transition.jobID] = entries.count
            entries.append(Entry(id: transition.jobID, input: arguments.input))
            return
        }
        guard let place = places[transition.jobID] else {
            surprises.append("job \(transition.jobID) is \(transition.kind) but never enqueued")
            return
        }
        switch transition.change {
        case .succeeded(let output, _):
            entries[place].successCount += 1
            entries[place].outcome = try output.map {
                try JSONPayloadCoder().decode(CompressFile.Outcome.self, from: $0)
            }
        case .discarded(let error, _, _): entries[place].discardReason = error
        case .rescued: entries[place].wasInterrupted = true
        case .claimed, .retried, .snoozed, .interrupted: break
        // Compaction of the log has copied it forward.
        case .carried: break
        case .enqueued, .cancelled, .requeued, .pruned:
            surprises.append("job \(transition.jobID) is \(transition.kind)")
        }
    }
}
