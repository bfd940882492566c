import Foundation
import LazyJobs
import LogJobs

/// What victims were answered, recorded outside of them, and what the log says about it.
struct Promises {
    private(set) var enqueuedCount = 0
    private(set) var succeededCount = 0
    private(set) var eventCount = 0
    /// Answers of the life that has just ended.
    private var enqueued: [JobID: Int] = [:]
    private var succeeded: Set<JobID> = []
    /// The last event that was looked at.
    private var last = SequenceNumber.zero
    /// By the events so far.
    private var running: Set<JobID> = []
    private var isRescuing = false

    /// Takes what a victim has said; the last line may be cut off.
    mutating func take(_ output: Data) -> (wasOpened: Bool, hasFailed: Bool) {
        var (wasOpened, hasFailed) = (false, false)
        guard let end = output.lastIndex(of: UInt8(ascii: "\n")) else { return (false, false) }
        for line in output[...end].split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " ")).map {
                String(decoding: $0, as: UTF8.self)
            }
            switch words.first {
            case "o": wasOpened = true
            case "x": hasFailed = true
            case "e":
                guard words.count == 3, let id = UInt64(words[1]), let number = Int(words[2])
                else { continue }
                enqueued[JobID(rawValue: id)] = number
            case "s":
                guard words.count == 2, let id = UInt64(words[1]) else { continue }
                succeeded.insert(JobID(rawValue: id))
            default: continue
            }
        }
        return (wasOpened, hasFailed)
    }

    /// Looks into the store that the victim has left.
    ///
    /// - Throws: What is missing or wrong.
    mutating func check(_ folder: String) throws {
        let reader = try LogReader.open(folder)
        var expected = last.next
        let filter = EventFilter(since: .sequence(expected))
        var found: Set<JobID> = []
        var ended: Set<JobID> = []
        var failure: String?
        try reader.forEachEvent(matching: filter) { event in
            guard failure == nil else { return }
            // Carried events are not among them, and take numbers.
            if event.sequence < expected { failure = "event \(event.sequence) comes twice" }
            expected = event.sequence.next
            eventCount += 1
            failure = failure ?? follow(event)
            guard let transition = event.transition else { return }
            switch transition.change {
            case .enqueued(let job, _):
                found.insert(transition.jobID)
                guard let number = enqueued[transition.jobID] else { return }
                let bytes = job.payload.bytes
                let work = try JSONPayloadCoder().decode(Victim.Work.self, from: bytes)
                if work.number != number {
                    failure = "job \(transition.jobID) is another than it was answered"
                }
            case .succeeded:
                if !ended.insert(transition.jobID).inserted {
                    failure = "job \(transition.jobID) succeeded twice"
                }
            default: return
            }
        }
        if let failure { throw Finding(description: failure) }
        if let lost = enqueued.keys.first(where: { !found.contains($0) }) {
            throw Finding(description: "job \(lost) was answered, and is not there")
        }
        if let lost = succeeded.first(where: { !ended.contains($0) }) {
            throw Finding(description: "the success of job \(lost) was told, and is not there")
        }
        enqueuedCount += enqueued.count
        succeededCount += succeeded.count
        (enqueued, succeeded) = ([:], [])
        last = reader.report.lastSequence
    }

    /// Follows which jobs run: none twice at once, and none of a process that is dead.
    private mutating func follow(_ event: JobEvent) -> String? {
        if case .store(.opened) = event.body {
            isRescuing = true
            return nil
        }
        guard let transition = event.transition else { return nil }
        let id = transition.jobID
        if isRescuing, ![.rescued, .discarded].contains(transition.kind) {
            isRescuing = false
            if let first = running.first { return "job \(first) still runs after its process died" }
        }
        switch transition.kind {
        case .claimed: return running.insert(id).inserted ? nil : "job \(id) runs twice at once"
        case .succeeded, .retried, .snoozed, .interrupted, .rescued:
            return running.remove(id) == nil ? "job \(id) ends and does not run" : nil
        case .discarded, .cancelled: running.remove(id)
        case .enqueued, .requeued, .pruned, .carried: break
        }
        return nil
    }
}
