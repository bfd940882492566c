import JobLedger
package import LazyJobs

/// What an event was read as, of which no more is read than a fold takes.
package enum FoldedEvent: Sendable {
    /// A plain transition: it stands in what the reader was given.
    case plain
    indirect case event(JobEvent)
}

extension BlockReader {
    /// Reads the next event of a block, without what no state is made of.
    mutating func folded(
        _ sequence: SequenceNumber,
        epoch: UInt64,
        _ plain: inout PlainTransition
    ) throws(FormatError) -> FoldedEvent {
        let kind = try eventKind(at: sequence)
        guard let plainKind = kind.plain else {
            return .event(try event(kind, sequence, epoch: epoch))
        }
        try read(&plain.head, at: sequence, epoch: epoch)
        plain.kind = plainKind
        switch plainKind {
        case .enqueued:
            // As an event has it, which rounds what no writer of ours has written.
            plain.runAt = try date().asDate
            let presence = try jobPresence()
            guard presence.isEmpty else {
                let runAt = plain.runAt.date
                return .event(JobEvent(plain.head, .enqueued(try job(presence), runAt: runAt)))
            }
            try read(&plain.job)
        case .claimed:
            plain.worker = try name()
        case .succeeded:
            let (output, duration) = try success()
            guard output == nil else {
                let success = JobTransition.Change.succeeded(output: output, duration: duration)
                return .event(JobEvent(plain.head, success))
            }
        case .pruned: break
        }
        return .plain
    }

    private mutating func read(_ job: inout PlainJob) throws(FormatError) {
        job.kind = try name()
        job.queue = try name()
        job.encoding = try name()
        _ = try reader.count(max: Int(UInt32.max), "a payload's version")
        job.payloadSize = try reader.skip(max: FormatLimits.bytesSizeMax, "bytes")
        job.priority = try priority()
        job.maxAttempts = try maxAttempts()
    }
}

extension EventKind {
    fileprivate var plain: PlainTransition.Kind? {
        switch self {
        case .enqueued: .enqueued
        case .claimed: .claimed
        case .succeeded: .succeeded
        case .pruned: .pruned
        default: nil
        }
    }
}
